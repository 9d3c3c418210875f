import { clockKinds, storeSettlements } from '../domain/vocabulary';
import type { Store } from '../generated/prisma/client';
import { dateOut } from '../prisma/db';
import { consignor } from './lib/bank-form';
import { bankAccount } from './lib/members';
import { z } from './lib/zod';

export const storeShape = z.object({
  id: z.string(),
  object: z.literal('store'),
  name: z.string(),
  settlement: z.enum(storeSettlements),
  clock: z.enum(clockKinds),
  seller: z.record(z.string(), z.unknown()),
  bank_account: bankAccount.nullable(),
  direct_debit: consignor.nullable().openapi({ description: 'Names as they go into the bank’s files' }),
  tax_rounding: z.string(),
  fiscal_first_month: z.number(),
  mail_from: z.string(),
  terms_version: z.string(),
  last_day_done: z.string(),
});
export type StoreView = z.infer<typeof storeShape>;

/** A store as the API shows it: never with its credentials at the providers. */
export function storeView(store: Store): StoreView {
  return {
    id: store.id,
    object: 'store',
    name: store.name,
    settlement: store.settlement,
    clock: store.clock,
    seller: store.seller,
    bank_account: store.bankAccount,
    direct_debit: store.directDebit,
    tax_rounding: store.taxRounding,
    fiscal_first_month: store.fiscalFirstMonth,
    mail_from: store.mailFrom,
    terms_version: store.termsVersion,
    last_day_done: dateOut(store.lastDayDone),
  };
}
