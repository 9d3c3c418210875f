import { advance, advanceOne, moving } from '../../books/lib/advance';
import { Conflict } from '../../books/lib/errors';
import { jstDate, period } from '../../domain/calendar';
import { type Db, dateIn, sql } from '../../prisma/db';
import { TestStore, openTestDb } from '../activities/close/store';

const october = dateIn(jstDate('2026-10-31'));

let db: Db;
let store: TestStore;

beforeAll(() => void (db = openTestDb()));
afterAll(() => db.$disconnect());
beforeEach(async () => {
  store = await TestStore.make(db, 'np');
  await store.buyer('aoba');
});

const lineStates = async () => {
  const lines = await db.subscription.findMany({ where: { storeId: store.id }, orderBy: { id: 'asc' } });
  return lines.map((line) => line.status);
};
const orderState = async () => {
  const { status } = await db.order.findFirstOrThrow({ where: { storeId: store.id } });
  return status;
};

it('moves the rows whose state leads to the new one, and no others', async () => {
  await store.order('a', 'aoba', [{ status: 'scheduled' }, {}, { status: 'paused' }, { status: 'ended' }]);
  const where = { storeId: store.id };
  expect(await advance(db, 'subscription', { where, to: 'ending', data: { endsOn: october } })).toBe(2);
  expect(await lineStates()).toEqual(['scheduled', 'ending', 'ending', 'ended']);
  expect(
    await advance(db, 'subscription', { where, from: 'scheduled', to: 'active', data: { startsOn: october } }),
  ).toBe(1);
  expect(await lineStates()).toEqual(['active', 'ending', 'ending', 'ended']);
});

it('moves only rows in the states that are named, with the other columns', async () => {
  await store.order('a', 'aoba', [{}, { status: 'ending', endsOn: '2026-10-31' }, { status: 'paused' }]);
  const where = { storeId: store.id };
  const data = { quantity: 7 };
  expect(await advance(db, 'subscription', { where, from: ['ending', 'paused'], to: 'ended', data })).toBe(2);
  expect(await lineStates()).toEqual(['active', 'ended', 'ended']);
  const lines = await db.subscription.findMany({ where, orderBy: { id: 'asc' } });
  expect(lines.map((line) => line.quantity)).toEqual([1, 7, 7]);
});

it('moves nothing the second time', async () => {
  await db.billingPeriod.create({ data: { storeId: store.id, period: period('2026-10'), status: 'open' } });
  const where = { storeId: store.id };
  expect(await advance(db, 'period', { where, to: 'closed' })).toBe(0);
  expect(await advance(db, 'period', { where, from: 'open', to: 'frozen' })).toBe(1);
  expect(await advance(db, 'period', { where, from: 'open', to: 'frozen' })).toBe(0);
  expect(await advance(db, 'period', { where, to: 'closed' })).toBe(1);
});

it('crosses states that it may cross, and stays where it may', async () => {
  await store.order('a', 'aoba', [{}], { status: 'received' });
  const where = { storeId: store.id, id: 'ord_a' };
  expect(await advance(db, 'order', { where, to: 'active' })).toBe(0);
  expect(await advance(db, 'order', { where, to: 'active', crossing: ['screening'] })).toBe(0);
  expect(await advance(db, 'order', { where, to: 'active', crossing: ['confirmed', 'screening'] })).toBe(1);
  expect(await advance(db, 'order', { where, to: 'active' })).toBe(0);
  expect(await advance(db, 'order', { where, to: 'active', stay: true, data: { reason: 'why' } })).toBe(1);
  expect(await db.order.findFirst({ where })).toMatchObject({ status: 'active', reason: 'why' });
});

it('refuses a single row that cannot move, or is not there', async () => {
  await store.order('a', 'aoba', [{}], { status: 'ended' });
  const ended = { storeId: store.id, id: 'ord_a' };
  await expect(advanceOne(db, 'order', { where: ended, to: 'active' })).rejects.toThrow(
    new Conflict("order ord_a can't go to active from where it is"),
  );
  expect(await orderState()).toBe('ended');
  await expect(advanceOne(db, 'order', { where: { ...ended, id: 'ord_b' }, to: 'ended' })).rejects.toThrow(Conflict);
});

it('keeps the state of a buyer in its own column', async () => {
  const where = { storeId: store.id, id: 'dst_aoba' };
  const answer = { where, stay: true, data: { buyerReasons: ['RE001'] } };
  expect(await advance(db, 'buyerScreening', { ...answer, to: 'held', crossing: ['screening'] })).toBe(0);
  expect(await advance(db, 'buyerScreening', { ...answer, to: 'passed', crossing: ['screening'] })).toBe(1);
  expect(await db.billingDestination.findFirst({ where })).toMatchObject({
    buyerStatus: 'passed',
    buyerReasons: ['RE001'],
  });
});

it('names both ends of a move in SQL', async () => {
  await store.order('a', 'aoba', [{}, { status: 'paused' }]);
  const pause = moving('subscription', 'active', 'paused');
  await db.$executeRaw(sql`
    UPDATE subscriptions SET ${pause.set} WHERE store_id = ${store.id} AND status = ${pause.from}`);
  expect(await lineStates()).toEqual(['paused', 'paused']);
});

it('does not compile for a move that the table does not have', () => {
  const where = { storeId: 'sto_a', id: 'a' };
  const uncompiled = [
    // @ts-expect-error a month is frozen before it is closed
    () => advance(db, 'period', { where: { storeId: 'sto_a' }, from: 'open', to: 'closed' }),
    // @ts-expect-error of several states each must lead there
    () => advance(db, 'subscription', { where, from: ['active', 'scheduled'], to: 'ending' }),
    // @ts-expect-error the approval is a decision in review
    () => advance(db, 'close', { where: {}, from: 'drafting', to: Math.random() ? 'requesting' : 'awaiting_issue' }),
    // @ts-expect-error nothing leads back to the first state
    () => advance(db, 'order', { where, to: 'received' }),
    // @ts-expect-error not a state
    () => advance(db, 'invoice', { where, to: 'overdue' }),
    // @ts-expect-error the state is not among the other columns
    () => advance(db, 'invoice', { where, to: 'issued', data: { status: 'paid' } }),
    // @ts-expect-error the state is not among the conditions
    () => advance(db, 'invoice', { where: { ...where, status: 'draft' }, to: 'issued' }),
    // @ts-expect-error an issued invoice is not drafted again
    () => advanceOne(db, 'invoice', { where, from: 'issued', to: 'draft' }),
    // @ts-expect-error nor in SQL
    () => moving('invoice', 'issued', 'draft'),
  ];
  expect(uncompiled).toHaveLength(9);
});
