import { z } from 'zod';
import { type Instant, type JstDate, jstDate, periodOf } from '../domain/calendar';
import { yen } from '../domain/money';
import { type Tx, sql } from '../prisma/db';
import { workflowIds } from '../workflows/contracts/ids';
import { keys } from '../workflows/contracts/keys';
import type { Payload } from '../workflows/contracts/messages';
import { openDebitIncident } from './direct-debit/incidents';
import { openIncident, resolveIncident } from './lib/incidents';
import { enqueueFrom, send } from './lib/outbox';
import { keyFrom } from './lib/sql';
import { recordPayments } from './receivable/payments';
import { settleInvoice } from './receivable/settle';

const date = z.string().transform((text, context) => {
  try {
    return jstDate(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'not a date' });
    return z.NEVER;
  }
});
const bill = z.string().min(1);

/**
 * The data that each type of news must have. News is a report from the credit provider NP掛け払い (NP). `status` tells if NP
 * guarantees new claims on a buyer: OK = yes, ALRT = yes, but the buyer is overdue, NG = no.
 */
const shapes = {
  'buyer.screened': z.object({ buyer_id: z.coerce.string().min(1) }),
  'guarantee.changed': z.object({ buyer_id: z.coerce.string().min(1), status: z.enum(['OK', 'ALRT', 'NG']) }),
  'bills.issued': z.object({ close_on: date }),
  'bill.paid': z.object({ bill_number: bill, amount: z.number().int().positive().max(1e12), paid_on: date }),
  'debit.result': z.object({
    bill_number: bill,
    // A code that the Zengin format does not define is accepted here, so that it becomes an incident for finance.
    code: z
      .union([z.string(), z.number()])
      .transform(String)
      .pipe(z.string().regex(/^\w{1,10}$/)),
  }),
};

/** Names one piece of NP's news to a store. */
export interface News {
  storeId: string;
  /** The id that NP gave the news. */
  eventId: string;
  /** The instant at which the reported fact occurred, as NP says. */
  at: Instant;
}

/** Acts on one piece of news. @returns null, or why the news is malformed or does not match our data */
export async function handleNews(tx: Tx, news: News, type: string, data: unknown): Promise<string | null> {
  switch (type) {
    case 'buyer.screened':
      return when(shapes[type], data, (valid) =>
        signalAccount(tx, news, valid.buyer_id, (destinationId) => ({
          name: 'buyerScreened',
          payload: { destinationId, newsId: news.eventId },
        })),
      );
    case 'guarantee.changed':
      return when(shapes[type], data, ({ buyer_id, status }) =>
        signalAccount(tx, news, buyer_id, (destinationId) => ({
          name: 'guaranteeChanged',
          payload: { destinationId, status },
        })),
      );
    case 'bills.issued':
      return when(shapes[type], data, (valid) => billsIssued(tx, news, valid.close_on));
    case 'bill.paid':
      return when(shapes[type], data, (valid) => billPaid(tx, news, valid));
    case 'debit.result':
      return when(shapes[type], data, (valid) => debitResult(tx, news, valid.bill_number, valid.code));
    default:
      return `unknown type ${type}`;
  }
}

async function when<S extends z.ZodType>(
  shape: S,
  data: unknown,
  then: (valid: z.output<S>) => Promise<string | null>,
): Promise<string | null> {
  const parsed = shape.safeParse(data);
  if (parsed.success) return then(parsed.data);
  return `malformed: ${parsed.error.issues.map(({ path, message }) => `${path.join('/')}: ${message}`).join('; ')}`;
}

async function signalAccount<N extends 'buyerScreened' | 'guaranteeChanged'>(
  tx: Tx,
  news: News,
  npBuyerId: string,
  messageFor: (destinationId: string) => { name: N; payload: Payload<N> },
): Promise<string | null> {
  const { storeId, at } = news;
  const destination = await tx.billingDestination.findUnique({ where: { storeId_npBuyerId: { storeId, npBuyerId } } });
  if (!destination) return `unknown buyer ${npBuyerId}`;
  const to = workflowIds.account(destination.accountId);
  await send(tx, { storeId, id: keys.message.news(news.eventId), to, at, ...messageFor(destination.id) });
  return null;
}

async function billsIssued(tx: Tx, news: News, closeOn: JstDate): Promise<null> {
  const { storeId, at } = news;
  const period = periodOf(closeOn);
  // The workflow of a closed month has ended, so no signal is sent: it fetched the bills without waiting for this news.
  const close = await tx.close.findUnique({ where: { storeId_period: { storeId, period } } });
  if (close?.status === 'closed') return null;
  const to = workflowIds.monthlyClose(storeId, period);
  await send(tx, { storeId, id: keys.message.news(news.eventId), to, name: 'billsIssued', payload: {}, at });
  return null;
}

/** Records that a buyer paid a bill to NP and owes less now. There is no journal entry, because the claim is NP's. */
async function billPaid(
  tx: Tx,
  news: News,
  { bill_number: number, amount, paid_on: paidOn }: z.output<(typeof shapes)['bill.paid']>,
): Promise<string | null> {
  const { storeId, at } = news;
  const invoice = await invoiceNumbered(tx, storeId, number);
  if (!invoice) return `payment for unknown bill ${number}`;
  const { id: invoiceId, accountId } = invoice;
  const { eventId } = news;
  await recordPayments(tx, { storeId, at, accountId }, [
    {
      id: keys.payment.np(eventId),
      sourceKey: keys.paymentSource.np(eventId),
      source: 'np',
      invoiceId,
      amount: yen(amount),
      paidOn,
    },
  ]);
  await settleInvoice(tx, { storeId, at, invoiceId, paidOn });
  return null;
}

async function debitResult(tx: Tx, news: News, number: string, code: string): Promise<string | null> {
  const { storeId, at } = news;
  const invoice = await invoiceNumbered(tx, storeId, number);
  const key = invoice && keys.debit(invoice.id, 1);
  const debit = key && (await tx.debit.findUnique({ where: { storeId_key: { storeId, key } } }));
  if (!debit) return `debit result for unknown bill ${number}`;
  const nominal = debit.nominal;
  if (debit.status !== 'requested') {
    // The result is booked already: finance entered it, or NP reported it before. The workflow of that debit day may have ended,
    // so no signal is sent.
    if (debit.code !== code) await openDebitIncident(tx, { storeId, nominal, at }, 'debit_result_differs', key, code);
    return null;
  }
  const to = workflowIds.debitRun(storeId, nominal);
  await send(tx, {
    storeId,
    id: keys.message.news(news.eventId),
    to,
    name: 'debitReported',
    payload: { key, code },
    at,
  });
  return null;
}

/** Finds an invoice by its number. If none is found, waits for the transaction that assigns numbers now, and looks again. */
async function invoiceNumbered(tx: Tx, storeId: string, number: string) {
  const where = { storeId_number: { storeId, number } };
  const invoice = await tx.invoice.findUnique({ where });
  if (invoice) return invoice;
  await lockNews(tx, storeId);
  return tx.invoice.findUnique({ where });
}

/** Takes a lock until this transaction ends. Only its holder may commit new bill numbers or conclude that a bill is unknown. */
async function lockNews(tx: Tx, storeId: string): Promise<void> {
  await tx.$executeRaw(sql`SELECT pg_advisory_xact_lock(hashtextextended(${keys.lock.news(storeId)}, 0))`);
}

/**
 * Queues news again that arrived before its bill had a number and so became an incident. The dispatch loop then applies it.
 * Call this in the transaction that assigns the numbers, after assigning them.
 * @param numbers the numbers that were assigned
 */
export async function applyKeptNews(tx: Tx, storeId: string, numbers: readonly string[]): Promise<void> {
  if (numbers.length === 0) return;
  await lockNews(tx, storeId);
  await tx.$executeRaw(
    enqueueFrom(sql`
      SELECT n.store_id, ${keyFrom(keys.message.providerNewsAgain('*'), sql`n.event_id`)}, 'news', n.event_id, n.type, '{}'::jsonb, n.at, n.at
        FROM provider_news n
        JOIN incidents i ON i.store_id = n.store_id AND i.id = ${keyFrom(keys.message.news('*'), sql`n.event_id`)} AND i.status = 'open'
       WHERE n.store_id = ${storeId} AND n.data ? 'bill_number' AND n.data->>'bill_number' = ANY(${numbers})
       ORDER BY n.at`),
  );
}

/** Resolves the incident that an earlier try to apply this news opened, if there is one. */
export async function resolveUnmatched(tx: Tx, news: News): Promise<void> {
  await resolveIncident(tx, news, keys.message.news(news.eventId), 'understood later');
}

/** Opens an incident for news that could not be applied, so that a person looks at it. News is never dropped. */
export async function keepUnmatched(tx: Tx, news: News, why: string): Promise<void> {
  await openIncident(tx, {
    storeId: news.storeId,
    id: keys.message.news(news.eventId),
    kind: 'news_not_understood',
    at: news.at,
    detail: { failure: why },
  });
}
