import {
  type Instant,
  type JstDate,
  type Period,
  instant,
  parseInstant,
  parseJstDate,
  parsePeriod,
  startOfDay,
} from '../../../domain/calendar';
import type { Yen } from '../../../domain/money';
import { z } from '../../../views/lib/zod';

/*
 * Schemas of members that several requests share. An error message that is a refusal code becomes that refusal (../problems.ts).
 */

export const yen = z
  .int({ error: 'invalid_amount' })
  .min(0, { error: 'invalid_amount' })
  .openapi({ description: 'Whole yen' }) as unknown as z.ZodType<Yen, number>;

export const jstDate = z
  .string({ error: 'invalid_date' })
  .refine((s) => parseJstDate(s) !== null, { error: 'invalid_date' })
  .openapi({ format: 'date', description: 'Date in Japan', example: '2026-10-05' }) as unknown as z.ZodType<
  JstDate,
  string
>;

/** An RFC 3339 date-time, or a date, which stands for its first moment in Japan. */
export const instantOrDate = z
  .string({ error: 'invalid_date' })
  .refine((s) => parseJstDate(s) !== null || parseInstant(s) !== null, { error: 'invalid_date' })
  .transform((s): Instant => {
    const date = parseJstDate(s);
    return date ? startOfDay(date) : instant(s);
  })
  .openapi({ type: 'string', description: 'RFC 3339 date-time, or a date for 00:00 in Japan', example: '2026-10-05' });

export const rfc3339 = z
  .string({ error: 'invalid_date' })
  .refine((s) => parseInstant(s) !== null, { error: 'invalid_date' })
  .transform((s) => instant(s))
  .openapi({ type: 'string', format: 'date-time', example: '2026-10-05T10:00:00.000+09:00' });

export const period = z
  .string({ error: 'invalid_date' })
  .refine((s) => parsePeriod(s) !== null, { error: 'invalid_date' })
  .openapi({ pattern: '^\\d{4}-\\d{2}$', description: 'Month', example: '2026-10' }) as unknown as z.ZodType<
  Period,
  string
>;

export const id = z.string().min(1).max(80);
export const reason = z
  .string({ error: 'reason_missing' })
  .trim()
  .min(1, { error: 'reason_missing' })
  .max(1000)
  .openapi({ description: 'The reason. It is kept in the audit log' });
export const httpUrl = z.url({ protocol: /^https?$/ }).max(2000);

/** The query members of every list that is divided into pages. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  after: z.string().max(400).optional().openapi({ description: 'The `next` of the previous page' }),
};
