import { type KanaOf, toBankKana } from '../../domain/formats/kana';
import { text } from './members';
import { z } from './zod';

/* Members of bank accounts as the bank's files write them. */

export const digits = (count: number) =>
  z
    .string()
    .regex(new RegExp(`^\\d{${count}}$`))
    .openapi({ description: `${count} digits` });

/** A name in kana. It is typed as people write it and kept as the bank's files write it. @param max bytes of its field */
export const kana = (of: KanaOf, max: number) =>
  text(100)
    .transform((typed, ctx): string => {
      const written = toBankKana(typed, of, max);
      if (written.ok) return written.value;
      const { code, params } = written.refusal;
      ctx.addIssue({ code: 'custom', message: code, ...(params && { params }) });
      return z.NEVER;
    })
    .openapi({ type: 'string', description: `Kana, at most ${max} characters of the bank’s set` });

export const bankAndBranch = {
  bank_code: digits(4),
  bank_kana: kana('bank', 15),
  branch_code: digits(3),
  branch_kana: kana('bank', 15),
};

/** 委託者 and the account that the bank pays the debits into. */
export const consignor = z.strictObject({
  consignor_code: digits(10),
  consignor_kana: kana('party', 40),
  ...bankAndBranch,
  type: z.enum(['ordinary', 'current']).openapi({ description: '普通 or 当座' }),
  number: digits(7),
});
