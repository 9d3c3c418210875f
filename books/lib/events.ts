import { type Instant, type JstDate, type Period, dateOf } from '../../domain/calendar';
import type { Yen } from '../../domain/money';
import { type Json, type Tx, dateIn, instantIn } from '../../prisma/db';
import type { EventType } from '../../workflows/contracts/events';

/*
 * Events are written in the same transaction as the fact that causes them.
 */

export interface EventFact {
  storeId: string;
  /** Business key: the same fact is told once, whoever finds it again. */
  key: string;
  type: EventType;
  /** Instant acted on. */
  at: Instant;
  /** Date the fact belongs to when that is not the date of `at` (a contract ends on its last day, told at midnight). */
  on?: JstDate;
  accountId: string;
  orderId?: string;
  invoiceId?: string;
  /** Yen with tax. */
  amount?: Yen;
  period?: Period;
  data?: Record<string, unknown>;
}

export async function emit(tx: Tx, fact: EventFact): Promise<void> {
  await tx.event.createMany({
    data: [
      {
        storeId: fact.storeId,
        key: fact.key,
        type: fact.type,
        businessDate: dateIn(fact.on ?? dateOf(fact.at)),
        at: instantIn(fact.at),
        accountId: fact.accountId,
        orderId: fact.orderId ?? null,
        invoiceId: fact.invoiceId ?? null,
        amount: fact.amount === undefined ? null : BigInt(fact.amount),
        period: fact.period ?? null,
        data: (fact.data ?? {}) as Json,
      },
    ],
    skipDuplicates: true,
  });
}
