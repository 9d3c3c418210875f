import type { DirectDebit } from '../../generated/prisma/client';
import { type Tx, sql } from '../../prisma/db';
import { bankAndBranch, digits, kana } from '../../views/lib/bank-form';
import { z } from '../../views/lib/zod';
import { newId } from '../lib/input/ids';
import { type Reason, Refused, refuse } from '../lib/problems';
import type { WriteContext } from '../lib/route';

/** 引落口座, as the form has it. */
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

export interface FormOfMandate {
  bank_account?: z.output<typeof debitAccount> | undefined;
  customer_number?: string | undefined;
}

/**
 * Keeps the account to be debited, in house; NP keeps its own. @returns its id, the only thing about it that travels
 * @throws Refused bank_account_missing, customer_number_taken; bank_account_kept_by_np
 */
export async function keepDebitAccount(
  tx: Tx,
  { store }: Pick<WriteContext, 'store'>,
  mandate: DirectDebit,
  { bank_account: account, customer_number: number }: FormOfMandate,
): Promise<string | null> {
  const given = { '/bank_account': account, '/customer_number': number };
  const inHouse = store.settlement === 'in_house';
  const wrong = Object.entries(given).flatMap(([field, value]): Reason[] => {
    if ((value !== undefined) === inHouse) return [];
    return [{ code: inHouse ? 'bank_account_missing' : 'bank_account_kept_by_np', field }];
  });
  if (wrong.length > 0) throw new Refused(wrong);
  if (!account || number === undefined) return null;

  // One at a time in a store, so that two mandates can't take the same number at once.
  await tx.$queryRaw(sql`SELECT FROM stores WHERE id = ${store.id} FOR NO KEY UPDATE`);
  const [taken] = await tx.$queryRaw<object[]>(sql`
    SELECT FROM debit_accounts a JOIN direct_debits m ON m.store_id = a.store_id AND m.id = a.direct_debit_id
     WHERE a.store_id = ${store.id} AND lpad(a.customer_number, 20, '0') = lpad(${number}, 20, '0')
       AND m.destination_id <> ${mandate.destinationId} LIMIT 1`);
  if (taken) refuse('customer_number_taken', { field: '/customer_number' });
  const { id } = await tx.debitAccount.create({
    data: {
      storeId: store.id,
      id: newId('dac'),
      directDebitId: mandate.id,
      customerNumber: number,
      bankCode: account.bank_code,
      bankKana: account.bank_kana,
      branchCode: account.branch_code,
      branchKana: account.branch_kana,
      type: account.type,
      number: account.number,
      holderKana: account.holder_kana,
    },
  });
  return id;
}
