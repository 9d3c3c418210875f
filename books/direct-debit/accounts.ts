import { type Checked, type Refusal, ok, refuseAll } from '../../domain/refusal';
import type { DebitAccount, DirectDebit, Store } from '../../generated/prisma/client';
import { type Tx, sql } from '../../prisma/db';
import { newId } from '../lib/ids';

/** What stands on the form of a mandate. */
export interface FormOfMandate {
  bankAccount?:
    | Pick<DebitAccount, 'bankCode' | 'bankKana' | 'branchCode' | 'branchKana' | 'type' | 'number' | 'holderKana'>
    | undefined;
  customerNumber?: string | undefined;
}

/**
 * Keeps the account to be debited, in house; NP keeps its own.
 * @returns its id, the only thing about it that travels, null with NP; refused bank_account_missing, customer_number_taken,
 *   bank_account_kept_by_np
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

  // One at a time in a store, so that two mandates can't take the same number at once.
  await tx.$queryRaw(sql`SELECT FROM stores WHERE id = ${store.id} FOR NO KEY UPDATE`);
  const [taken] = await tx.$queryRaw<object[]>(sql`
    SELECT FROM debit_accounts a JOIN direct_debits m ON m.store_id = a.store_id AND m.id = a.direct_debit_id
     WHERE a.store_id = ${store.id} AND lpad(a.customer_number, 20, '0') = lpad(${customerNumber}, 20, '0')
       AND m.destination_id <> ${mandate.destinationId} LIMIT 1`);
  if (taken) return refuseAll({ code: 'customer_number_taken', field: ['customerNumber'] });
  const id = newId('dac');
  await tx.debitAccount.create({
    data: { storeId: store.id, id, directDebitId: mandate.id, customerNumber, ...bankAccount },
  });
  return ok(id);
}
