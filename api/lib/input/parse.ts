import type { Request } from 'express';
import { z } from '../../../views/lib/zod';
import { languageOf } from '../language';
import { Refused, reasonsOf } from '../problems';

/** Parses a part of the request with its schema. @throws Refused with every mistake at once, in the caller's language */
export function parse<S extends z.ZodType>(schema: S, value: unknown, req: Request): z.output<S> {
  const words = languageOf(req) === 'ja' ? z.locales.ja() : z.locales.en();
  const parsed = schema.safeParse(value, { error: words.localeError });
  if (!parsed.success) throw new Refused(reasonsOf(parsed.error));
  return parsed.data;
}
