import { isFinalFailure } from '../../lib/failures';
import { dateOut, sql } from '../../../prisma/db';
import type { ForPeriod, GatewayActivities } from '../../../workflows/contracts/activities';
import { workflowIds } from '../../../workflows/contracts/ids';
import { keys } from '../../../workflows/contracts/keys';
import { chunkBefore } from '../../lib/chunk';
import { CHUNK } from '../draft';
import type { Deps } from '../../lib/deps';
import { storeBillDocument } from './documents';
import { advance } from '../../../books/lib/advance';
import { send } from '../../../books/lib/outbox';
import { openIncident } from '../../../books/lib/incidents';
import { callProvider, gatewayCall } from '../../lib/gateway-call';
import { mirrorPage } from './mirror';
import { type OrderCharge, chargesOf, registerCharge } from '../../order/np-registration';
import { heartbeat, inParallel } from '../../lib/parallel';

/** The number of orders in one chunk of registrations. */
const ORDERS = 200;
/** The number of orders that are sent to NP at the same time. */
const WIDTH = 8;
/** The most registered transactions in one 請求確定依頼 (our request that NP bills them). We assume the limit of NP's other lists. */
const BILLING_BATCH = 100;

type NpBilling = Pick<
  GatewayActivities,
  'registerPeriodChunk' | 'requestBillingChunk' | 'mirrorChunk' | 'fetchBillDocument'
>;

/**
 * The calls of a billing month to NP (the credit provider NP掛け払い). The month's charges are registered on its 1st day. NP is asked
 * to bill them after finance has approved the close. NP's bills are copied into the books once NP has issued them.
 */
export function npBillingGateway(deps: Deps): NpBilling {
  const { db } = deps;
  return {
    /**
     * Registers the month of the next 200 orders. A second run takes the orders that have no answer yet. If no retry can help an
     * order's registration, an incident is opened and the other orders go on.
     */
    async registerPeriodChunk(input) {
      const { storeId, period, after } = input;
      const rows = await db.$queryRaw<{ order_id: string }[]>(sql`
        SELECT DISTINCT order_id FROM billable_items
         WHERE store_id = ${storeId} AND period = ${period} AND settlement = 'np' AND status = 'pending'
           AND order_id > ${after ?? ''}
         ORDER BY order_id LIMIT ${ORDERS}`);
      const orders = rows.map((row) => row.order_id);
      const next = orders.length === ORDERS ? orders.at(-1)! : null;
      return chunkBefore(
        () => next,
        async () => {
          const charges = await chargesOf(db, storeId, period, orders);
          await inParallel(charges, WIDTH, (charge) => register(deps, input, charge));
          return { next, count: orders.length };
        },
      );
    },

    /**
     * Sends 請求確定依頼 (asks NP to bill) for the registrations of the next 500 approved drafts. NP can't say whether it has
     * received a request. We assume that a repeated request counts once, so a request whose answer was lost is sent again. The
     * query also takes drafts that are requested already, so that a second run has the same batches and the same keys.
     */
    async requestBillingChunk(input) {
      const { storeId, period, after } = input;
      const invoices = await db.invoice.findMany({
        where: { storeId, period, settlement: 'np', status: { notIn: ['held', 'void'] }, id: { gt: after ?? '' } },
        orderBy: { id: 'asc' },
        take: CHUNK,
        select: { id: true, closeOn: true },
      });
      if (invoices.length === 0) return { next: null, count: 0 };
      const next = invoices.length === CHUNK ? invoices.at(-1)!.id : null;
      return chunkBefore(
        () => next,
        async () => {
          await requestBilling(deps, input, invoices);
          return { next, count: invoices.length };
        },
      );
    },

    /**
     * Copies one page of NP's list of the month's bills into the books.
     * @param input.after NP's cursor of the page; null for the first page
     */
    async mirrorChunk(input) {
      const { storeId, period, after } = input;
      const closes = await db.close.findUniqueOrThrow({ where: { storeId_period: { storeId, period } } });
      const credit = await deps.credit(storeId);
      const { bills, next } = await callProvider(() => credit.issuedBills(dateOut(closes.closeOn), after));
      await mirrorPage(deps, input, bills);
      return { next, count: bills.length };
    },

    fetchBillDocument: (input) => storeBillDocument(deps, input),
  };
}

/** A transaction that we registered with NP, with its ids on our side and on NP's, and our invoice that contains it. */
interface Asked {
  invoice_id: string;
  shop_transaction_id: string;
  np_transaction_id: string;
}

/**
 * Asks NP in batches to bill the registrations (`transactions`) of these invoices. An invoice becomes `requested` once NP has been asked for all
 * its registrations.
 */
async function requestBilling(
  deps: Deps,
  { storeId, period, at }: ForPeriod,
  invoices: readonly { id: string; closeOn: Date }[],
): Promise<void> {
  const { db } = deps;
  const baseDate = dateOut(invoices[0]!.closeOn);
  const ids = invoices.map((invoice) => invoice.id);
  const transactions = await db.$queryRaw<Asked[]>(sql`
    SELECT DISTINCT i.invoice_id, t.shop_transaction_id, t.np_transaction_id
      FROM billable_items i
      JOIN credit_transactions t ON t.store_id = i.store_id AND t.order_id = i.order_id
           AND t.period = i.usage_period AND t.status IN ('registered', 'requested', 'billed')
     WHERE i.store_id = ${storeId} AND i.invoice_id = ANY(${ids})
     ORDER BY i.invoice_id, t.shop_transaction_id`);
  const credit = await deps.credit(storeId);
  for (let from = 0; from < transactions.length; from += BILLING_BATCH) {
    const batch = transactions.slice(from, from + BILLING_BATCH);
    const requests = batch.map((t) => ({ transactionId: t.np_transaction_id, baseDate }));
    await gatewayCall<'asked'>(db, {
      storeId,
      key: keys.call.npBilling(period, batch[0]!.shop_transaction_id, batch.at(-1)!.shop_transaction_id),
      provider: 'np',
      at,
      request: requests,
      find: () => Promise.resolve(null),
      send: async () => {
        await credit.requestBilling(requests);
        return 'asked';
      },
      record: async (tx) => {
        await tx.creditTransaction.updateMany({
          where: {
            storeId,
            shopTransactionId: { in: batch.map((t) => t.shop_transaction_id) },
            status: 'registered',
          },
          data: { status: 'requested' },
        });
      },
    });
    heartbeat();
  }
  // The invoices change only after the last batch, because the registrations of one invoice may be in two batches.
  await advance(db, 'invoice', {
    where: { storeId, id: { in: transactions.map((t) => t.invoice_id) } },
    from: 'draft',
    to: 'requested',
  });
}

/**
 * Registers one order's month with NP. If NP refuses the month, the order's workflow gets the message `atRisk`. If the
 * registration fails and no retry can help, an incident is opened.
 */
async function register(deps: Deps, { storeId, period, at }: ForPeriod, charge: OrderCharge): Promise<void> {
  const { orderId } = charge;
  try {
    await registerCharge(deps, { storeId, orderId, period, n: 1, at }, charge, async (tx, result) => {
      if (result.outcome === 'registered') return;
      await send(tx, {
        storeId,
        id: keys.message.monthAtRisk(orderId, period),
        to: workflowIds.order(orderId),
        name: 'atRisk',
        payload: { period, reason: result.reason },
        at,
      });
    });
  } catch (e) {
    if (!isFinalFailure(e)) throw e;
    deps.log.error({ storeId, orderId, period, err: e }, 'month not registered with NP');
    await deps.db.$transaction((tx) =>
      openIncident(tx, {
        storeId,
        id: keys.incident.registration(orderId, period),
        kind: 'np_registration_failed',
        at,
        workflowId: workflowIds.order(orderId),
        detail: { order_id: orderId, failure: e.message },
      }),
    );
  }
}
