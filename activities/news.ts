import { type JstDate, type Period, jstDate, periodOf } from '../domain/calendar';
import { toYen, yen } from '../domain/money';
import { type Tx, dateIn, instantOut } from '../prisma/db';
import { keys, workflowIds } from '../workflows/contracts/ids';
import type { Deps } from './deps';
import { emit, enqueue, openIncident } from './facts';

interface NewsRow {
  storeId: string;
  id: string;
  target: string;
}

type News = { storeId: string; eventId: string; at: ReturnType<typeof instantOut> };

/** Judges one piece of a provider's news by the state it meets: books what is a fact, tells workflows what they wait for. */
export async function applyNews({ db }: Deps, row: NewsRow): Promise<void> {
  await db.$transaction(async (tx) => {
    const news = await tx.providerNews.findUniqueOrThrow({
      where: { storeId_eventId: { storeId: row.storeId, eventId: row.target } },
    });
    const context = { storeId: row.storeId, eventId: news.eventId, at: instantOut(news.at) };
    const data = news.data as Record<string, string & number>;
    switch (news.type) {
      case 'buyer.screened':
      case 'guarantee.changed':
        await buyerNews(tx, context, news.type, String(data['buyer_id']), data['status']);
        break;
      case 'bills.issued':
        await billsIssued(tx, context, jstDate(String(data['close_on'])));
        break;
      case 'bill.paid':
        await billPaid(
          tx,
          context,
          String(data['bill_number']),
          Number(data['amount']),
          jstDate(String(data['paid_on'])),
        );
        break;
      case 'debit.result':
        await debitResult(tx, context, String(data['bill_number']), String(data['code']));
        break;
      default:
        await puzzled(tx, context, `unknown type ${news.type}`);
    }
    const now = new Date();
    await tx.dispatch.updateMany({
      where: { storeId: row.storeId, id: row.id },
      data: { deliveredAt: now, processedAt: now },
    });
  });
}

async function buyerNews(tx: Tx, news: News, type: string, npBuyerId: string, status: unknown): Promise<void> {
  const { storeId, at } = news;
  const destination = await tx.billingDestination.findUnique({ where: { storeId_npBuyerId: { storeId, npBuyerId } } });
  if (!destination) return puzzled(tx, news, `unknown buyer ${npBuyerId}`);
  const target = workflowIds.account(destination.accountId);
  const told = { destinationId: destination.id };
  await enqueue(
    tx,
    type === 'buyer.screened'
      ? {
          storeId,
          id: `news/${news.eventId}`,
          kind: 'signal',
          target,
          name: 'buyerScreened',
          payload: { ...told, newsId: news.eventId },
          at,
        }
      : {
          storeId,
          id: `news/${news.eventId}`,
          kind: 'signal',
          target,
          name: 'guaranteeChanged',
          payload: { ...told, status },
          at,
        },
  );
}

async function billsIssued(tx: Tx, news: News, closeOn: JstDate): Promise<void> {
  const { storeId, at } = news;
  const target = workflowIds.monthlyClose(storeId, periodOf(closeOn));
  await enqueue(tx, {
    storeId,
    id: `news/${news.eventId}`,
    kind: 'signal',
    target,
    name: 'billsIssued',
    payload: {},
    at,
  });
}

/** NP was paid: no journal of ours (the claim is NP's), but the buyer owes nothing more. */
async function billPaid(tx: Tx, news: News, number: string, amount: number, paidOn: JstDate): Promise<void> {
  const { storeId, at } = news;
  const invoice = await tx.invoice.findUnique({ where: { storeId_number: { storeId, number } } });
  if (!invoice) return puzzled(tx, news, `payment for unknown bill ${number}`);
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
}

/** Marks the invoice paid once its payments reach its total, and tells of it once. */
export async function settleInvoice(
  tx: Tx,
  input: { storeId: string; at: News['at']; invoiceId: string; paidOn: JstDate },
): Promise<void> {
  const { storeId, at, invoiceId, paidOn } = input;
  const [invoice] = await tx.$queryRaw<
    { id: string; account_id: string; status: string; total: bigint; number: string; period: string }[]
  >`
    SELECT id, account_id, status, total, number, period FROM invoices WHERE store_id = ${storeId} AND id = ${invoiceId} FOR UPDATE`;
  if (!invoice || invoice.status !== 'issued') return;
  const paid = await tx.payment.aggregate({ where: { storeId, invoiceId }, _sum: { amount: true } });
  if ((paid._sum.amount ?? 0n) < invoice.total) return;
  await tx.invoice.update({
    where: { storeId_id: { storeId, id: invoiceId } },
    data: { status: 'paid', paidOn: dateIn(paidOn) },
  });
  await emit(tx, {
    storeId,
    key: `invoice.paid/${invoiceId}`,
    type: 'invoice.paid',
    at,
    accountId: invoice.account_id,
    invoiceId,
    amount: toYen(invoice.total),
    period: invoice.period as Period,
    data: { number: invoice.number, paid_on: paidOn },
  });
}

async function debitResult(tx: Tx, news: News, number: string, code: string): Promise<void> {
  const { storeId, at } = news;
  const invoice = await tx.invoice.findUnique({ where: { storeId_number: { storeId, number } } });
  const key = invoice && keys.debit(invoice.id, 1);
  const debit = key && (await tx.debit.findUnique({ where: { storeId_key: { storeId, key } } }));
  if (!debit) return puzzled(tx, news, `debit result for unknown bill ${number}`);
  const target = workflowIds.debitRun(storeId, debit.nominal as Period);
  await enqueue(tx, {
    storeId,
    id: `news/${news.eventId}`,
    kind: 'signal',
    target,
    name: 'debitReported',
    payload: { key, code },
    at,
  });
}

/** News that fits nothing we know is kept for a person, never dropped. */
async function puzzled(tx: Tx, news: News, why: string): Promise<void> {
  await openIncident(tx, {
    storeId: news.storeId,
    id: `news/${news.eventId}`,
    kind: 'news_not_understood',
    owner: 'operator',
    at: news.at,
    detail: { failure: why },
  });
}
