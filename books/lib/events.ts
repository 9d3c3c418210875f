import { type Instant, type JstDate, type Period, dateOf } from '../../domain/calendar';
import type { Yen } from '../../domain/money';
import type { Prisma } from '../../generated/prisma/client';
import { type Tx, dateIn, instantIn, sql } from '../../prisma/db';
import type { EventType } from '../../workflows/contracts/events';

/*
 * Events tell what happened in a store. An event is written in the same transaction as the fact that it reports.
 */

export interface EventFact {
  storeId: string;
  /** Business key: the same fact is emitted once, even if it is written again. */
  key: string;
  type: EventType;
  /** Instant of the fact. */
  at: Instant;
  /** Date of the fact, if not the date of `at`: a contract ends on its last day, but its event is emitted after midnight. */
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
        data: fact.data ?? {},
      },
    ],
    skipDuplicates: true,
  });
}

/**
 * Emits an event for each selected invoice, in one statement, because a month's issue may write 100,000. In the SQL arguments,
 * `i` is the invoice's row.
 * @param events.key business key; the same event is emitted once
 * @param events.on date of the fact in Japan
 * @param events.which condition that selects the invoices of the store
 */
export async function emitForInvoices(
  tx: Tx,
  { storeId, at }: { storeId: string; at: Instant },
  events: {
    key: Prisma.Sql;
    type: Prisma.Sql;
    on: Prisma.Sql;
    data?: Prisma.Sql;
    which: Prisma.Sql;
    orderBy: Prisma.Sql;
  },
): Promise<void> {
  const { key, type, on, data = sql`'{}'::jsonb`, which, orderBy } = events;
  await tx.$executeRaw(sql`/* set */
    INSERT INTO events (store_id, key, type, business_date, at, account_id, invoice_id, amount, period, data)
    SELECT i.store_id, ${key}, ${type}, ${on}, ${instantIn(at)}::timestamptz, i.account_id, i.id, i.total, i.period, ${data}
      FROM invoices i
     WHERE i.store_id = ${storeId} AND ${which}
     ORDER BY ${orderBy}
    ON CONFLICT DO NOTHING`);
}
