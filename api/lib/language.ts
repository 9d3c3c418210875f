import type { Request } from 'express';
import type { Language } from './problems';

/** The language for texts to this caller: Japanese, unless its Accept-Language prefers English. */
export function languageOf(req: Request): Language {
  return req.acceptsLanguages('ja', 'en') === 'en' ? 'en' : 'ja';
}
