import { rows } from '../../support/books';
import { Diary } from '../../support/diary';
import { resolutionOf, openIncident, repair } from '../../support/incidents';

/* NP rejects a call. Each test makes a kind of incident happen, has a person decide, and checks what follows. */

const begin = async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  return { diary, plan: await diary.world.plan('A', '商品A', 30_000) };
};

test('incident np_registration: a retry asks NP first and registers the month once', async () => {
  const { diary, plan } = await begin();
  await diary.failNp('registerTransaction', 'refuse');
  const order = await diary.order(await diary.buyer('aoba'), plan);
  expect(await diary.newEvents()).toEqual([]);
  expect((await openIncident(diary, 'np_registration')).ways).toEqual(['retry', 'skip', 'resolve_as:registered']);
  expect(await repair(diary, 'np_registration', 'retry')).toBe('resolved');
  expect(await diary.newEvents()).toEqual(['2026-10-05 order.confirmed aoba 33000']);
  expect(await diary.npEffects()).toEqual({ [`${order.id}.202610.1`]: { received: 1, registered: 1 } });
});

test('incident np_registration: a skip declines the order; a resolution of another kind of incident is rejected', async () => {
  const { diary, plan } = await begin();
  await diary.failNp('registerTransaction', 'refuse');
  await diary.order(await diary.buyer('aoba'), plan);
  await expect(repair(diary, 'np_registration', { resolve_as: 'charged' })).rejects.toThrow('repair_not_possible');
  await repair(diary, 'np_registration', 'skip');
  expect(await diary.newEvents()).toContainEqual(expect.stringContaining('2026-10-05 order.declined aoba'));
  expect(await diary.npEffects()).toEqual({});
});

test('incident np_registration, draft_check, unbilled_items: holds a month resolved as registered that NP does not have, and reports it unbilled', async () => {
  const { diary, plan } = await begin();
  await diary.failNp('registerTransaction', 'refuse');
  await diary.order(await diary.buyer('aoba'), plan);
  await repair(diary, 'np_registration', { resolve_as: 'registered' });
  expect(await diary.newEvents()).toEqual(['2026-10-05 order.confirmed aoba 33000']);
  await diary.until('2026-11-02');
  expect(await diary.incidents()).toEqual(['draft_check']);
  await diary.approve('2026-10');
  await diary.until('2026-11-10');
  expect((await diary.invoices('2026-10')).map(({ status }) => status)).toEqual(['void']);
  expect(await diary.incidents()).toEqual(['draft_check', 'unbilled_items']);
  expect(await repair(diary, 'draft_check', { resolve_as: 'NPに登録なし' })).toBe('resolved');
  expect(await repair(diary, 'unbilled_items', { resolve_as: '11月分と併せて請求' })).toBe('resolved');
});

test('incident np_registration_failed: opens when NP rejects the month of an order on the 1st; after a retry the month is billed on time', async () => {
  const { diary, plan } = await begin();
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.newEvents();
  await diary.failNp('registerTransaction', 'refuse');
  await diary.until('2026-11-02');
  expect(await diary.incidents()).toEqual(['np_registration_failed']);
  expect(await repair(diary, 'np_registration_failed', 'retry')).toBe('resolved');
  await diary.approve('2026-10');
  await diary.until('2026-12-02');
  await diary.approve('2026-11');
  await diary.until('2026-12-04');
  expect((await diary.invoices('2026-11')).map(({ status, total }) => [status, total])).toEqual([['issued', 33_000]]);
  expect(await diary.incidents()).toEqual([]);
});

test('incident np_cancellation: a retry sends the cancellation to NP again', async () => {
  const { diary } = await begin();
  const plan = await diary.world.plan('M', '商品M', 30_000, { maker: true });
  const order = await diary.order(await diary.buyer('aoba'), plan);
  await diary.failNp('cancelTransactions', 'refuse');
  await diary.world
    .as('storefront')
    .post(`/v1/orders/${order.id}/cancellations`, { lines: 'all', reason: '不要になった' });
  expect(await diary.incidents()).toEqual(['np_cancellation']);
  await repair(diary, 'np_cancellation', 'retry');
  expect(await diary.newEvents()).toContainEqual(expect.stringContaining('order.cancelled aoba'));
  expect(await diary.incidents()).toEqual([]);
});

test('incident np_cancellation: a skip cancels the order without NP, after a person has cancelled it in NP’s console', async () => {
  const { diary } = await begin();
  const plan = await diary.world.plan('M', '商品M', 30_000, { maker: true });
  const order = await diary.order(await diary.buyer('aoba'), plan);
  await diary.failNp('cancelTransactions', 'refuse');
  await diary.world.as('storefront').post(`/v1/orders/${order.id}/cancellations`, { lines: 'all', reason: '不要' });
  await repair(diary, 'np_cancellation', 'skip');
  expect(await diary.newEvents()).toContainEqual(expect.stringContaining('order.cancelled aoba'));
  expect(await diary.incidents()).toEqual([]);
});

test('incident np_buyer_screening: a retry screens the buyer and confirms the order', async () => {
  const { diary, plan } = await begin();
  await diary.failNp('registerBuyer', 'refuse');
  await diary.order(await diary.buyer('aoba'), plan);
  expect(await diary.incidents()).toEqual(['np_buyer_screening']);
  await repair(diary, 'np_buyer_screening', 'retry');
  expect(await diary.newEvents()).toEqual(['2026-10-05 order.confirmed aoba 33000']);
});

test('incident np_buyer_screening: after a skip and no news from NP, declines the order after ten business days', async () => {
  const { diary, plan } = await begin();
  await diary.failNp('registerBuyer', 'refuse');
  await diary.order(await diary.buyer('aoba'), plan);
  await repair(diary, 'np_buyer_screening', 'skip');
  expect(await diary.until('2026-10-20T23:59:59')).toEqual([]);
  expect(await diary.until('2026-10-21')).toContainEqual(expect.stringContaining('order.declined aoba'));
});

test('incident np_billing_request: a retry before the cutoff bills the month once', async () => {
  const { diary, plan } = await begin();
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.until('2026-11-04');
  await diary.failNp('requestBilling', 'refuse');
  await diary.approve('2026-10');
  expect(await diary.incidents()).toEqual(['np_billing_request']);
  await repair(diary, 'np_billing_request', 'retry');
  expect(await diary.until('2026-11-06')).toContainEqual(
    expect.stringContaining('2026-11-05 invoice.issued aoba 33000'),
  );
  expect(await diary.incidents()).toEqual([]);
});

test('incident np_billing_request: after a skip, bills the drafts with the next month and reports the unbilled items', async () => {
  const { diary, plan } = await begin();
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.until('2026-11-04');
  await diary.failNp('requestBilling', 'refuse');
  await diary.approve('2026-10');
  await repair(diary, 'np_billing_request', 'skip');
  expect((await diary.until('2026-11-06')).filter((line) => line.includes('issued'))).toEqual([]);
  expect(await diary.incidents()).toEqual(['unbilled_items']);
  await diary.until('2026-12-02');
  await diary.approve('2026-11');
  expect(await diary.until('2026-12-04')).toContainEqual(
    expect.stringContaining('2026-12-03 invoice.issued aoba 66000 2026-11'),
  );
});

test('incident np_mirror: after a skip, fetches NP’s bill the next day', async () => {
  const { diary, plan } = await begin();
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.failNp('issuedBills', 'refuse');
  await diary.until('2026-11-05T18:00:00');
  await repair(diary, 'np_mirror', 'skip');
  expect(await diary.until('2026-11-07')).toContainEqual(expect.stringContaining('invoice.issued aoba 33000 2026-10'));
  expect(await diary.incidents()).toEqual([]);
});

test('incident np_mirror: a retry fetches NP’s bill into our books', async () => {
  const { diary, plan } = await begin();
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.failNp('issuedBills', 'refuse');
  await diary.until('2026-11-05T18:00:00');
  expect(await diary.incidents()).toEqual(['np_mirror']);
  await repair(diary, 'np_mirror', 'retry');
  expect(await diary.newEvents()).toContainEqual(expect.stringContaining('2026-11-05 invoice.issued aoba 33000'));
  expect(await diary.incidents()).toEqual([]);
});

test('incident np_bill_differs, np_bills_missing: does not book NP’s bill while it differs, asks for it daily, and books it once it agrees', async () => {
  const { diary, plan } = await begin();
  const { destinationId } = await diary.buyer('aoba').then(async (buyer) => {
    await diary.order(buyer, plan);
    return buyer;
  });
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.newEvents();
  const [buyer] = await rows<{ id: string }>('SELECT np_buyer_id AS id FROM billing_destinations WHERE id = $1', [
    destinationId,
  ]);
  const setNpBuyerId = (id: string) =>
    rows('UPDATE billing_destinations SET np_buyer_id = $2 WHERE id = $1', [destinationId, id]);
  await setNpBuyerId('99999999999');
  expect(await diary.until('2026-11-06')).toEqual([]);
  expect(await diary.incidents()).toEqual(['np_bill_differs', 'np_bills_missing']);
  await setNpBuyerId(buyer!.id);
  expect(await diary.until('2026-11-07')).toContainEqual(expect.stringContaining('invoice.issued aoba 33000 2026-10'));
  await resolutionOf(diary, 'np_bills_missing');
  expect(await repair(diary, 'np_bill_differs', { resolve_as: 'NPに確認、11-06に取込済み' })).toBe('resolved');
});

test('incident close_not_approved: is resolved by a late approval', async () => {
  const { diary, plan } = await begin();
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.until('2026-11-04T12:00:00');
  expect(await diary.incidents()).toEqual(['close_not_approved']);
  await diary.approve('2026-10');
  expect(await diary.newEvents()).toContainEqual(expect.stringContaining('2026-11-04 billing.requested aoba 33000'));
  await resolutionOf(diary, 'close_not_approved');
});

test('incident service_start_late: opens when the days that a plan allows have passed, and is resolved by the start', async () => {
  const { diary } = await begin();
  const plan = await diary.world.plan('M', '商品M', 30_000, { maker: true });
  const order = await diary.order(await diary.buyer('aoba'), plan);
  await diary.until('2026-10-22');
  expect(await diary.incidents()).toEqual(['service_start_late']);
  await diary.world.as('operator').post(`/v1/orders/${order.id}/service_start`, { on: '2026-10-22' });
  await resolutionOf(diary, 'service_start_late');
  expect(await diary.incidents()).toEqual([]);
});
