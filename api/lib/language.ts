import type { Request } from 'express';
import type { Language } from './problems';

/** Japanese unless the caller prefers English. */
export function languageOf(req: Request): Language {
  return req.acceptsLanguages('ja', 'en') === 'en' ? 'en' : 'ja';
}
