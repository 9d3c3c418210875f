import { type Instant, type JstDate, type Period, dateOf } from '../../domain/calendar';
import type { Yen } from '../../domain/money';
import type { Prisma } from '../../generated/prisma/client';
import { type Tx, dateIn, instantIn, sql } from '../../prisma/db';
import type { EventType } from '../../workflows/contracts/events';

/*
 * Events are written in the same transaction as the fact that causes them.
 */

export interface EventFact {
  storeId: string;
  /** Business key: the same fact is emitted once, even if it is found again. */
  key: string;
  type: EventType;
  /** Instant of the fact. */
  at: Instant;
  /** Date of the fact, when that is not the date of `at` (a contract ends on its last day; its event is emitted at midnight). */
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
 * Emits one event for each of any number of invoices, in one statement: a month's issue writes 100,000. Expressions read the
 * row `i` of invoices.
 * @param events.key business key; the same event is emitted once
 * @param events.on JST date the fact belongs to
 * @param events.which the invoices; already bound to the store
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
