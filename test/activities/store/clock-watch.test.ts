import { type Pending, stuckAt } from '../../../activities/store/clock-watch';
import { TestStore, openTestDb } from '../close/store';

/** Finds the reason why a simulated store has not settled: activities/store/clock-watch.ts. */

const db = openTestDb();
afterAll(() => db.$disconnect());

const NOW = new Date('2026-10-05T01:00:00Z');
const step: Pending = { type: 'registerTransaction', attempt: 3, running: false, failure: null, outage: false };

/** Makes a store with one open dispatch row for an order. @returns the result of stuckAt for given pending activities */
async function storeWith(row: { attempts: number; deliveredAt: Date | null }) {
  const store = await TestStore.make(db, 'np');
  await db.clock.update({ where: { storeId: store.id }, data: { nowAt: NOW } });
  const message = { id: 'order/ord_1/cancel/msg_1', kind: 'update' as const, target: 'order/ord_1', name: 'cancel' };
  // Leased, so that the engine of this test run leaves it alone.
  const leaseUntil = new Date(Date.now() + 3_600_000);
  await db.dispatch.create({
    data: { storeId: store.id, ...message, payload: {}, at: NOW, dueAt: NOW, leaseUntil, ...row },
  });
  return (pending: Pending[] | Error) =>
    stuckAt(db, () => (pending instanceof Error ? Promise.reject(pending) : Promise.resolve(pending)), store.id);
}

test('these are not stuck: an undelivered row, an outage of Temporal or of a provider, a step that is running', async () => {
  const undelivered = await storeWith({ attempts: 4, deliveredAt: null });
  expect(await undelivered([])).toBeNull();
  const delivered = await storeWith({ attempts: 1, deliveredAt: NOW });
  expect(await delivered(new Error('no connection'))).toBeNull();
  expect(await delivered([{ ...step, outage: true, failure: 'NP is away' }])).toBeNull();
  expect(await delivered([{ ...step, running: true }])).toBeNull();
});

test('these are stuck and named: a message that no step handles, a step that fails by a fault of the engine', async () => {
  const delivered = await storeWith({ attempts: 1, deliveredAt: NOW });
  const message = 'update cancel for order/ord_1 (message order/ord_1/cancel/msg_1, 1 attempts';
  expect(await delivered([])).toBe(`${message})`);
  expect(await delivered([{ ...step, failure: 'x is not a function' }])).toBe(
    `${message}, at registerTransaction, try 3: x is not a function)`,
  );
  // An outage that lasts for more than twenty attempts counts as stuck.
  expect(await delivered([{ ...step, attempt: 21, outage: true, failure: 'NP is away' }])).toContain('try 21');
});

test('a store that has settled in the meantime is not stuck', async () => {
  const store = await TestStore.make(db, 'np');
  await db.clock.update({ where: { storeId: store.id }, data: { nowAt: NOW } });
  expect(await stuckAt(db, () => Promise.resolve([]), store.id)).toBeNull();
});
