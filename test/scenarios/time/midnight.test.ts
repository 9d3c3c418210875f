import { form } from '../../support/debit-form';
import { Diary } from '../../support/diary';
import { rows } from '../../support/books';

/**
 * The instant of acceptance decides the first month of an order. The tests order one second before and one second after midnight
 * JST at a month's end. Amounts are yen with tax.
 */

interface Midnight {
  /** The month that ends at midnight, the month that begins, and the one after. */
  months: [string, string, string];
  last: string;
  first: string;
  /** Noon of the last day, when the store begins. */
  eve: string;
  /** Days on which the first two months are approved, and days by which each of them is issued. */
  approved: [string, string];
  issued: [string, string];
}

const OCTOBER: Midnight = {
  months: ['2026-10', '2026-11', '2026-12'],
  last: '2026-10-31T23:59:59',
  first: '2026-11-01T00:00:01',
  eve: '2026-10-31T12:00:00+09:00',
  approved: ['2026-11-04', '2026-12-02'],
  issued: ['2026-11-06', '2026-12-04'],
};
const YEAR: Midnight = {
  months: ['2026-12', '2027-01', '2027-02'],
  last: '2026-12-31T23:59:59',
  first: '2027-01-01T00:00:01',
  eve: '2026-12-31T12:00:00+09:00',
  approved: ['2027-01-05', '2027-02-02'],
  issued: ['2027-01-07', '2027-02-04'],
};
const { last: LAST_SECOND, first: FIRST_SECOND } = OCTOBER;

/** Places one order in the last second and one in the first. @returns their ids as `before` and `after` */
async function orderAroundMidnight(
  settlement: 'np' | 'in_house',
  order: (diary: Diary) => Promise<string>,
  { last, first, eve }: Midnight = OCTOBER,
) {
  const diary = await Diary.begin(eve, { settlement });
  await diary.until(last);
  const before = await order(diary);
  await diary.until(first);
  const after = await order(diary);
  await diary.newEvents();
  return { diary, before, after };
}

/** Brings a buyer's mandate to the bank. @returns a function that completes it */
async function mandateAtBank(diary: Diary, accountId: string, settlement: 'np' | 'in_house', on: string) {
  const finance = diary.world.as('finance');
  const { id } = await finance.post<{ id: string }>('/v1/direct_debits', { account_id: accountId });
  await diary.newEvents();
  await finance.post(`/v1/direct_debits/${id}/form_posted`, { on });
  await finance.post(`/v1/direct_debits/${id}/form_received`, { on });
  const inHouse = settlement === 'in_house' && { bank_account: form, customer_number: '100001' };
  return () => finance.post(`/v1/direct_debits/${id}/complete`, { evidence: '口座振替登録済通知', ...inHouse });
}

/** A line for each billable item of the order: its month of use, the month that bills it, and its status. */
async function items(diary: Diary, orderId: string): Promise<string[]> {
  const found = await rows<{ usage: string; period: string; status: string }>(
    `SELECT usage_period AS usage, period, status FROM billable_items WHERE store_id = $1 AND order_id = $2 ORDER BY usage_period`,
    [diary.world.storeId, orderId],
  );
  return found.map(({ usage, period, status }) => `${usage} with ${period} ${status}`);
}

async function firstPeriods(diary: Diary, ...ids: string[]): Promise<string[]> {
  const operator = diary.world.as('operator');
  const orders = ids.map((id) => operator.get<{ first_period: string; accepted_at: string }>(`/v1/orders/${id}`));
  return (await Promise.all(orders)).map((order) => `${order.accepted_at.slice(0, 19)} ${order.first_period}`);
}

/** Total, number of lines and status of each invoice of a month. */
async function bills(diary: Diary, period: string): Promise<unknown[]> {
  return (await diary.invoices(period)).map(({ total, lines, status }) => [total, lines.length, status]);
}

const both = (['np', 'in_house'] as const).flatMap((settlement) =>
  (
    [
      ['a month’s end', OCTOBER],
      ['the year’s end', YEAR],
    ] as const
  ).map(([when, midnight]) => [when, settlement, midnight] as const),
);

test.each(both)('at %s, settlement %s: bills one order by transfer, then both', async (...of) => {
  const [, settlement, midnight] = of;
  const [oldMonth, newMonth, nextMonth] = midnight.months;
  let buyer: Awaited<ReturnType<Diary['buyer']>> | undefined;
  let plan: string | undefined;
  const order = async (diary: Diary) => {
    plan ??= await diary.world.plan('A', '商品A', 30_000);
    buyer ??= await diary.buyer('aoba');
    return (await diary.order(buyer, plan)).id;
  };
  const { diary, before, after } = await orderAroundMidnight(settlement, order, midnight);
  expect(await firstPeriods(diary, before, after)).toEqual([
    `${midnight.last} ${oldMonth}`,
    `${midnight.first} ${newMonth}`,
  ]);
  await diary.until(midnight.approved[0]);
  expect(await items(diary, before)).toEqual([
    `${oldMonth} with ${oldMonth} billable`,
    `${newMonth} with ${newMonth} billable`,
  ]);
  expect(await items(diary, after)).toEqual([`${newMonth} with ${newMonth} billable`]);
  await diary.approve(oldMonth);
  await diary.until(midnight.approved[1]);
  expect(await bills(diary, oldMonth)).toEqual([[33_000, 1, 'issued']]);
  await diary.approve(newMonth);
  await diary.until(midnight.issued[1]);
  expect(await bills(diary, newMonth)).toEqual([[66_000, 2, 'issued']]);
  expect(await items(diary, after)).toContain(`${nextMonth} with ${nextMonth} billable`);
  // NP registers the old month for one order, and each of the two months after it for both orders.
  if (settlement === 'np')
    expect(Object.values(await diary.npEffects())).toEqual(Array(5).fill({ received: 1, registered: 1 }));
  expect(await diary.incidents()).toEqual([]);
});

const issuedLines = (lines: string[]) =>
  lines
    .filter((line) => /(debit_notice|invoice)\.issued/.test(line))
    .map((line) => line.split(' ').slice(1, 5).join(' '));

test.each(both)('at %s, settlement %s: issues a debit notice for one order, then for both', async (...of) => {
  const [, settlement, midnight] = of;
  const [oldMonth, newMonth] = midnight.months;
  let buyer: Awaited<ReturnType<Diary['buyer']>> | undefined;
  let plan: string | undefined;
  const order = async (diary: Diary) => {
    plan ??= await diary.world.plan('A', '商品A', 30_000);
    const existing = buyer;
    buyer ??= await diary.buyer('aoba');
    const { id } = await diary.order(buyer, plan);
    // NP accepts a mandate only for a buyer that it has screened.
    if (!existing) await (await mandateAtBank(diary, buyer.accountId, settlement, midnight.eve.slice(0, 10)))();
    return id;
  };
  const { diary, before, after } = await orderAroundMidnight(settlement, order, midnight);
  expect(await firstPeriods(diary, before, after)).toEqual([
    `${midnight.last} ${oldMonth}`,
    `${midnight.first} ${newMonth}`,
  ]);
  await diary.until(midnight.approved[0]);
  await diary.approve(oldMonth);
  expect(issuedLines(await diary.until(midnight.issued[0]))).toEqual([`debit_notice.issued aoba 33000 ${oldMonth}`]);
  await diary.until(midnight.approved[1]);
  await diary.approve(newMonth);
  expect(issuedLines(await diary.until(midnight.issued[1]))).toEqual([`debit_notice.issued aoba 66000 ${newMonth}`]);
});

test.each(both)(
  'at %s, settlement %s: debits the old month when the mandate is active a second before, bills it by transfer when a second after',
  async (...of) => {
    const [, settlement, midnight] = of;
    const billedWhenActive = async (at: string) => {
      const diary = await Diary.begin(midnight.eve, { settlement });
      const buyer = await diary.buyer('aoba');
      await diary.order(buyer, await diary.world.plan('A', '商品A', 30_000));
      const complete = await mandateAtBank(diary, buyer.accountId, settlement, midnight.eve.slice(0, 10));
      await diary.until(at);
      await complete();
      await diary.until(midnight.approved[0]);
      await diary.approve(midnight.months[0]);
      return issuedLines(await diary.until(midnight.issued[0]));
    };
    expect(await billedWhenActive(midnight.last)).toEqual([`debit_notice.issued aoba 33000 ${midnight.months[0]}`]);
    expect(await billedWhenActive(midnight.first)).toEqual([`invoice.issued aoba 33000 ${midnight.months[0]}`]);
  },
);

test('issues card receipts for October and November to the first order, and for November only to the second', async () => {
  const { diary, before, after } = await orderAroundMidnight('np', async (diary) => {
    const plan = await diary.world.plan(`C${Math.random()}`, '商品C', 12_000);
    const order = await diary.orderByCard(await diary.buyer(`chiyo-${plan.slice(-6)}`), plan, 'ok');
    await diary.world.pass3ds(order.next_action!.url);
    return order.id;
  });
  expect(await firstPeriods(diary, before, after)).toEqual([`${LAST_SECOND} 2026-10`, `${FIRST_SECOND} 2026-11`]);
  await diary.until('2026-12-02');
  expect(await items(diary, before)).toEqual([
    '2026-10 with 2026-10 billable',
    '2026-11 with 2026-11 billable',
    '2026-12 with 2026-12 billable',
  ]);
  expect(await items(diary, after)).toEqual(['2026-11 with 2026-11 billable', '2026-12 with 2026-12 billable']);
  expect(await bills(diary, '2026-10')).toEqual([[13_200, 1, 'paid']]);
  expect(await bills(diary, '2026-11')).toEqual([
    [13_200, 1, 'paid'],
    [13_200, 1, 'paid'],
  ]);
  expect(await diary.incidents()).toEqual([]);
});

test('begins the service with the new month when the card is given before midnight and authenticated after it', async () => {
  const diary = await Diary.begin('2026-10-31T23:59:59+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  const order = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok');
  await diary.until(FIRST_SECOND);
  await diary.world.pass3ds(order.next_action!.url);
  expect(await diary.newEvents()).toEqual(['2026-11-01 order.confirmed chiyo 13200']);
  expect(await firstPeriods(diary, order.id)).toEqual([`${LAST_SECOND} 2026-11`]);
  await diary.until('2026-12-02');
  expect(await items(diary, order.id)).toEqual(['2026-11 with 2026-11 billable', '2026-12 with 2026-12 billable']);
  expect(await bills(diary, '2026-10')).toEqual([]);
  expect(await bills(diary, '2026-11')).toEqual([[13_200, 1, 'paid']]);
});
