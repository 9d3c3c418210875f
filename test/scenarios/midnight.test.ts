import { Diary } from '../support/diary';
import { rows } from '../support/books';

/** An order binds by the instant it was accepted: one second before and after midnight JST at a month's end. Yen with tax. */

const LAST_SECOND = '2026-10-31T23:59:59';
const FIRST_SECOND = '2026-11-01T00:00:01';

/** Two orders of one buyer, one in each second; ids in that order. */
async function overMidnight(settlement: 'np' | 'in_house', order: (diary: Diary) => Promise<string>) {
  const diary = await Diary.begin('2026-10-31T12:00:00+09:00', { settlement });
  await diary.until(LAST_SECOND);
  const before = await order(diary);
  await diary.until(FIRST_SECOND);
  const after = await order(diary);
  await diary.told();
  return { diary, before, after };
}

/** Which month of service each item of the order is for, and which month bills it. */
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

/** Totals of a month, with how many lines. */
async function bills(diary: Diary, period: string): Promise<unknown[]> {
  return (await diary.invoices(period)).map(({ total, lines, status }) => [total, lines.length, status]);
}

for (const settlement of ['np', 'in_house'] as const) {
  test(`by bank transfer, settled ${settlement}: October has one line, November both`, async () => {
    let buyer: Awaited<ReturnType<Diary['buyer']>> | undefined;
    let plan: string | undefined;
    const { diary, before, after } = await overMidnight(settlement, async (diary) => {
      plan ??= await diary.world.plan('A', '商品A', 30_000);
      buyer ??= await diary.buyer('aoba');
      return (await diary.order(buyer, plan)).id;
    });
    expect(await firstPeriods(diary, before, after)).toEqual([`${LAST_SECOND} 2026-10`, `${FIRST_SECOND} 2026-11`]);
    await diary.until('2026-11-04');
    expect(await items(diary, before)).toEqual(['2026-10 with 2026-10 billable', '2026-11 with 2026-11 billable']);
    expect(await items(diary, after)).toEqual(['2026-11 with 2026-11 billable']);
    await diary.approve('2026-10');
    await diary.until('2026-12-02');
    expect(await bills(diary, '2026-10')).toEqual([[33_000, 1, 'issued']]);
    await diary.approve('2026-11');
    await diary.until('2026-12-04');
    expect(await bills(diary, '2026-11')).toEqual([[66_000, 2, 'issued']]);
    // October once, November and December twice.
    if (settlement === 'np')
      expect(Object.values(await diary.npEffects())).toEqual(Array(5).fill({ received: 1, registered: 1 }));
    expect(await diary.incidents()).toEqual([]);
  });
}

test('by card: a receipt for October and November, and for November only', async () => {
  const { diary, before, after } = await overMidnight('np', async (diary) => {
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

test('a card shown before midnight and authenticated after it: the service begins with the new month', async () => {
  const diary = await Diary.begin('2026-10-31T23:59:59+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  const order = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok');
  await diary.until(FIRST_SECOND);
  await diary.world.pass3ds(order.next_action!.url);
  expect(await diary.told()).toEqual(['2026-11-01 order.confirmed chiyo 13200']);
  expect(await firstPeriods(diary, order.id)).toEqual([`${LAST_SECOND} 2026-11`]);
  await diary.until('2026-12-02');
  expect(await items(diary, order.id)).toEqual(['2026-11 with 2026-11 billable', '2026-12 with 2026-12 billable']);
  expect(await bills(diary, '2026-10')).toEqual([]);
  expect(await bills(diary, '2026-11')).toEqual([[13_200, 1, 'paid']]);
});
