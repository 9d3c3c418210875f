import { Diary } from '../../support/diary';

/** Orders by bank transfer that NP holds, rejects or screens longer. Prices are without tax; events include 10 % tax. */

test('declines an order over the credit limit when nobody releases it before its hold runs out, and mails the buyer', async () => {
  const diary = await Diary.begin('2026-10-06T10:00:00+09:00');
  const plan = await diary.world.plan('B', '商品B', 80_000);
  await diary.order(await diary.buyer('budou', 'limit-50000'), plan);
  expect(await diary.newEvents()).toEqual([
    '2026-10-06 order.held budou 88000 until=2026-10-16',
    '2026-10-06 mail.sent budou order-held',
  ]);
  // The hold lasts seven business days, and 10-12 is a holiday. All of 10-16 is in time. The mail waits for its sending hours.
  expect(await diary.until('2026-10-16T23:59:59')).toEqual([]);
  expect(await diary.until('2026-10-17')).toEqual([
    '2026-10-17 order.declined budou 88000 reason=hold_expired',
    '2026-10-17 mail.sent budou order-declined-hold-expired',
  ]);
  // Nothing is billed.
  expect(await diary.until('2026-11-06')).toEqual([]);
  expect(await diary.incidents()).toEqual([]);
});

test('cancels a held order when the buyer gives up, then rejects its release and bills nothing', async () => {
  const diary = await Diary.begin('2026-10-06T10:00:00+09:00');
  const plan = await diary.world.plan('B', '商品B', 80_000);
  const order = await diary.order(await diary.buyer('budou', 'limit-50000'), plan);
  await diary.until('2026-10-07');
  await diary.world
    .as('storefront')
    .post(`/v1/orders/${order.id}/cancellations`, { lines: 'all', reason: '他社に決定' });
  expect(await diary.newEvents()).toEqual(['2026-10-07 order.cancelled budou 88000 reason=asked']);
  await expect(
    diary.world.as('operator').post(`/v1/orders/${order.id}/release`, { reason: '増額済み' }),
  ).rejects.toMatchObject({ status: 409, problem: { code: 'order_not_held' } });
  expect(await diary.until('2026-11-06')).toEqual([]);
});

test('declines an order for NP’s reasons 21 未払い and 24 総合判断, each with its own mail', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.order(await diary.buyer('gin', 'overdue21'), plan);
  await diary.order(await diary.buyer('hana', 'ng24'), plan);
  expect(await diary.newEvents()).toEqual([
    '2026-10-05 order.declined gin 33000 reason=overdue',
    '2026-10-05 mail.sent gin order-declined-overdue',
    '2026-10-05 order.declined hana 33000 reason=judgement',
    '2026-10-05 mail.sent hana order-declined-judgement',
  ]);
});

test('declines every order of a buyer that NP itself rejects (否決)', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const buyer = await diary.buyer('ichi', 'deny');
  const declined = ['order.declined ichi 33000 reason=screening_denied', 'mail.sent ichi order-declined-screening'];
  await diary.order(buyer, plan);
  expect(await diary.newEvents()).toEqual(declined.map((line) => `2026-10-05 ${line}`));
  await diary.until('2026-10-06');
  await diary.order(buyer, plan);
  expect(await diary.newEvents()).toEqual(declined.map((line) => `2026-10-06 ${line}`));
});

test('declines an order after ten business days when NP’s screening is on hold (保留) and nobody corrects the data', async () => {
  const diary = await Diary.begin('2026-10-09T11:00:00+09:00');
  const plan = await diary.world.plan('D', '商品D', 20_000);
  await diary.order(await diary.buyer('fuji', 'hold-address'), plan);
  expect(await diary.newEvents()).toEqual(['2026-10-09 order.screening fuji 22000 until=2026-10-26']);
  expect(await diary.until('2026-10-26T23:59:59')).toEqual([]);
  expect(await diary.until('2026-10-27')).toEqual([
    '2026-10-27 order.declined fuji 22000 reason=screening_expired',
    '2026-10-27 mail.sent fuji order-declined-screening',
  ]);
});

test('waits without events while NP screens the buyer (審査中) for three days, and confirms the order on NP’s news', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('D', '商品D', 20_000);
  const order = await diary.order(await diary.buyer('juri', 'screening-3d'), plan);
  expect(order.status).toBe('screening');
  expect(await diary.until('2026-10-08T08:59:59')).toEqual([]);
  expect(await diary.until('2026-10-08')).toEqual(['2026-10-08 order.confirmed juri 22000']);
});

test('confirms two orders of one buyer that wait for the same screening', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('D', '商品D', 20_000);
  const buyer = await diary.buyer('kaede', 'screening-3d');
  await diary.order(buyer, plan);
  await diary.until('2026-10-06');
  await diary.order(buyer, plan);
  expect(await diary.until('2026-10-08')).toEqual([
    '2026-10-08 order.confirmed kaede 22000',
    '2026-10-08 order.confirmed kaede 22000',
  ]);
});

test('answers a request with Prefer: wait with the decision, whichever it is', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('B', '商品B', 80_000);
  const orderAndWait = async (reference: string, magic = '') => {
    const { accountId } = await diary.buyer(reference, magic);
    const order = {
      account_id: accountId,
      payment: { method: 'bank_transfer' },
      lines: [{ plan_id: plan, quantity: 1 }],
    };
    return diary.world.as('storefront').post('/v1/orders', order, { prefer: 'wait=20' });
  };
  // Each order is its buyer's first, so NP screens the buyer and then the month.
  expect(await orderAndWait('aoba')).toMatchObject({ status: 'active' });
  expect(await orderAndWait('budou', 'limit-50000')).toMatchObject({ status: 'held', wait_until: '2026-10-15' });
  expect(await orderAndWait('emi', 'ng24')).toMatchObject({ status: 'declined', reason: 'judgement' });
  expect(await orderAndWait('fuji', 'hold-address')).toMatchObject({ status: 'screening', wait_until: '2026-10-20' });
});

test('closes an account only after its orders are over, and accepts no more orders for it', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('B', '商品B', 80_000);
  const buyer = await diary.buyer('budou', 'limit-50000');
  const order = await diary.order(buyer, plan);
  const operator = diary.world.as('operator');
  const close = () => operator.post(`/v1/accounts/${buyer.accountId}/close`, { reason: '閉店' });
  await expect(close()).rejects.toMatchObject({ status: 409, problem: { code: 'conflict' } });
  await diary.world.as('storefront').post(`/v1/orders/${order.id}/cancellations`, { lines: 'all', reason: '閉店' });
  await diary.newEvents();
  expect(await close()).toMatchObject({ status: 'closed' });
  await expect(diary.order(buyer, plan)).rejects.toMatchObject({ problem: { errors: [{ code: 'account_closed' }] } });
  await expect(close()).rejects.toMatchObject({ problem: { code: 'account_closed' } });
});
