import { z } from 'zod';
import { type Instant, type JstDate, jstDate, periodOf } from '../domain/calendar';
import { yen } from '../domain/money';
import { type Tx, sql } from '../prisma/db';
import { workflowIds } from '../workflows/contracts/ids';
import { keys } from '../workflows/contracts/keys';
import type { Payload } from '../workflows/contracts/messages';
import { puzzled as debitPuzzled } from './direct-debit/incidents';
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

/** What each type of news must say. */
const shapes = {
  'buyer.screened': z.object({ buyer_id: z.coerce.string().min(1) }),
  'guarantee.changed': z.object({ buyer_id: z.coerce.string().min(1), status: z.enum(['OK', 'ALRT', 'NG']) }),
  'bills.issued': z.object({ close_on: date }),
  'bill.paid': z.object({ bill_number: bill, amount: z.number().int().positive().max(1e12), paid_on: date }),
  'debit.result': z.object({
    bill_number: bill,
    // One that the standard doesn't have is handed on: finance owns the debit it speaks of.
    code: z
      .union([z.string(), z.number()])
      .transform(String)
      .pipe(z.string().regex(/^\w{1,10}$/)),
  }),
};

/** One piece of news, as received. */
export interface News {
  storeId: string;
  eventId: string;
  at: Instant;
}

/** @returns null, or why it can't be understood */
export async function judgeNews(tx: Tx, news: News, type: string, data: unknown): Promise<string | null> {
  switch (type) {
    case 'buyer.screened':
      return when(shapes[type], data, (told) =>
        tellAccount(tx, news, told.buyer_id, (destinationId) => ({
          name: 'buyerScreened',
          payload: { destinationId, newsId: news.eventId },
        })),
      );
    case 'guarantee.changed':
      return when(shapes[type], data, ({ buyer_id, status }) =>
        tellAccount(tx, news, buyer_id, (destinationId) => ({
          name: 'guaranteeChanged',
          payload: { destinationId, status },
        })),
      );
    case 'bills.issued':
      return when(shapes[type], data, (told) => billsIssued(tx, news, told.close_on));
    case 'bill.paid':
      return when(shapes[type], data, (told) => billPaid(tx, news, told));
    case 'debit.result':
      return when(shapes[type], data, (told) => debitResult(tx, news, told.bill_number, told.code));
    default:
      return `unknown type ${type}`;
  }
}

async function when<S extends z.ZodType>(
  shape: S,
  data: unknown,
  then: (told: z.output<S>) => Promise<string | null>,
): Promise<string | null> {
  const told = shape.safeParse(data);
  if (told.success) return then(told.data);
  return `malformed: ${told.error.issues.map(({ path, message }) => `${path.join('/')}: ${message}`).join('; ')}`;
}

async function tellAccount<N extends 'buyerScreened' | 'guaranteeChanged'>(
  tx: Tx,
  news: News,
  npBuyerId: string,
  say: (destinationId: string) => { name: N; payload: Payload<N> },
): Promise<string | null> {
  const { storeId, at } = news;
  const destination = await tx.billingDestination.findUnique({ where: { storeId_npBuyerId: { storeId, npBuyerId } } });
  if (!destination) return `unknown buyer ${npBuyerId}`;
  const to = workflowIds.account(destination.accountId);
  await send(tx, { storeId, id: keys.message.news(news.eventId), to, at, ...say(destination.id) });
  return null;
}

async function billsIssued(tx: Tx, news: News, closeOn: JstDate): Promise<null> {
  const { storeId, at } = news;
  const period = periodOf(closeOn);
  // Told late: the close has fetched the bills by itself.
  const close = await tx.close.findUnique({ where: { storeId_period: { storeId, period } } });
  if (close?.status === 'closed') return null;
  const to = workflowIds.monthlyClose(storeId, period);
  await send(tx, { storeId, id: keys.message.news(news.eventId), to, name: 'billsIssued', payload: {}, at });
  return null;
}

/** NP was paid: no journal of ours (the claim is NP's), but the buyer owes nothing more. */
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
    // Entered by finance before NP told of it: its run may be over.
    if (debit.code !== code) await debitPuzzled(tx, { storeId, nominal, at }, 'debit_result_differs', key, code);
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

/** Looked for again under the lock of those who give numbers, so that a number given this moment is not missed. */
async function invoiceNumbered(tx: Tx, storeId: string, number: string) {
  const where = { storeId_number: { storeId, number } };
  const invoice = await tx.invoice.findUnique({ where });
  if (invoice) return invoice;
  await lockNews(tx, storeId);
  return tx.invoice.findUnique({ where });
}

/** Until the transaction ends nobody of the store finds a bill unknown while another gives it its number. */
async function lockNews(tx: Tx, storeId: string): Promise<void> {
  await tx.$executeRaw(sql`SELECT pg_advisory_xact_lock(hashtextextended(${keys.lock.news(storeId)}, 0))`);
}

/**
 * Of bills that have just got their numbers: news of them that came before was an incident and is judged once more. To be
 * called in the transaction that gives the numbers, after it has.
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

/** Resolves the incident that the news had become before. */
export async function understood(tx: Tx, news: News): Promise<void> {
  await resolveIncident(tx, news, keys.message.news(news.eventId), 'understood later');
}

/** News that fits nothing we know is kept for a person, never dropped. */
export async function puzzled(tx: Tx, news: News, why: string): Promise<void> {
  await openIncident(tx, {
    storeId: news.storeId,
    id: keys.message.news(news.eventId),
    kind: 'news_not_understood',
    at: news.at,
    detail: { failure: why },
  });
}
