import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
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
import { registrationNumberPattern } from '../../../domain/invoice/registration-number';
import type { Yen } from '../../../domain/money';

extendZodWithOpenApi(z);

/* Members that several resources share. A message that is a refusal code makes that refusal of the issue (problems.ts). */

export { z };

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

/** An RFC 3339 date-time, or a date for its first moment in Japan. */
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

export const text = (max = 200) => z.string().trim().min(1).max(max);
export const id = z.string().min(1).max(80);
export const reason = z
  .string({ error: 'reason_missing' })
  .trim()
  .min(1, { error: 'reason_missing' })
  .max(1000)
  .openapi({ description: 'The reason. It is kept in the audit log' });
export const email = z.email().max(254);
export const phone = z
  .string()
  .regex(/^\+?[0-9][0-9-]{8,14}$/)
  .openapi({ example: '03-1234-5678' });
export const postalCode = z
  .string()
  .regex(/^\d{3}-?\d{4}$/)
  .openapi({ example: '100-0001' });
export const registrationNumber = z
  .string({ error: 'invalid_registration_number' })
  .regex(registrationNumberPattern, { error: 'invalid_registration_number' })
  .openapi({ description: '適格請求書発行事業者の登録番号', example: 'T1234567890123' });
export const httpUrl = z.url({ protocol: /^https?$/ }).max(2000);
/** A Japanese bank account as it is printed for whoever pays into it. */
export const bankAccount = z.strictObject({
  bank: text(60).openapi({ example: '三井住友銀行' }),
  branch: text(60).openapi({ example: '赤坂支店' }),
  type: z.enum(['ordinary', 'current']).openapi({ description: '普通 or 当座' }),
  number: z
    .string()
    .regex(/^\d{7}$/)
    .openapi({ description: 'Seven digits', example: '1234567' }),
  holder_kana: text(60)
    .regex(/^[\p{Script=Katakana}ー・０-９0-9Ａ-ＺA-Z（）().．\-－ 　ｰﾞﾟ]+$/u, {
      error: 'katakana, capitals, digits and （）．－ only',
    })
    .openapi({ description: '口座名義カナ', example: 'アイティクラウド（カ' }),
});
export const rateClass = z.enum(['standard', 'reduced', 'exempt', 'out_of_scope']);

/** Paging of every list. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  after: z.string().max(400).optional().openapi({ description: 'The `next` of the previous page' }),
};

export function listOf(item: z.ZodType) {
  return z.object({
    object: z.literal('list'),
    data: z.array(item),
    has_more: z.boolean(),
    next: z.string().nullable().openapi({ description: 'Cursor for `after`; null on the last page' }),
  });
}
