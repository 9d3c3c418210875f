import { setTimeout as pause } from 'node:timers/promises';
import { draftSteps } from '../../../activities/close/draft';
import { makeOrderItems } from '../../../books/order/items';
import { instant, period } from '../../../domain/calendar';
import type { Db } from '../../../prisma/db';
import { TestStore, openTestDb } from './store';

const OCTOBER = period('2026-10');
const at = instant('2026-11-01T00:05:00+09:00');

let db: Db;
beforeAll(() => {
  db = openTestDb();
});
afterAll(() => db.$disconnect());

test("an order's first month has one item per line with its reason, even if it is made twice", async () => {
  const store = await TestStore.make(db, 'np');
  await store.buyer('aoba');
  const orderId = await store.order('a1', 'aoba', [{}, { amount: 105, quantity: 3, rateClass: 'reduced' }]);
  const input = { storeId: store.id, orderId, period: OCTOBER, status: 'billable' as const };

  expect(await store.twice(() => db.$transaction((tx) => makeOrderItems(tx, input)))).toEqual({
    period: '2026-10',
    gross: 33_000 + 340, // 315 × 1.08 = 340.2
  });

  const { items } = await store.books();
  expect(items).toMatchObject([
    { id: 'sub_a1_1/2026-10', settlement: 'np', net: 30_000n, gross: 33_000n, status: 'billable' },
    { id: 'sub_a1_2/2026-10', quantity: 3, unitAmount: 105n, net: 315n, gross: 340n },
  ]);
  expect(items[0]!.reason).toEqual({
    plan_id: 'pln_a',
    price_id: 'prc_a',
    price_version: 1,
    order_id: 'ord_a1',
    usage_period: '2026-10',
    quantity: 1,
    proration: '1/1',
  });
});

test('a frozen month accepts no more items: they go to the next open month and are marked late', async () => {
  const store = await TestStore.make(db, 'in_house');
  await store.buyer('aoba');
  const orderId = await store.order('a1', 'aoba');
  await draftSteps(store.deps).freezePeriod({ storeId: store.id, at, period: OCTOBER });
  const input = { storeId: store.id, orderId, period: OCTOBER, status: 'billable' as const };

  const made = await store.twice(() => db.$transaction((tx) => makeOrderItems(tx, input)));

  expect(made.period).toBe('2026-11');
  const { items } = await store.books();
  expect(items).toMatchObject([{ period: '2026-11', reason: { usage_period: '2026-10', late: true } }]);
});

test('items made before the freeze are found after it, and not made again in the next month', async () => {
  const store = await TestStore.make(db, 'in_house');
  await store.buyer('aoba');
  const orderId = await store.order('a1', 'aoba');
  const make = () =>
    db.$transaction((tx) =>
      makeOrderItems(tx, { storeId: store.id, orderId, period: OCTOBER, status: 'billable' as const }),
    );
  await make();
  await draftSteps(store.deps).freezePeriod({ storeId: store.id, at, period: OCTOBER });
  expect(await make()).toEqual({ period: '2026-10', gross: 33_000 });
  expect((await store.books()).items).toHaveLength(1);
});

test('the freeze waits for a transaction that is writing an item', async () => {
  const store = await TestStore.make(db, 'in_house');
  await store.buyer('aoba');
  const orderId = await store.order('a1', 'aoba');
  const fact = { storeId: store.id, at, period: OCTOBER };
  let frozen = false;
  let freeze: Promise<void> | undefined;
  await db.$transaction(async (tx) => {
    await makeOrderItems(tx, { storeId: store.id, orderId, period: OCTOBER, status: 'billable' });
    freeze = draftSteps(store.deps)
      .freezePeriod(fact)
      .then(() => {
        frozen = true;
      });
    await waitForLock(db);
    expect(frozen).toBe(false);
  });
  await freeze;
  const { items, periods } = await store.books();
  expect(items).toMatchObject([{ period: '2026-10' }]);
  expect(periods).toMatchObject([{ period: '2026-10', status: 'frozen' }]);
});

/** Waits until a transaction of this database waits for the lock of another. */
async function waitForLock(on: Db): Promise<void> {
  for (;;) {
    const [{ waiting }] = (await on.$queryRaw<{ waiting: number }[]>`
      SELECT count(*)::int AS waiting FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%periods%'`) as [
      { waiting: number },
    ];
    if (waiting > 0) return;
    await pause(5);
  }
}
