import type { Instant, JstDate } from '../../domain/calendar';
import type { Yen } from '../../domain/money';
import { type Tx, dateIn, instantIn } from '../../prisma/db';

/** A buyer's payment of one invoice, or the reversal of such a payment. */
export interface NewPayment {
  id: string;
  /** Business key of the fact that the payment comes from (a deposit, a debit …): the same payment is recorded once. */
  sourceKey: string;
  source: 'np' | 'card' | 'direct_debit' | 'manual';
  invoiceId: string;
  /** Yen; below zero for a reversal. */
  amount: Yen;
  paidOn: JstDate;
  /** The deposit that this payment is a part of. */
  depositId?: string;
}

/** Records payments of one account, each once. A recorded payment never changes; a correction is another payment. */
export async function recordPayments(
  tx: Tx,
  { storeId, at, accountId }: { storeId: string; at: Instant; accountId: string },
  payments: readonly NewPayment[],
): Promise<void> {
  await tx.payment.createMany({
    data: payments.map((payment) => ({
      ...payment,
      storeId,
      accountId,
      amount: BigInt(payment.amount),
      paidOn: dateIn(payment.paidOn),
      knownAt: instantIn(at),
    })),
    skipDuplicates: true,
  });
}
