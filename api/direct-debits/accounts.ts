import type { FormOfMandate } from '../../books/direct-debit/accounts';
import { bankAndBranch, digits, kana } from '../../views/lib/bank-form';
import { z } from '../../views/lib/zod';

/** The buyer's bank account that is debited (引落口座). Its members are the fields of the paper form. */
export const debitAccount = z.strictObject({
  ...bankAndBranch,
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

/** Converts the fields of the paper form from the request body to the names that books/ uses. */
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
