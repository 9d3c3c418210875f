import type { Instant, JstDate } from '../../domain/calendar';
import type { Yen } from '../../domain/money';
import { type Tx, dateIn, instantIn } from '../../prisma/db';

/** A buyer's payment of one invoice. */
export interface NewPayment {
  id: string;
  /** Business key of what it comes from: the same payment is recorded once. */
  sourceKey: string;
  source: 'np' | 'card' | 'direct_debit' | 'manual';
  invoiceId: string;
  /** Yen; below zero takes a payment back. */
  amount: Yen;
  paidOn: JstDate;
  /** The deposit it is a part of. */
  depositId?: string;
}

/** Records payments of one account, each once; a correction is a payment of its own. */
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
