import { type JstDate, type Period, dateOf, nextPeriod, periodOf } from '../../domain/calendar';
import { toYen } from '../../domain/money';
import { type Db, type Tx, dateIn } from '../../prisma/db';
import type { ForOrder } from '../../workflows/contracts/activities';
import type { EventType } from '../../workflows/contracts/events';
import { keys } from '../../workflows/contracts/keys';
import { emit } from '../lib/events';
import { makeOrderItems } from './items';
import { once } from '../lib/once';
import { type OrderRow, loadOrder } from './rows';

/** One step of an order, once under its name: the order is loaded and everything written in one transaction. */
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

/** Tells what became of the order, with its month's yen with tax. @param on the date it belongs to, if not that of the fact */
export function tell(
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
 * From `on` the lines are in force, and what they cost is billed: their first month, decided already, and each month that has
 * been opened since without them, as when a start is told of in the month after.
 * @returns months still to be registered with NP
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
  await tx.subscription.updateMany({
    where: { storeId: input.storeId, orderId: input.orderId, status: 'scheduled' },
    data: { status: 'active', startsOn: dateIn(on) },
  });
}

/** @param on last day of service; null when it never started */
export async function endLines(tx: Tx, input: ForOrder, on: JstDate | null): Promise<void> {
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
