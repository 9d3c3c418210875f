import type { FormOfMandate } from '../../books/direct-debit/accounts';
import { type KanaOf, toBankKana } from '../../domain/formats/kana';
import type { DebitAccount } from '../../generated/prisma/client';
import { text, z } from '../lib/input/schemas';

/* Bank accounts as the bank's files have them. */

const digits = (count: number) =>
  z
    .string()
    .regex(new RegExp(`^\\d{${count}}$`))
    .openapi({ description: `${count} digits` });

/** A name in kana, as typed; kept as the bank's files write it. @param max bytes of its field */
const kana = (of: KanaOf, max: number) =>
  text(100)
    .transform((typed, ctx): string => {
      const written = toBankKana(typed, of, max);
      if (written.ok) return written.value;
      const { code, params } = written.refusal;
      ctx.addIssue({ code: 'custom', message: code, ...(params && { params }) });
      return z.NEVER;
    })
    .openapi({ type: 'string', description: `Kana, at most ${max} characters of the bank’s set` });

const bank = {
  bank_code: digits(4),
  bank_kana: kana('bank', 15),
  branch_code: digits(3),
  branch_kana: kana('bank', 15),
};

/** 委託者 and the account that the bank pays the debits into. */
export const consignor = z.strictObject({
  consignor_code: digits(10),
  consignor_kana: kana('party', 40),
  ...bank,
  type: z.enum(['ordinary', 'current']).openapi({ description: '普通 or 当座' }),
  number: digits(7),
});

/** 引落口座, as it stands on the form. */
export const debitAccount = z.strictObject({
  ...bank,
  type: z
    .enum(['ordinary', 'current', 'tax_reserve', 'other'])
    .openapi({ description: '普通, 当座, 納税準備 or その他' }),
  number: digits(7),
  holder_kana: kana('party', 30),
});

export const customerNumber = z
  .string()
  .regex(/^\d{1,20}$/)
  .openapi({ description: '顧客番号 of the form, at most 20 digits', example: '100001' });

export const debitAccountShape = z.object({
  customer_number: z.string(),
  bank_code: z.string(),
  branch_code: z.string(),
  type: z.string(),
  number_last3: z.string(),
});

/** The form as the body has it. */
export function formOf(body: {
  bank_account?: z.output<typeof debitAccount> | undefined;
  customer_number?: string | undefined;
}): FormOfMandate {
  const { bank_account: account, customer_number: customerNumber } = body;
  if (!account) return { customerNumber };
  const { bank_code: bankCode, bank_kana: bankKana, branch_code: branchCode, branch_kana: branchKana } = account;
  const { type, number, holder_kana: holderKana } = account;
  return { bankAccount: { bankCode, bankKana, branchCode, branchKana, type, number, holderKana }, customerNumber };
}

/** Enough to tell accounts apart, never the whole number. */
export function showDebitAccount(account: DebitAccount | null): z.infer<typeof debitAccountShape> | null {
  return (
    account && {
      customer_number: account.customerNumber,
      bank_code: account.bankCode,
      branch_code: account.branchCode,
      type: account.type,
      number_last3: account.number.slice(-3),
    }
  );
}
