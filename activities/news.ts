import { z } from 'zod';
import { type JstDate, type Period, jstDate, periodOf } from '../domain/calendar';
import { toYen, yen } from '../domain/money';
import { type Tx, dateIn, instantIn, instantOut, isRefusal, sql } from '../prisma/db';
import { keys, workflowIds } from '../workflows/contracts/ids';
import type { Deps } from './deps';
import { puzzled as debitPuzzled } from './debit-incidents';
import { emit, enqueue, openIncident } from './facts';

interface NewsRow {
  storeId: string;
  id: string;
  target: string;
  /** Which try this is. */
  attempts: number;
}

/** What PostgreSQL keeps refusing (a constraint, say) is not mended by trying: after about 6 s of tries a person is asked. */
const TRIES = 6;

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

type News = { storeId: string; eventId: string; at: ReturnType<typeof instantOut> };

/**
 * Judges one piece of a provider's news by the state it meets: books what is a fact, tells workflows what they wait for. What
 * can't be understood, or not be booked, is an incident and done with; kept as received, it is judged again when it may be
 * understood (`applyKeptNews`).
 */
export async function applyNews({ db, log }: Deps, row: NewsRow): Promise<void> {
  const apply = (how: (tx: Tx, news: News, type: string, data: unknown) => Promise<string | null>) =>
    db.$transaction(async (tx) => {
      const { eventId, type, data, at } = await tx.providerNews.findUniqueOrThrow({
        where: { storeId_eventId: { storeId: row.storeId, eventId: row.target } },
      });
      const news = { storeId: row.storeId, eventId, at: instantOut(at) };
      const why = await how(tx, news, type, data);
      if (why === null) await understood(tx, news);
      else await puzzled(tx, news, why);
      const now = new Date();
      await tx.dispatch.updateMany({
        where: { storeId: row.storeId, id: row.id },
        data: { deliveredAt: now, processedAt: now },
      });
    });
  try {
    await apply(judge);
  } catch (e) {
    // What passes (a deadlock, a recovery, a timeout) is waited out, however long it takes.
    if (row.attempts < TRIES || !isRefusal(e)) throw e;
    log.error({ storeId: row.storeId, id: row.id, err: e }, "a provider's news can't be booked");
    // With PostgreSQL away this fails as well, and the news is tried again.
    await apply(() => Promise.resolve(`can't be booked: ${(e as Error).message}`));
  }
}

/** @returns null, or why it can't be understood */
async function judge(tx: Tx, news: News, type: string, data: unknown): Promise<string | null> {
  switch (type) {
    case 'buyer.screened':
      return when(shapes[type], data, (told) =>
        tellAccount(tx, news, told.buyer_id, 'buyerScreened', { newsId: news.eventId }),
      );
    case 'guarantee.changed':
      return when(shapes[type], data, ({ buyer_id, status }) =>
        tellAccount(tx, news, buyer_id, 'guaranteeChanged', { status }),
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

async function tellAccount(tx: Tx, news: News, npBuyerId: string, name: string, told: object): Promise<string | null> {
  const { storeId, at } = news;
  const destination = await tx.billingDestination.findUnique({ where: { storeId_npBuyerId: { storeId, npBuyerId } } });
  if (!destination) return `unknown buyer ${npBuyerId}`;
  await enqueue(tx, {
    storeId,
    id: `news/${news.eventId}`,
    kind: 'signal',
    target: workflowIds.account(destination.accountId),
    name,
    payload: { destinationId: destination.id, ...told },
    at,
  });
  return null;
}

async function billsIssued(tx: Tx, news: News, closeOn: JstDate): Promise<null> {
  const { storeId, at } = news;
  const period = periodOf(closeOn);
  // Told late: the close has fetched the bills by itself.
  const close = await tx.close.findUnique({ where: { storeId_period: { storeId, period } } });
  if (close?.status === 'closed') return null;
  const target = workflowIds.monthlyClose(storeId, period);
  await enqueue(tx, {
    storeId,
    id: `news/${news.eventId}`,
    kind: 'signal',
    target,
    name: 'billsIssued',
    payload: {},
    at,
  });
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
  await tx.payment.createMany({
    data: [
      {
        storeId,
        id: `pay_np_${news.eventId}`,
        sourceKey: `np/${news.eventId}`,
        source: 'np',
        accountId,
        invoiceId,
        amount: BigInt(yen(amount)),
        paidOn: dateIn(paidOn),
        knownAt: new Date(at),
      },
    ],
    skipDuplicates: true,
  });
  await settleInvoice(tx, { storeId, at, invoiceId, paidOn });
  return null;
}

/** Marks the invoice paid once its payments reach its total, and tells of it. */
export async function settleInvoice(
  tx: Tx,
  input: { storeId: string; at: News['at']; invoiceId: string; paidOn: JstDate },
): Promise<void> {
  const { storeId, at, invoiceId, paidOn } = input;
  const [invoice] = await tx.$queryRaw<
    { id: string; account_id: string; status: string; total: bigint; number: string; period: Period }[]
  >`
    SELECT id, account_id, status, total, number, period FROM invoices WHERE store_id = ${storeId} AND id = ${invoiceId} FOR UPDATE`;
  if (!invoice || invoice.status !== 'issued') return;
  const paid = await tx.payment.aggregate({ where: { storeId, invoiceId }, _sum: { amount: true } });
  if ((paid._sum.amount ?? 0n) < invoice.total) return;
  // Paid once more after a deposit was reversed it is told once more.
  const reversals = await tx.payment.count({ where: { storeId, invoiceId, amount: { lt: 0 } } });
  await tx.invoice.update({
    where: { storeId_id: { storeId, id: invoiceId } },
    data: { status: 'paid', paidOn: dateIn(paidOn) },
  });
  await emit(tx, {
    storeId,
    key: `invoice.paid/${invoiceId}${reversals > 0 ? `/${reversals + 1}` : ''}`,
    type: 'invoice.paid',
    at,
    accountId: invoice.account_id,
    invoiceId,
    amount: toYen(invoice.total),
    period: invoice.period,
    data: { number: invoice.number, paid_on: paidOn },
  });
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
  const target = workflowIds.debitRun(storeId, nominal);
  await enqueue(tx, {
    storeId,
    id: `news/${news.eventId}`,
    kind: 'signal',
    target,
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
  await tx.$executeRaw(sql`SELECT pg_advisory_xact_lock(hashtextextended('news/' || ${storeId}, 0))`);
}

/**
 * Of bills that have just got their numbers: news of them that came before was an incident and is judged once more. To be
 * called in the transaction that gives the numbers, after it has.
 */
export async function applyKeptNews(tx: Tx, storeId: string, numbers: readonly string[]): Promise<void> {
  if (numbers.length === 0) return;
  await lockNews(tx, storeId);
  await tx.$executeRaw(sql`
    INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
    SELECT n.store_id, 'provider-news/' || n.event_id || '/again', 'news', n.event_id, n.type, '{}', n.at, n.at
      FROM provider_news n
      JOIN incidents i ON i.store_id = n.store_id AND i.id = 'news/' || n.event_id AND i.status = 'open'
     WHERE n.store_id = ${storeId} AND n.data ? 'bill_number' AND n.data->>'bill_number' = ANY(${numbers})
     ORDER BY n.at
    ON CONFLICT DO NOTHING`);
}

/** What was an incident before is none any more. */
async function understood(tx: Tx, { storeId, eventId, at }: News): Promise<void> {
  await tx.incident.updateMany({
    where: { storeId, id: `news/${eventId}`, status: 'open' },
    data: { status: 'resolved', resolution: 'understood later', resolvedAt: instantIn(at) },
  });
}

/** News that fits nothing we know is kept for a person, never dropped. */
async function puzzled(tx: Tx, news: News, why: string): Promise<void> {
  await openIncident(tx, {
    storeId: news.storeId,
    id: `news/${news.eventId}`,
    kind: 'news_not_understood',
    at: news.at,
    detail: { failure: why },
  });
}
