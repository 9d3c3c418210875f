import { paymentSources } from '../domain/vocabulary';
import type { Payment } from '../generated/prisma/client';
import { dateOut, instantOut } from '../prisma/db';
import { z } from './lib/zod';

export const paymentShape = z.object({
  id: z.string(),
  object: z.literal('payment'),
  account_id: z.string(),
  invoice_id: z.string(),
  source: z.enum(paymentSources),
  source_key: z.string(),
  amount: z.number(),
  paid_on: z.string(),
  known_at: z.string(),
});
export type PaymentView = z.infer<typeof paymentShape>;

export function paymentView(row: Payment): PaymentView {
  return {
    id: row.id,
    object: 'payment',
    account_id: row.accountId,
    invoice_id: row.invoiceId,
    source: row.source,
    source_key: row.sourceKey,
    amount: Number(row.amount),
    paid_on: dateOut(row.paidOn),
    known_at: instantOut(row.knownAt),
  };
}
