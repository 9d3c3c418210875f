import { type KanaOf, toBankKana } from '../../domain/formats/kana';
import { text } from './members';
import { z } from './zod';

/* Schemas of bank accounts and names as the files of Japanese banks contain them. */

export const digits = (count: number) =>
  z
    .string()
    .regex(new RegExp(`^\\d{${count}}$`))
    .openapi({ description: `${count} digits` });

/** A name in kana. What a person typed is converted to the characters of bank files. @param max bytes of the field in the file */
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

/** A store that collects debits itself (委託者, consignor), with the account that the bank pays the debits into. */
export const consignor = z.strictObject({
  consignor_code: digits(10),
  consignor_kana: kana('party', 40),
  ...bankAndBranch,
  type: z.enum(['ordinary', 'current']).openapi({ description: '普通 or 当座' }),
  number: digits(7),
});
