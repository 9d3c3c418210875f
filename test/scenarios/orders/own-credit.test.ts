import { Diary } from '../../support/diary';

/** Orders by bank transfer in a store that settles in house. Prices are without tax; events include 10 % tax. */

const begin = () => Diary.begin('2026-10-06T10:00:00+09:00', { settlement: 'in_house' });

test('holds an order over the store’s own credit limit, with a mail that does not name NP, until the operator releases it', async () => {
  const diary = await begin();
  const plan = await diary.world.plan('B', '商品B', 80_000);
  const buyer = await diary.buyer('budou');
  const finance = diary.world.as('finance');
  const operator = diary.world.as('operator');
  const limits = `/v1/accounts/${buyer.accountId}/credit_limits`;
  await finance.post(limits, { amount: 50_000, reason: '新規取引の枠' });
  const order = await diary.order(buyer, plan);
  expect(await diary.newEvents()).toEqual([
    '2026-10-06 order.held budou 88000 until=2026-10-16',
    '2026-10-06 mail.sent budou order-held',
  ]);
  expect(await diary.mailText('order-held')).not.toContain('ネットプロテクションズ');
  // A release without a higher limit decides the order again, and holds it again.
  await diary.until('2026-10-07');
  await operator.post(`/v1/orders/${order.id}/release`, { reason: '再判定' });
  expect(await diary.newEvents()).toEqual([
    '2026-10-07 order.held budou 88000 until=2026-10-19',
    '2026-10-07 mail.sent budou order-held',
  ]);
  await diary.until('2026-10-08');
  await finance.post(limits, { amount: 200_000, reason: '決算書を確認' });
  await operator.post(`/v1/orders/${order.id}/release`, { reason: '与信枠 200,000円に増額済み' });
  expect(await diary.newEvents()).toEqual(['2026-10-08 order.confirmed budou 88000']);
  // 88,000 of 200,000 is used. A second order fits, a third does not.
  await diary.order(buyer, plan);
  await diary.order(buyer, plan);
  expect(await diary.newEvents()).toEqual([
    '2026-10-08 order.held budou 88000 until=2026-10-20',
    '2026-10-08 order.confirmed budou 88000',
    '2026-10-08 mail.sent budou order-held',
  ]);
  // Nobody releases the third order, so it is declined when its hold runs out.
  expect(await diary.until('2026-10-21')).toEqual([
    '2026-10-21 order.declined budou 88000 reason=hold_expired',
    '2026-10-21 mail.sent budou order-declined-hold-expired',
  ]);
});

test('counts an order that waits for its maker against the limit, and frees its amount when it is cancelled', async () => {
  const diary = await begin();
  const plan = await diary.world.plan('A', '商品A', 400_000, { maker: true });
  const buyer = await diary.buyer('aoba');
  // Nobody has set a limit, so the default of 500,000 applies.
  const first = await diary.order(buyer, plan);
  expect(first.status).toBe('provisioning');
  const second = await diary.order(buyer, plan);
  expect(second.status).toBe('held');
  await diary.newEvents();
  await diary.until('2026-10-07');
  await diary.world
    .as('storefront')
    .post(`/v1/orders/${first.id}/cancellations`, { lines: 'all', reason: '他社に決定' });
  await diary.world.as('operator').post(`/v1/orders/${second.id}/release`, { reason: '先の注文が取り消された' });
  expect(await diary.newEvents()).toEqual([
    '2026-10-07 order.confirmed aoba 440000',
    '2026-10-07 order.cancelled aoba 440000 reason=asked',
  ]);
  await diary.world.as('operator').post(`/v1/orders/${second.id}/service_start`, { on: '2026-10-07' });
  expect(await diary.newEvents()).toEqual(['2026-10-07 service.started aoba 440000']);
  expect((await diary.order(buyer, plan)).status).toBe('held');
});

test('declines the next order by transfer while an invoice is overdue, but accepts one by card', async () => {
  const diary = await begin();
  const plan = await diary.world.plan('D', '商品D', 20_000);
  const buyer = await diary.buyer('fuji');
  await diary.order(buyer, plan);
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  // The invoice is due on Monday 11-30. It is not overdue on that day, but from the next.
  await diary.until('2026-11-30T23:59:59');
  expect((await diary.order(buyer, plan)).status).toBe('active');
  await diary.until('2026-12-01');
  await diary.newEvents();
  expect((await diary.order(buyer, plan)).status).toBe('declined');
  expect(await diary.newEvents()).toEqual([
    '2026-12-01 order.declined fuji 22000 reason=overdue',
    '2026-12-01 mail.sent fuji order-declined-overdue',
  ]);
  expect(await diary.mailText('order-declined-overdue')).toContain('お支払期限を過ぎたご請求がございます。');
  expect((await diary.orderByCard(buyer, plan, 'ok')).status).toBe('authorising');
});
