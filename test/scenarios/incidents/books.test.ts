import { Api } from '../../../dev/story/api';
import { Diary } from '../../support/diary';
import { rows } from '../../support/books';
import { rejectWrites, sendNpNews, repair } from '../../support/incidents';

/*
 * Our own database or the mail provider refuses something. Nothing is lost: a person decides, and the work continues where it
 * stopped.
 */

const storeWithOrder = async (settlement: 'np' | 'in_house') => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00', { settlement });
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.newEvents();
  return diary;
};

test('incident draft: retries a write that the database refuses, then asks a person; a retry drafts the month', async () => {
  const diary = await storeWithOrder('np');
  const restore = await rejectWrites(diary, 'INSERT ON invoices');
  await diary.until('2026-11-02');
  expect(await diary.incidents()).toEqual(['draft']);
  await restore();
  await repair(diary, 'draft', 'retry');
  expect((await diary.invoices('2026-10')).map(({ status, total }) => [status, total])).toEqual([['draft', 33_000]]);
});

test('incident draft: after a skip, bills nobody for the month and reports the unbilled items at its close', async () => {
  const diary = await storeWithOrder('in_house');
  const restore = await rejectWrites(diary, 'INSERT ON invoices');
  await diary.until('2026-11-02');
  await repair(diary, 'draft', 'skip');
  await restore();
  expect(await diary.invoices('2026-10')).toEqual([]);
  expect(await diary.incidents()).toEqual(['unbilled_items']);
});

test('incident issue: after a skip, gives the drafts no number and bills them with the next month', async () => {
  const diary = await storeWithOrder('in_house');
  await diary.until('2026-11-02');
  await diary.approve('2026-10');
  const restore = await rejectWrites(diary, 'UPDATE ON invoices', `NEW.status = 'issued'`);
  await diary.until('2026-11-06');
  await repair(diary, 'issue', 'skip');
  await restore();
  expect((await diary.invoices('2026-10')).map(({ status, number }) => [status, number])).toEqual([['void', null]]);
  expect(await diary.incidents()).toEqual(['unbilled_items']);
  await diary.until('2026-12-02');
  await diary.approve('2026-11');
  expect(await diary.until('2026-12-04')).toContainEqual(
    expect.stringContaining('2026-12-03 invoice.issued aoba 66000 2026-11'),
  );
});

test('incident issue: a retry issues the month', async () => {
  const diary = await storeWithOrder('in_house');
  await diary.until('2026-11-02');
  await diary.approve('2026-10');
  const restore = await rejectWrites(diary, 'UPDATE ON invoices', `NEW.status = 'issued'`);
  await diary.until('2026-11-06');
  expect(await diary.incidents()).toEqual(['issue']);
  await restore();
  await repair(diary, 'issue', 'retry');
  expect((await diary.invoices('2026-10')).map(({ status }) => status)).toEqual(['issued']);
  expect(await diary.incidents()).toEqual([]);
});

test('incident np_month_registration: NP accepts the month but our database refuses it; a retry asks NP first and books the month once', async () => {
  const diary = await storeWithOrder('np');
  const restore = await rejectWrites(diary, 'INSERT ON credit_transactions');
  await diary.until('2026-11-02');
  expect(await diary.incidents()).toEqual(['np_month_registration']);
  await restore();
  await repair(diary, 'np_month_registration', 'retry');
  const registered = Object.values(await diary.npEffects());
  expect(registered).toEqual([
    { received: 1, registered: 1 },
    { received: 1, registered: 1 },
  ]);
  const booked = await rows('SELECT key FROM credit_transactions WHERE store_id = $1', [diary.world.storeId]);
  expect(booked).toHaveLength(2);
});

test('incident np_month_registration: after a skip, bills October but not November, and reports the unbilled items', async () => {
  const diary = await storeWithOrder('np');
  const restore = await rejectWrites(diary, 'INSERT ON credit_transactions');
  await diary.until('2026-11-02');
  await repair(diary, 'np_month_registration', 'skip');
  await restore();
  await diary.approve('2026-10');
  await diary.until('2026-12-02');
  expect((await diary.invoices('2026-10')).map(({ status, total }) => [status, total])).toEqual([['issued', 33_000]]);
  expect(await diary.invoices('2026-11')).toEqual([]);
  expect(await diary.incidents()).toContain('unbilled_items');
});

test('incident mail_unknown: asks a person once Resend has forgotten the idempotency key after a day of attempts; a retry sends the mail as new', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const { accountId } = await diary.buyer('emi', 'ng24');
  const resend = new Api(diary.world.at.resendUrl);
  const to = 'keiri+ng24@emi.example.jp';
  await resend.post('/control/faults', { mode: 'server_error', times: 1000, to });
  await diary.world
    .as('storefront')
    .post(
      '/v1/orders',
      { account_id: accountId, payment: { method: 'bank_transfer' }, lines: [{ plan_id: plan, quantity: 1 }] },
      { prefer: 'wait=20' },
    );
  // Resend keeps idempotency keys for a day of wall time. No simulated clock can move that, so the test moves the row back.
  await rows(`UPDATE mails SET first_tried_at = now() - interval '24 hours' WHERE store_id = $1`, [
    diary.world.storeId,
  ]);
  expect(await diary.newEvents()).toEqual(['2026-10-05 order.declined emi 33000 reason=judgement']);
  expect(await diary.incidents()).toEqual(['mail_unknown']);
  await resend.post('/control/faults/clear', { to });
  expect(await repair(diary, 'mail_unknown', 'retry')).toBe('resolved');
  expect(await diary.newEvents()).toEqual(['2026-10-05 mail.sent emi order-declined-judgement']);
});

test('incident workflow_failed, message_undeliverable: an order edited directly in the database fails its workflow; a later command is rejected', async () => {
  const diary = await Diary.begin('2026-10-06T10:00:00+09:00');
  const plan = await diary.world.plan('B', '商品B', 80_000);
  const order = await diary.order(await diary.buyer('budou', 'limit-50000'), plan);
  await diary.newEvents();
  const setStatus = (status: string) => rows('UPDATE orders SET status = $2 WHERE id = $1', [order.id, status]);
  await setStatus('cancelled');
  // The hold ends with 10-16, and a cancelled order can't be declined.
  expect(await diary.until('2026-10-17')).toEqual([]);
  expect(await diary.incidents()).toEqual(['workflow_failed']);
  await setStatus('held');
  await expect(
    diary.world.as('operator').post(`/v1/orders/${order.id}/release`, { reason: '増額済み' }),
  ).rejects.toMatchObject({ status: 409, problem: { code: 'conflict' } });
  expect(await diary.incidents()).toEqual(['workflow_failed', 'message_undeliverable']);
  await setStatus('cancelled');
  expect(await repair(diary, 'workflow_failed', { resolve_as: '注文は取消のまま、NPに連絡' })).toBe('resolved');
  expect(await repair(diary, 'message_undeliverable', { resolve_as: '新しい注文を依頼' })).toBe('resolved');
  expect(await diary.incidents()).toEqual([]);
});

test('incident mail_failed: stays open after a retry while Resend rejects the sender address; a retry with a correct address sends the mail', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const setSender = (address: string) =>
    rows('UPDATE stores SET mail_from = $2 WHERE id = $1', [diary.world.storeId, address]);
  await setSender('no address');
  await diary.order(await diary.buyer('emi', 'ng24'), plan);
  expect(await diary.newEvents()).toEqual([expect.stringContaining('order.declined emi')]);
  expect(await repair(diary, 'mail_failed', 'retry')).toBe('open');
  await setSender('store@store.example.jp');
  expect(await repair(diary, 'mail_failed', 'retry')).toBe('resolved');
  expect(await diary.newEvents()).toEqual([expect.stringContaining('mail.sent emi')]);
});

test('incident news_not_understood: keeps news about an unknown bill until a person resolves it with a note', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const unknownBill = { bill_number: 'NP-0', paid_on: '2026-10-05', amount: 100 };
  await sendNpNews(diary, 'bill.paid', unknownBill, '2026-10-05T10:00:00+09:00');
  await diary.newEvents();
  expect(await diary.incidents()).toEqual(['news_not_understood']);
  expect(await repair(diary, 'news_not_understood', { resolve_as: '別店舗の入金、NPに連絡' })).toBe('resolved');
});
