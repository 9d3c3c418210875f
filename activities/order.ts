import { type JstDate, type Period, addBusinessDays, addDays, dateOf, nextPeriod, periodOf } from '../domain/calendar';
import { type CancellationTermsId, cancellationTerms, previewCancellation } from '../domain/cancellation/terms';
import { toYen } from '../domain/money';
import type { OrderState } from '../domain/order/lifecycle';
import { policy } from '../domain/policy';
import { type Tx, dateIn, dateOut } from '../prisma/db';
import type { ForOrder, OrderBook } from '../workflows/contracts/activities';
import type { EventType } from '../workflows/contracts/events';
import { workflowIds } from '../workflows/contracts/ids';
import type { Deps } from './deps';
import { emit, enqueue } from './facts';
import { makeOrderItems } from './items';
import { type OrderRow, changeStatus, loadOrder, mailBuyer } from './order-rows';
import { once } from './once';

/** The order's own steps in the books: each changes the status, tells of it and queues what follows, in one transaction. */
export function orderBook({ db }: Deps): OrderBook {
  const step = <R>(input: ForOrder, name: string, work: (tx: Tx, order: OrderRow) => Promise<R>): Promise<R> =>
    once(db, input.storeId, `order/${input.orderId}/${name}`, {}, async (tx) => work(tx, await loadOrder(tx, input)));

  /** Once for each try of the credit: what was released on the day it was held may be held again that day. */
  const holdOnce = async (input: ForOrder, work: (tx: Tx, order: OrderRow) => Promise<void>): Promise<void> => {
    const { creditAttempt } = await loadOrder(db, input);
    return step(input, `hold/${creditAttempt}`, work);
  };

  return {
    async orderFacts(input) {
      const order = await loadOrder(db, input);
      const authentication = await db.cardAuthentication.findFirst({
        where: { storeId: input.storeId, orderId: input.orderId, purpose: 'order' },
      });
      return {
        method: order.method as 'bank_transfer' | 'card',
        settlement: order.method === 'card' ? 'card' : (order.store.settlement as 'np' | 'in_house'),
        firstPeriod: order.firstPeriod as Period,
        destinationId: order.destinationId,
        buyer: order.destination.buyerStatus as 'none' | 'passed',
        authenticationRef: authentication?.id ?? null,
      };
    },

    askClearance: ({ accountId, destinationId, ...input }) =>
      step(input, 'ask-clearance', async (tx) => {
        await changeStatus(tx, input, 'screening');
        const id = `clear/${destinationId}/${input.orderId}`;
        const target = workflowIds.account(accountId);
        const { storeId, at } = input;
        await enqueue(tx, { storeId, id, kind: 'signal', target, name: 'clear', payload: { destinationId }, at });
      }),

    screeningHeld: ({ until, ...input }) =>
      step(input, 'screening-held', async (tx, order) => {
        await changeStatus(tx, input, 'screening', { waitUntil: until, reason: 'buyer_held' });
        await tell(tx, input, order, 'order.screening', 'screening-held', { until });
      }),

    confirmOrder: ({ period, ...input }) =>
      step(input, 'confirm', async (tx, order) => {
        const where = { storeId_id: { storeId: input.storeId, id: input.orderId } };
        await tx.order.update({ where, data: { firstPeriod: period } });
        await tell(tx, input, order, 'order.confirmed', 'confirm', {});
        if (order.lines.every((line) => line.plan.provisioning === 'immediate')) {
          await beginService(tx, input, { ...order, firstPeriod: period }, dateOf(input.at));
          await changeStatus(tx, input, 'active', { waitUntil: null, reason: null });
          return { status: 'active' as const, startBy: dateOf(input.at) };
        }
        const days = Math.max(...order.lines.map((line) => line.plan.startWithinDays));
        const startBy = addBusinessDays(dateOf(input.at), days);
        await changeStatus(tx, input, 'provisioning', { waitUntil: startBy, reason: null });
        return { status: 'provisioning' as const, startBy };
      }),

    holdOrder: ({ until, ...input }) =>
      holdOnce(input, async (tx, order) => {
        await changeStatus(tx, input, 'held', { waitUntil: until, reason: 'credit_limit' });
        const event = `order.held/${input.orderId}/${order.creditAttempt}`;
        await tell(tx, input, order, 'order.held', `held/${order.creditAttempt}`, { until });
        await mailBuyer(tx, input, order, event, 'order-held', (mail) => ({ order: mail, until }));
      }),

    releaseOrder: ({ messageId, ...input }) =>
      once(db, input.storeId, `order/${input.orderId}/release/${messageId}`, {}, async (tx) => {
        const { creditAttempt, status } = await tx.order.update({
          where: { storeId_id: { storeId: input.storeId, id: input.orderId } },
          data: { creditAttempt: { increment: 1 } },
        });
        if (status === 'held') await changeStatus(tx, input, 'screening', { waitUntil: null, reason: null });
        return { n: creditAttempt };
      }),

    declineOrder: ({ reason, ...input }) =>
      step(input, 'end', async (tx, order) => {
        await changeStatus(tx, input, 'declined', { waitUntil: null, reason });
        await endLines(tx, input, null);
        await tell(tx, input, order, 'order.declined', 'declined', { reason });
        const event = `order.declined/${input.orderId}`;
        const until = order.waitUntil ? dateOut(order.waitUntil) : dateOf(input.at);
        switch (reason) {
          case 'judgement':
            return mailBuyer(tx, input, order, event, 'order-declined-judgement', (mail, orderUrl) => ({
              order: mail,
              orderUrl,
            }));
          case 'overdue':
            return mailBuyer(tx, input, order, event, 'order-declined-overdue', (mail) => ({ order: mail }));
          case 'hold_expired':
            return mailBuyer(tx, input, order, event, 'order-declined-hold-expired', (mail, orderUrl) => ({
              order: mail,
              until,
              orderUrl,
            }));
          case 'screening_denied':
          case 'screening_expired': {
            const expired = reason === 'screening_expired';
            return mailBuyer(tx, input, order, event, 'order-declined-screening', (mail, orderUrl) => ({
              order: mail,
              expired,
              orderUrl,
            }));
          }
        }
      }),

    cancelOrder: ({ reason, ...input }) =>
      step(input, 'end', async (tx, order) => {
        await changeStatus(tx, input, 'cancelled', { waitUntil: null, reason });
        await endLines(tx, input, null);
        await tell(tx, input, order, 'order.cancelled', 'cancelled', { reason });
        if (reason === 'asked') return;
        const event = `order.cancelled/${input.orderId}`;
        await mailBuyer(tx, input, order, event, 'order-cancelled-card', (mail, orderUrl) => ({
          order: mail,
          orderUrl,
        }));
      }),

    startService: ({ on, ...input }) =>
      step(input, 'start', async (tx, order) => {
        const unregistered = await beginService(tx, input, order, on);
        await changeStatus(tx, input, 'active', { waitUntil: null });
        await tell(tx, input, order, 'service.started', 'started', {}, on);
        return { unregistered };
      }),

    acceptCancellation: ({ messageId, lines, ...input }) =>
      once(db, input.storeId, `order/${input.orderId}/cancel/${messageId}`, { lines }, async (tx) => {
        const order = await loadOrder(tx, input);
        const asked = order.lines.filter((line) => lines === 'all' || lines.includes(line.id));
        const ends = new Map(order.lines.flatMap(({ id, endsOn }) => (endsOn ? [[id, dateOut(endsOn)]] : [])));
        const accepted: JstDate[] = [];
        for (const line of asked) {
          const terms = cancellationTerms[line.cancellationTerms as CancellationTermsId];
          const startsOn = line.startsOn && dateOut(line.startsOn);
          const preview = previewCancellation({
            terms,
            startsOn,
            askedOn: dateOf(input.at),
            status: lineState(line.status),
          });
          if (!preview.ok) continue;
          const { ends_on: endsOn } = preview.value;
          await tx.subscription.update({
            where: { storeId_id: { storeId: input.storeId, id: line.id } },
            data: { status: 'ending', endsOn: dateIn(endsOn) },
          });
          ends.set(line.id, endsOn);
          accepted.push(endsOn);
        }
        // Each line ends on its own date, the order with the last of them.
        const wholeOrder = order.lines.every((line) => ends.has(line.id) || line.status === 'ended');
        const endsOn = latest([...ends.values()]) ?? dateOf(input.at);
        const told = latest(accepted);
        if (told) {
          if (wholeOrder) await changeStatus(tx, input, 'ending', { waitUntil: endsOn });
          const data = { ends_on: told, last_period: periodOf(told) };
          await tell(tx, input, order, 'cancellation.accepted', `cancel/${messageId}`, data);
        }
        return { endsOn, lastPeriod: periodOf(endsOn), wholeOrder };
      }),

    endOrder: ({ on, reason, ...input }) =>
      step(input, 'end', async (tx, order) => {
        await changeStatus(tx, input, 'ended', { waitUntil: null, reason });
        await endLines(tx, input, on);
        await tell(tx, input, order, 'order.ended', 'ended', { reason }, on);
        if (reason !== 'unpaid') return;
        const event = `order.ended/${input.orderId}`;
        const unpaid = await unpaidOf(tx, input);
        await mailBuyer(tx, input, order, event, 'contract-ended-unpaid', (mail) => ({
          order: mail,
          settledBy: order.method === 'card' ? ('card' as const) : ('bank_transfer' as const),
          unpaid,
          endedOn: on,
        }));
      }),

    suspendOrder: ({ reason, cause, ...input }) =>
      once(db, input.storeId, `order/${input.orderId}/suspend/${cause}`, { reason }, async (tx) => {
        const order = await loadOrder(tx, input);
        await changeStatus(tx, input, 'suspended', { reason });
        await tx.subscription.updateMany({
          where: { storeId: input.storeId, orderId: input.orderId, status: 'active' },
          data: { status: 'paused' },
        });
        const on = dateOf(input.at);
        await tell(tx, input, order, 'order.suspended', `suspended/${cause}`, { reason });
        if (reason !== 'card_declined') return;
        const unpaid = await unpaidOf(tx, input);
        const event = `order.suspended/${input.orderId}/${cause}`;
        await mailBuyer(tx, input, order, event, 'contract-suspended', (mail) => ({
          order: mail,
          settledBy: 'card' as const,
          unpaid,
          suspendedOn: on,
          endsOn: addDays(on, policy.card.endDaysAfterSuspension),
        }));
      }),

    resumeOrder: ({ cause, ...input }) =>
      once(db, input.storeId, `order/${input.orderId}/resume/${cause}`, {}, async (tx) => {
        const order = await loadOrder(tx, input);
        await changeStatus(tx, input, order.lines.every((l) => l.endsOn !== null) ? 'ending' : 'active', {
          reason: null,
          waitUntil: null,
        });
        await tx.subscription.updateMany({
          where: { storeId: input.storeId, orderId: input.orderId, status: 'paused' },
          data: { status: 'active' },
        });
        await tell(tx, input, order, 'order.resumed', `resumed/${cause}`, {});
      }),

    markAtRisk: ({ period, reason, until, ...input }) =>
      once(db, input.storeId, `order/${input.orderId}/at-risk/${period}`, { reason }, async (tx) => {
        const order = await loadOrder(tx, input);
        await changeStatus(tx, input, 'at_risk', { reason, waitUntil: until });
        await tell(tx, input, order, 'order.at_risk', `at-risk/${period}`, { reason, until, period });
      }),
  };
}

function latest(dates: readonly JstDate[]): JstDate | undefined {
  return [...dates].sort().at(-1);
}

function tell(
  tx: Tx,
  input: ForOrder,
  order: OrderRow,
  type: EventType,
  key: string,
  data: object,
  on?: JstDate,
): Promise<void> {
  return emit(tx, {
    storeId: input.storeId,
    key: `${type}/${input.orderId}/${key}`,
    type,
    at: input.at,
    ...(on && { on }),
    accountId: order.accountId,
    orderId: input.orderId,
    amount: toYen(order.total),
    data: { ...data },
  });
}

/**
 * From `on` the lines are in force, and what they cost is billed: their first month, decided already, and each month that has
 * been opened since without them, as when a start is told of in the month after.
 * @returns months still to be registered with NP
 */
async function beginService(tx: Tx, input: ForOrder, order: OrderRow, on: JstDate): Promise<Period[]> {
  const decided = order.firstPeriod as Period;
  const first = periodOf(on) > decided ? periodOf(on) : decided;
  if (first !== decided) await moveFirstPeriod(tx, input, decided, first);
  await makeOrderItems(tx, { ...input, period: first, status: 'billable' });
  const since: Period[] = [];
  for (let period = nextPeriod(first); period <= periodOf(dateOf(input.at)); period = nextPeriod(period))
    since.push(period);
  const byNp = order.method !== 'card' && order.store.settlement === 'np';
  for (const period of since) await makeOrderItems(tx, { ...input, period, status: byNp ? 'pending' : 'billable' });
  await startLines(tx, input, on);
  return byNp ? since : [];
}

async function startLines(tx: Tx, input: ForOrder, on: JstDate): Promise<void> {
  await tx.subscription.updateMany({
    where: { storeId: input.storeId, orderId: input.orderId, status: 'scheduled' },
    data: { status: 'active', startsOn: dateIn(on) },
  });
}

/** @param on last day of service; null when it never started */
async function endLines(tx: Tx, input: ForOrder, on: JstDate | null): Promise<void> {
  await tx.subscription.updateMany({
    where: { storeId: input.storeId, orderId: input.orderId, status: { not: 'ended' } },
    data: { status: 'ended', ...(on && { endsOn: dateIn(on) }) },
  });
}

/** Service starts in a later month than credit or card was decided in: what was registered or authorised is that month's. */
async function moveFirstPeriod(tx: Tx, { storeId, orderId }: ForOrder, from: Period, to: Period): Promise<void> {
  const own = { storeId, orderId, period: from };
  await tx.creditTransaction.updateMany({ where: { ...own, status: 'registered' }, data: { period: to } });
  await tx.cardCharge.updateMany({ where: { ...own, status: 'committed' }, data: { period: to } });
  await tx.order.update({ where: { storeId_id: { storeId, id: orderId } }, data: { firstPeriod: to } });
}

async function unpaidOf(tx: Tx, input: ForOrder): Promise<number> {
  const open = await tx.invoice.aggregate({
    where: { storeId: input.storeId, settlementRef: input.orderId, status: { in: ['draft', 'issued'] } },
    _sum: { total: true },
  });
  return toYen(open._sum.total ?? 0n);
}

/** A line's state in the words of an order's, as the terms of cancellation judge it. */
function lineState(status: string): OrderState {
  return status === 'active'
    ? 'active'
    : status === 'paused'
      ? 'suspended'
      : status === 'scheduled'
        ? 'confirmed'
        : 'ended';
}
