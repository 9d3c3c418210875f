import { type JstDate, type Period, dateOf, nextPeriod, periodOf } from '../../domain/calendar';
import { toYen } from '../../domain/money';
import { type Db, type Tx, dateIn } from '../../prisma/db';
import type { ForOrder } from '../../workflows/contracts/activities';
import type { EventType } from '../../workflows/contracts/events';
import { keys } from '../../workflows/contracts/keys';
import { advance } from '../lib/advance';
import { emit } from '../lib/events';
import { makeOrderItems } from './items';
import { once } from '../lib/once';
import { type OrderRow, loadOrder } from './rows';

/**
 * Runs a named step of an order, once. One transaction loads the order and writes everything.
 * @param decided the business values that the step writes. A second call with other values throws Conflict
 */
export function orderStep<R>(
  db: Db,
  input: ForOrder,
  name: string,
  work: (tx: Tx, order: OrderRow) => Promise<R>,
  decided: object = {},
): Promise<R> {
  return once(db, input.storeId, keys.once.orderStep(input.orderId, name), decided, async (tx) =>
    work(tx, await loadOrder(tx, input)),
  );
}

/** Emits an event about the order, with its amount for one month. @param on date of the event, if not the date of `input.at` */
export function emitOrderEvent(
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
    key: keys.event.order(type, input.orderId, key),
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
 * Starts the service of an order's lines on `on` and makes their billable items: for the first month, and for each later month
 * that has begun already, for example if the start is reported a month late. The items of the first month are billable at once,
 * because NP or the card company has approved that month. With NP, the items of later months wait for its approval.
 * @returns the months that must still be registered with the credit provider NP掛け払い (NP)
 */
export async function beginService(tx: Tx, input: ForOrder, order: OrderRow, on: JstDate): Promise<Period[]> {
  const decided = order.firstPeriod;
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
  await advance(tx, 'subscription', {
    where: { storeId: input.storeId, orderId: input.orderId },
    from: 'scheduled',
    to: 'active',
    data: { startsOn: dateIn(on) },
  });
}

/** @param on last day of service; null if the service never started */
export async function endLines(tx: Tx, input: ForOrder, on: JstDate | null): Promise<void> {
  await advance(tx, 'subscription', {
    where: { storeId: input.storeId, orderId: input.orderId },
    to: 'ended',
    data: { ...(on && { endsOn: dateIn(on) }) },
  });
}

/** Moves an order's first month, with NP's registration or the card's authorisation, because its service starts later. */
async function moveFirstPeriod(tx: Tx, { storeId, orderId }: ForOrder, from: Period, to: Period): Promise<void> {
  const own = { storeId, orderId, period: from };
  await tx.creditTransaction.updateMany({ where: { ...own, status: 'registered' }, data: { period: to } });
  await tx.cardCharge.updateMany({ where: { ...own, status: 'committed' }, data: { period: to } });
  await tx.order.update({ where: { storeId_id: { storeId, id: orderId } }, data: { firstPeriod: to } });
}
