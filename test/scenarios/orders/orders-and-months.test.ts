import { Diary } from '../../support/diary';

/** Orders that change, begin late or never begin, and the months that bill them. Amounts are yen with tax. */

const NOTICE = '前月末日までに';

async function withMaker(now: string) {
  const diary = await Diary.begin(now);
  const plan = await diary.world.plan('A', '商品A', 30_000, { maker: true });
  const operator = diary.world.as('operator');
  const startService = (orderId: string, on: string) => operator.post(`/v1/orders/${orderId}/service_start`, { on });
  const cancel = (orderId: string, lines: string[] | 'all') =>
    operator.post(`/v1/orders/${orderId}/cancellations`, { lines, reason: NOTICE });
  return { diary, plan, operator, startService, cancel };
}

interface WithLines {
  id: string;
  lines: { subscription_id: string; status: string; ends_on: string | null }[];
}

async function billMonth(diary: Diary, month: string, approveOn: string, issueOn: string) {
  await diary.until(approveOn);
  await diary.approve(month);
  await diary.until(`${issueOn}T12:00:00`);
  return (await diary.invoices(month)).map(({ total, status, lines }) => [total, status, lines.length]);
}

test('bills each month once and registers it once when a start in October is reported in November', async () => {
  const { diary, plan, startService } = await withMaker('2026-10-28T10:00:00+09:00');
  const order = await diary.order(await diary.buyer('aoba'), plan, { po_number: 'PO-778', subject: '第3四半期分' });
  await diary.until('2026-11-02');
  await startService(order.id, '2026-10-30');
  expect(await billMonth(diary, '2026-11', '2026-12-02', '2026-12-03')).toEqual([[66_000, 'issued', 2]]);
  expect(Object.values(await diary.npEffects())).toEqual(Array(3).fill({ received: 1, registered: 1 }));
  expect(await diary.incidents()).toEqual([]);
  const [invoice] = await diary.invoices('2026-11');
  const text = await diary.documentText(invoice!.id);
  expect(text).toContain('PO-778');
  expect(text).toContain('第3四半期分');
});

test('cancels an order only with all its lines while the maker prepares it, and bills nothing', async () => {
  const { diary, plan, startService, cancel } = await withMaker('2026-10-05T10:00:00+09:00');
  const two = {
    lines: [
      { plan_id: plan, quantity: 1 },
      { plan_id: plan, quantity: 2 },
    ],
  };
  const order = (await diary.order(await diary.buyer('aoba', 'limit-100000'), plan, two)) as unknown as WithLines;
  await diary.newEvents();
  await expect(cancel(order.id, [order.lines[0]!.subscription_id])).rejects.toMatchObject({
    status: 409,
    problem: { code: 'order_not_cancellable', errors: [{ pointer: '/lines' }] },
  });
  await cancel(order.id, 'all');
  expect(await diary.newEvents()).toEqual(['2026-10-05 order.cancelled aoba 99000 reason=asked']);
  await expect(startService(order.id, '2026-10-05')).rejects.toMatchObject({ status: 409 });
  await diary.until('2026-12-10');
  expect(await diary.invoices('2026-10')).toEqual([]);
  expect(await diary.incidents()).toEqual([]);
});

test('ignores the screening result of an order that was cancelled while NP screened the buyer', async () => {
  const { diary, plan, cancel } = await withMaker('2026-10-05T10:00:00+09:00');
  const order = await diary.order(await diary.buyer('fuji', 'screening-3d'), plan);
  expect(order.status).toBe('screening');
  await cancel(order.id, 'all');
  expect(await diary.until('2026-10-20')).toEqual(['2026-10-05 order.cancelled fuji 33000 reason=asked']);
  expect(await diary.incidents()).toEqual([]);
});

test('ends each line on its own date and the order with the last line; repeated cancellations change nothing', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const [long, short] = [await diary.world.plan('A', '商品A', 30_000), await diary.world.plan('B', '商品B', 10_000)];
  const buyer = await diary.buyer('aoba');
  const lines = [
    { plan_id: long, quantity: 1 },
    { plan_id: short, quantity: 1 },
  ];
  const order = (await diary.order(buyer, long, { lines })) as unknown as WithLines;
  const [first, second] = order.lines.map((line) => line.subscription_id);
  const path = `order/${order.id}`;
  await diary.until('2026-11-10');
  await diary.command(path, 'cancel', { lines: [first] });
  await diary.until('2026-12-10');
  await diary.command(path, 'cancel', { lines: 'all' });
  await diary.until('2026-12-10T11:00:00');
  await diary.command(path, 'cancel', { lines: [second] });
  expect((await diary.newEvents()).filter((line) => line.includes('cancellation'))).toEqual([]);
  expect((await diary.until('2027-02-02')).filter((line) => line.includes('ended'))).toEqual([
    '2027-01-31 order.ended aoba 44000 reason=cancellation',
  ]);
  const orderView = await diary.world.as('operator').get<WithLines>(`/v1/orders/${order.id}`);
  expect(orderView.lines.map(({ status, ends_on }) => [status, ends_on])).toEqual([
    ['ended', '2026-12-31'],
    ['ended', '2027-01-31'],
  ]);
  const january = await diary.invoices('2027-01');
  expect(january.map(({ total }) => total)).toEqual([11_000]);
});

test('accepts a service start only on a day between the order and today', async () => {
  const { diary, plan, startService } = await withMaker('2026-10-05T10:00:00+09:00');
  const order = await diary.order(await diary.buyer('aoba'), plan);
  const refused = { status: 400, problem: { code: 'invalid_date', errors: [{ pointer: '/on' }] } };
  await expect(startService(order.id, '2026-10-06')).rejects.toMatchObject(refused);
  await expect(startService(order.id, '2026-10-04')).rejects.toMatchObject(refused);
  await startService(order.id, '2026-10-05');
});

test('bills a draft that is still held when its month closes with the next month', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.until('2026-11-02');
  const [draft] = await diary.invoices('2026-10');
  const finance = diary.world.as('finance');
  await finance.post('/v1/closes/2026-10/hold', { invoice_id: draft!.id, reason: '金額確認中' });
  expect(await billMonth(diary, '2026-10', '2026-11-04', '2026-11-06')).toEqual([[33_000, 'void', 0]]);
  expect(await diary.incidents()).toEqual(['unbilled_items']);
  expect(await billMonth(diary, '2026-11', '2026-12-02', '2026-12-03')).toEqual([[66_000, 'issued', 2]]);
});
