import { closeBook } from '../../activities/close/book';
import { applyNews } from '../../dispatch/apply-news';
import { npBillingGateway } from '../../activities/close/np/billing';
import { periodBook } from '../../activities/close/period';
import { type Instant, instant, period } from '../../domain/calendar';
import { yen } from '../../domain/money';
import { type Tx, instantIn } from '../../prisma/db';
import { TestStore, openTestDb } from '../activities/close/store';

/** NP's news in difficult cases: before its bill is known, malformed, or rejected by the database. */

const db = openTestDb();
afterAll(() => db.$disconnect());

const OCTOBER = period('2026-10');
const BILL = 'F-1-20261105-000001';
const paid = { bill_number: BILL, amount: 33_000, paid_on: '2026-11-06' };

const newStore = () => TestStore.make(db, 'np');

async function storeNews(
  store: TestStore,
  eventId: string,
  type: string,
  data: Record<string, unknown>,
): Promise<void> {
  const at = instantIn(instant('2026-11-05T10:00:00+09:00'));
  await db.providerNews.create({ data: { storeId: store.id, eventId, type, data, at } });
}

const judgeNews = (store: TestStore, eventId: string, id = `provider-news/${eventId}`, attempts = 1) =>
  applyNews(store.deps, { storeId: store.id, id, target: eventId, attempts });

const incidents = async (store: TestStore) =>
  (await db.incident.findMany({ where: { storeId: store.id }, orderBy: { id: 'asc' } })).map(
    ({ id, status, detail }) => `${id} ${status}: ${(detail as { failure: string }).failure}`,
  );

test('a payment of a bill that is not mirrored yet is kept, and booked once the number is known', async () => {
  const store = await newStore();
  const at: Instant = instant('2026-11-05T09:00:00+09:00');
  const fact = { storeId: store.id, at, period: OCTOBER };
  const chunk = { ...fact, after: null };
  await store.buyer('aoba');
  await store.order('a1', 'aoba');
  await periodBook(store.deps).openPeriod(fact);
  const [np, close] = [npBillingGateway(store.deps), closeBook(store.deps)];
  await np.registerPeriodChunk(chunk);
  await close.freezePeriod(fact);
  await close.draftChunk(chunk);
  await close.presentDrafts(fact);
  await close.approveClose({ ...fact, messageId: 'm1', by: 'key_finance' });
  await np.requestBillingChunk(chunk);
  await close.billingRequested(fact);

  await storeNews(store, 'e1', 'bill.paid', paid);
  await judgeNews(store, 'e1');
  expect(await incidents(store)).toEqual([`news/e1 open: payment for unknown bill ${BILL}`]);

  const { npBuyerId } = await db.billingDestination.findFirstOrThrow({ where: { storeId: store.id } });
  const asRegistered = {
    period: OCTOBER,
    shopTransactionIds: [...store.np.registered.keys()],
    total: yen(33_000),
    taxes: [{ rate: 10 as const, total: yen(33_000), tax: yen(3_000) }],
  };
  store.np.bills = [store.bill(BILL, npBuyerId!, asRegistered)];
  await np.mirrorChunk(chunk);
  const again = await db.dispatch.findMany({ where: { storeId: store.id, kind: 'news' } });
  expect(again).toMatchObject([{ id: 'provider-news/e1/again', target: 'e1', processedAt: null }]);

  await judgeNews(store, 'e1', again[0]!.id);
  expect(await db.invoice.findMany({ where: { storeId: store.id } })).toMatchObject([{ number: BILL, status: 'paid' }]);
  expect(await incidents(store)).toEqual([`news/e1 resolved: payment for unknown bill ${BILL}`]);
  expect(await db.dispatch.findFirst({ where: { storeId: store.id, processedAt: null, kind: 'news' } })).toBeNull();
});

test.each([
  ['bill.paid', { ...paid, amount: '33,000' }, 'malformed: amount: '],
  ['bill.paid', { ...paid, amount: 0 }, 'malformed: amount: '],
  ['bill.paid', { ...paid, paid_on: '2026-11-31' }, 'malformed: paid_on: not a date'],
  ['debit.result', { bill_number: BILL }, 'malformed: code: '],
  ['bills.issued', { close_on: null }, 'malformed: close_on: '],
  ['guarantee.changed', { buyer_id: '1', status: 'PERHAPS' }, 'malformed: status: '],
  ['buyer.screened', {}, 'malformed: buyer_id: '],
  ['weather.changed', {}, 'unknown type weather.changed'],
])('%s with %j opens an incident and is not retried forever', async (type, data, why) => {
  const store = await newStore();
  await storeNews(store, 'e1', type, data);
  await judgeNews(store, 'e1');
  expect(await incidents(store)).toEqual([expect.stringContaining(`news/e1 open: ${why}`)]);
});

/** Books news in a database that fails each query for a buyer with the given error. */
async function judgeNewsWithDatabaseError(
  store: Awaited<ReturnType<typeof newStore>>,
  sqlState: string,
  attempts: number,
) {
  const raises = `DO $$ BEGIN RAISE EXCEPTION 'said by the test' USING ERRCODE = '${sqlState}'; END $$`;
  const failing = (tx: Tx) =>
    new Proxy(tx, {
      get: (target, name): unknown =>
        name === 'billingDestination'
          ? { findUnique: () => target.$executeRawUnsafe(raises) }
          : Reflect.get(target, name),
    });
  const $transaction = (work: (tx: Tx) => Promise<unknown>) => db.$transaction((tx) => work(failing(tx)));
  const deps = { ...store.deps, db: { $transaction } as never };
  await applyNews(deps, { storeId: store.id, id: 'provider-news/e1', target: 'e1', attempts });
}

test('news that the database rejects permanently is retried a few times, then opens an incident', async () => {
  const store = await newStore();
  await storeNews(store, 'e1', 'guarantee.changed', { buyer_id: '10000000001', status: 'NG' });
  const CHECK_VIOLATION = '23514';
  await expect(judgeNewsWithDatabaseError(store, CHECK_VIOLATION, 5)).rejects.toThrow('said by the test');
  expect(await incidents(store)).toEqual([]);
  await judgeNewsWithDatabaseError(store, CHECK_VIOLATION, 6);
  expect(await incidents(store)).toEqual([
    expect.stringMatching(/^news\/e1 open: can't be booked: .*said by the test/s),
  ]);
});

test.each([
  ['a deadlock', '40P01'],
  ['a recovery', '57P03'],
])('%s is temporary: the news is retried, however often it has failed', async (_, sqlState) => {
  const store = await newStore();
  await storeNews(store, 'e1', 'guarantee.changed', { buyer_id: '10000000001', status: 'NG' });
  await expect(judgeNewsWithDatabaseError(store, sqlState, 40)).rejects.toThrow();
  expect(await incidents(store)).toEqual([]);
  await judgeNews(store, 'e1');
  expect(await incidents(store)).toEqual(['news/e1 open: unknown buyer 10000000001']);
});
