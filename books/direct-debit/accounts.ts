import { type Checked, type Refusal, ok, refuseAll } from '../../domain/refusal';
import type { DebitAccount, DirectDebit, Store } from '../../generated/prisma/client';
import { type Tx, sql } from '../../prisma/db';
import { newId } from '../lib/ids';

/** Data from the application form (口座振替依頼書) of a mandate, the buyer's permission to debit an account. */
export interface FormOfMandate {
  bankAccount?:
    | Pick<DebitAccount, 'bankCode' | 'bankKana' | 'branchCode' | 'branchKana' | 'type' | 'number' | 'holderKana'>
    | undefined;
  customerNumber?: string | undefined;
}

/**
 * Stores the account to be debited if the store collects the debits itself (settlement `in_house`). If the credit provider
 * NP掛け払い (NP) collects them, NP keeps the account and nothing is stored here.
 * @returns the stored account's id, so that messages need not carry the bank account; null with NP. Refused bank_account_missing,
 *   customer_number_taken, bank_account_kept_by_np
 */
export async function keepDebitAccount(
  tx: Tx,
  store: Pick<Store, 'id' | 'settlement'>,
  mandate: Pick<DirectDebit, 'id' | 'destinationId'>,
  { bankAccount, customerNumber }: FormOfMandate,
): Promise<Checked<string | null>> {
  const inHouse = store.settlement === 'in_house';
  const wrong = Object.entries({ bankAccount, customerNumber }).flatMap(([member, value]): Refusal[] => {
    if ((value !== undefined) === inHouse) return [];
    return [{ code: inHouse ? 'bank_account_missing' : 'bank_account_kept_by_np', field: [member] }];
  });
  if (wrong.length > 0) return refuseAll(...wrong);
  if (!bankAccount || customerNumber === undefined) return ok(null);

  // Locks the store's row, so that two transactions can't give the same customer number to two destinations.
  await tx.$queryRaw(sql`SELECT FROM stores WHERE id = ${store.id} FOR NO KEY UPDATE`);
  const [existing] = await tx.$queryRaw<object[]>(sql`
    SELECT FROM debit_accounts a JOIN direct_debits m ON m.store_id = a.store_id AND m.id = a.direct_debit_id
     WHERE a.store_id = ${store.id} AND lpad(a.customer_number, 20, '0') = lpad(${customerNumber}, 20, '0')
       AND m.destination_id <> ${mandate.destinationId} LIMIT 1`);
  if (existing) return refuseAll({ code: 'customer_number_taken', field: ['customerNumber'] });
  const id = newId('dac');
  await tx.debitAccount.create({
    data: { storeId: store.id, id, directDebitId: mandate.id, customerNumber, ...bankAccount },
  });
  return ok(id);
}
