import { registrationNumberPattern } from '../../domain/invoice/registration-number';
import { rateClasses } from '../../domain/tax';
import { z } from './zod';

/*
 * Schemas of members that requests and responses share. If a schema's error message is a refusal code, the API answers with that
 * refusal (api/lib/problems.ts).
 */

export const text = (max = 200) => z.string().trim().min(1).max(max);
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
/** A Japanese bank account to be paid into, as documents print it for the payer. */
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
export const rateClass = z.enum(rateClasses);
