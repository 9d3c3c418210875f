import type { Buyer } from '../../../dev/story/world';
import { rows } from '../../support/books';
import { Diary } from '../../support/diary';

/** NP rejects a month of a running contract, and finance has four ways out. The plan costs 30,000 yen a month, 33,000 with tax. */

interface OrderView {
  status: string;
  reason: string | null;
  wait_until: string | null;
  waiting: { for: string; owner: string; due_at: string } | null;
  lines: { subscription_id: string; status: string; ends_on: string | null }[];
}

type Decision = 'register_again' | 'bill_in_house' | 'suspend' | 'end';

const getOrder = (diary: Diary, orderId: string) => diary.world.as('finance').get<OrderView>(`/v1/orders/${orderId}`);

const decide = (diary: Diary, orderId: string, decision: Decision) =>
  diary.world
    .as('finance')
    .post<OrderView>(
      `/v1/orders/${orderId}/at_risk_decisions`,
      { decision, reason: `与信否決への対応：${decision}` },
      { prefer: 'wait=20' },
    );

async function payBills(diary: Diary, month: string, on: string) {
  for (const { number } of await diary.invoices(month)) await diary.world.npIsPaid(number!, on);
}

const REASONS = ['21', '22', '24'] as const;
type Reason = (typeof REASONS)[number];

/** From December on NP rejects the buyer's orders: overdue (21), over its limit (22), or by NP's own judgement (24). */
const npRejects = (diary: Diary, { destinationId }: Buyer, reason: Reason) =>
  reason === '22'
    ? diary.world.npGrants(destinationId, 20_000)
    : diary.world.npJudges(destinationId, reason, '2026-12-01');

const npAcceptsAgain = (diary: Diary, { destinationId }: Buyer, reason: Reason) =>
  reason === '22' ? diary.world.npGrants(destinationId, 100_000) : diary.world.npJudges(destinationId, null);

/** aoba and budou have had contracts since October. On 12-01 NP rejects aoba's December. */
async function decemberRejected(reason: Reason = '22') {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const [aoba, budou] = [await diary.buyer('aoba'), await diary.buyer('budou')];
  const order = await diary.order(aoba, plan);
  await diary.order(budou, plan);
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.until('2026-11-20');
  await payBills(diary, '2026-10', '2026-11-20');
  await npRejects(diary, aoba, reason);
  await diary.newEvents();
  expect((await diary.until('2026-12-01')).filter((line) => !line.includes('invoice.paid'))).toEqual([
    '2026-12-01 close.drafted aoba 33000 2026-11',
    `2026-12-01 order.at_risk aoba 33000 2026-12 until=2026-12-08 reason=${reason}`,
    '2026-12-01 close.drafted budou 33000 2026-11',
  ]);
  await diary.until('2026-12-02');
  await diary.approve('2026-11');
  await diary.newEvents();
  return { diary, aoba, order };
}

const orderEvents = (lines: string[]) => lines.filter((line) => line.includes(' order.'));
const issuedInvoices = (lines: string[]) => lines.filter((line) => line.includes('invoice.issued'));

async function billDecember(diary: Diary) {
  await diary.until('2027-01-05');
  await diary.approve('2026-12');
  return issuedInvoices(await diary.until('2027-01-06T12:00:00'));
}

test.each(REASONS)(
  'reason %s: stays at risk while NP rejects the registration again, then resumes and is billed by NP once NP accepts it',
  async (reason) => {
    const { diary, aoba, order } = await decemberRejected(reason);
    expect(await getOrder(diary, order.id)).toMatchObject({ status: 'at_risk', reason, lines: [{ status: 'active' }] });
    expect(await decide(diary, order.id, 'register_again')).toMatchObject({
      status: 'at_risk',
      waiting: { for: 'at_risk_decision', owner: 'finance', due_at: '2026-12-09T00:00:00.000+09:00' },
    });
    expect(await diary.newEvents()).toEqual([]);
    await npAcceptsAgain(diary, aoba, reason);
    expect(await decide(diary, order.id, 'register_again')).toMatchObject({ status: 'active', reason: null });
    expect(await diary.newEvents()).toEqual(['2026-12-02 order.resumed aoba 33000']);
    expect(await billDecember(diary)).toEqual([
      '2027-01-06 invoice.issued aoba 33000 2026-12 due_on=2027-01-31',
      '2027-01-06 invoice.issued budou 33000 2026-12 due_on=2027-01-31',
    ]);
    expect(await diary.incidents()).toEqual([]);
  },
);

test('reason 24, billed in house: issues the store’s own invoice for that month beside NP’s, and the next month by NP again', async () => {
  const { diary, aoba, order } = await decemberRejected('24');
  const { storeId } = diary.world;
  const [before] = await rows<{ account: object }>('SELECT bank_account AS account FROM stores WHERE id = $1', [
    storeId,
  ]);
  await rows('UPDATE stores SET bank_account = NULL WHERE id = $1', [storeId]);
  await expect(decide(diary, order.id, 'bill_in_house')).rejects.toMatchObject({
    status: 409,
    problem: { code: 'own_account_missing' },
  });
  await rows('UPDATE stores SET bank_account = $2 WHERE id = $1', [storeId, before!.account]);
  expect(await decide(diary, order.id, 'bill_in_house')).toMatchObject({ status: 'active', reason: null });
  expect(await diary.newEvents()).toEqual(['2026-12-02 order.resumed aoba 33000 billed=in_house months=2026-12']);
  await npAcceptsAgain(diary, aoba, '24');
  expect(await billDecember(diary)).toEqual([
    '2027-01-06 invoice.issued aoba 33000 2026-12 due_on=2027-01-31',
    '2027-01-06 invoice.issued budou 33000 2026-12 due_on=2027-01-31',
  ]);
  const numbers = async (month: string) =>
    (await diary.invoices(month)).map(({ account_id, number, total }) => [
      account_id === aoba.accountId ? 'aoba' : 'budou',
      number!.replace(/-.*/, ''),
      total,
    ]);
  expect((await numbers('2026-12')).sort()).toEqual([
    ['aoba', 'INV', 33_000],
    ['budou', 'F', 33_000],
  ]);
  await diary.until('2027-02-02');
  await diary.approve('2027-01');
  await diary.until('2027-02-03T12:00:00');
  expect((await numbers('2027-01')).sort()).toEqual([
    ['aoba', 'F', 33_000],
    ['budou', 'F', 33_000],
  ]);
  expect(await diary.incidents()).toEqual([]);
});

test('suspends a contract at risk at once, and registers its month when it resumes within two weeks', async () => {
  const { diary, aoba, order } = await decemberRejected();
  expect(await decide(diary, order.id, 'suspend')).toMatchObject({
    status: 'suspended',
    waiting: { for: 'at_risk_decision', owner: 'finance', due_at: '2026-12-17T00:00:00.000+09:00' },
    lines: [{ status: 'paused' }],
  });
  await expect(decide(diary, order.id, 'suspend')).rejects.toMatchObject({
    status: 409,
    problem: { code: 'conflict' },
  });
  await diary.world.npGrants(aoba.destinationId, 100_000);
  expect(orderEvents(await diary.until('2026-12-14'))).toEqual([
    '2026-12-02 order.suspended aoba 33000 reason=at_risk',
  ]);
  expect(await decide(diary, order.id, 'register_again')).toMatchObject({
    status: 'active',
    lines: [{ status: 'active' }],
  });
  expect(await diary.newEvents()).toEqual(['2026-12-14 order.resumed aoba 33000']);
  expect(await billDecember(diary)).toHaveLength(2);
  expect(await diary.incidents()).toEqual([]);
});

test('ends a contract at risk at once, does not bill the rejected month, and reports it at the close', async () => {
  const { diary, order } = await decemberRejected();
  expect(await decide(diary, order.id, 'end')).toMatchObject({
    status: 'ended',
    waiting: null,
    lines: [{ status: 'ended', ends_on: '2026-12-02' }],
  });
  expect(orderEvents(await diary.newEvents())).toEqual(['2026-12-02 order.ended aoba 33000 reason=at_risk']);
  await expect(decide(diary, order.id, 'register_again')).rejects.toMatchObject({
    status: 409,
    problem: { code: 'order_not_at_risk' },
  });
  expect(await billDecember(diary)).toEqual(['2027-01-06 invoice.issued budou 33000 2026-12 due_on=2027-01-31']);
  expect(await diary.incidents()).toEqual(['unbilled_items']);
});

test('reason 21, no decision: suspends after five business days, ends two weeks later, and does not bill the month', async () => {
  const { diary } = await decemberRejected('21');
  expect(orderEvents(await diary.until('2026-12-31'))).toEqual([
    '2026-12-09 order.suspended aoba 33000 reason=at_risk',
    '2026-12-23 order.ended aoba 33000 reason=at_risk',
  ]);
  expect((await diary.until('2027-01-01')).filter((line) => line.includes('close.drafted'))).toEqual([
    '2027-01-01 close.drafted budou 33000 2026-12',
  ]);
});

test('keeps a contract at risk when it is cancelled meanwhile, and ends it on its date after it resumes', async () => {
  const { diary, aoba, order } = await decemberRejected();
  const operator = diary.world.as('operator');
  await operator.post(`/v1/orders/${order.id}/cancellations`, { lines: 'all', reason: '利用終了' });
  expect(await getOrder(diary, order.id)).toMatchObject({ status: 'at_risk', lines: [{ ends_on: '2027-01-31' }] });
  await expect(
    operator.post(`/v1/orders/${order.id}/cancellations`, { lines: 'all', reason: '利用終了' }),
  ).rejects.toMatchObject({ problem: { code: 'order_not_cancellable' } });
  await diary.world.npGrants(aoba.destinationId, 100_000);
  expect(await decide(diary, order.id, 'register_again')).toMatchObject({
    status: 'ending',
    wait_until: '2027-01-31',
  });
  expect(orderEvents(await diary.until('2027-02-01'))).toEqual([
    '2026-12-02 order.resumed aoba 33000',
    '2027-01-31 order.ended aoba 33000 reason=cancellation',
  ]);
});

test('resumes a suspended order with one line cancelled: that line ends on its date, and the other continues', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const lines = [1, 2].map(() => ({ plan_id: plan, quantity: 1 }));
  const aoba = await diary.buyer('aoba');
  const order = await diary.order(aoba, plan, { lines });
  await diary.world.npGrants(aoba.destinationId, 50_000);
  await diary.until('2026-11-02');
  await decide(diary, order.id, 'suspend');
  const cancelledLine = (await getOrder(diary, order.id)).lines[1]!.subscription_id;
  await diary.world
    .as('operator')
    .post(`/v1/orders/${order.id}/cancellations`, { lines: [cancelledLine], reason: '不要' });
  const statuses = async () => (await getOrder(diary, order.id)).lines.map(({ status, ends_on }) => [status, ends_on]);
  expect(await statuses()).toEqual([
    ['paused', null],
    ['paused', '2026-12-31'],
  ]);
  await diary.world.npGrants(aoba.destinationId, 100_000);
  await decide(diary, order.id, 'register_again');
  expect(await statuses()).toEqual([
    ['active', null],
    ['ending', '2026-12-31'],
  ]);
  await diary.until('2027-01-01');
  expect(await statuses()).toEqual([
    ['active', null],
    ['ended', '2026-12-31'],
  ]);
  await diary.until('2027-02-01');
  expect((await diary.invoices('2027-01')).map(({ total }) => total)).toEqual([33_000]);
});

test('bills a month that is registered after its freeze with the next month, and marks it late', async () => {
  const diary = await Diary.begin('2026-10-28T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000, { maker: true });
  const other = await diary.world.plan('B', '商品B', 10_000);
  const aoba = await diary.buyer('aoba');
  const order = await diary.order(aoba, plan);
  await diary.order(await diary.buyer('budou'), other);
  await diary.until('2026-11-30');
  await diary.world.npGrants(aoba.destinationId, 20_000);
  await diary.world.as('operator').post(`/v1/orders/${order.id}/service_start`, { on: '2026-10-30' });
  // November opened before anyone reported the service start, so it is registered late. NP rejects December on the 1st as well.
  expect(orderEvents(await diary.until('2026-12-03'))).toEqual([
    '2026-11-30 order.at_risk aoba 33000 2026-11 until=2026-12-07 reason=22',
    '2026-12-01 order.at_risk aoba 33000 2026-12 until=2026-12-07 reason=22',
  ]);
  await diary.world.npGrants(aoba.destinationId, 100_000);
  await decide(diary, order.id, 'register_again');
  expect(orderEvents(await diary.newEvents())).toEqual(['2026-12-03 order.resumed aoba 33000']);
  expect(
    await rows(
      `SELECT period, usage_period, status, reason->>'late' AS late FROM billable_items
        WHERE store_id = $1 AND order_id = $2 ORDER BY usage_period`,
      [diary.world.storeId, order.id],
    ),
  ).toEqual([
    { period: '2026-11', usage_period: '2026-10', status: 'billable', late: 'true' },
    { period: '2026-12', usage_period: '2026-11', status: 'billable', late: 'true' },
    { period: '2026-12', usage_period: '2026-12', status: 'billable', late: null },
  ]);
  await diary.until('2027-01-01');
  expect((await diary.invoices('2026-12')).map(({ total }) => total).sort()).toEqual([11_000, 66_000]);
  expect(await diary.incidents()).not.toContain('unbilled_items');
});
