import { Diary } from '../../support/diary';
import { repair } from '../../support/incidents';

/** Mandates (口座振替) with lost or defective forms, delays, withdrawals or steps out of order. */

async function requested() {
  const diary = await Diary.begin('2026-10-20T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const buyer = await diary.buyer('aoba');
  await diary.order(buyer, plan);
  const { id } = await diary.world
    .as('operator')
    .post<{ id: string }>('/v1/direct_debits', { account_id: buyer.accountId });
  expect(await diary.newEvents()).toEqual([
    '2026-10-20 order.confirmed aoba 33000',
    '2026-10-20 direct_debit.requested aoba',
  ]);
  const step = (verb: string, body: object) =>
    diary.world.as('finance').post<{ status: string }>(`/v1/direct_debits/${id}/${verb}`, body);
  return { diary, buyer, id, step };
}

/** Only the events of the mandate and its debits, without the months' bills. */
const mandateEvents = (lines: string[]) => lines.filter((line) => / (direct_debit|debit)\./.test(line));

test('reminds after 14 and 30 days that the form has not come back, and expires the mandate after 90', async () => {
  const { diary, step } = await requested();
  await diary.until('2026-10-23');
  await step('form_posted', { on: '2026-10-23' });
  expect(await diary.newEvents()).toEqual(['2026-10-23 direct_debit.form_posted aoba']);
  const reminders = async () => (await diary.incidents()).filter((kind) => kind === 'direct_debit_form_not_returned');
  await diary.until('2026-11-06T23:59:59');
  expect(await reminders()).toHaveLength(0);
  await diary.until('2026-11-07');
  expect(await reminders()).toHaveLength(1);
  await diary.until('2026-11-23');
  expect(await reminders()).toHaveLength(2);
  expect(mandateEvents(await diary.until('2027-01-21T23:59:59'))).toEqual([]);
  expect(mandateEvents(await diary.until('2027-01-22'))).toEqual([
    '2027-01-22 direct_debit.expired aoba reason=form not returned',
  ]);
  await expect(step('form_received', { on: '2027-01-22' })).rejects.toMatchObject({
    status: 409,
    problem: { code: 'mandate_out_of_order' },
  });
});

test('restarts the reminders when a defective form is posted again', async () => {
  const { diary, step } = await requested();
  await diary.until('2026-10-23');
  await step('form_posted', { on: '2026-10-23' });
  await diary.until('2026-11-02');
  await step('form_received', { on: '2026-11-02' });
  await diary.until('2026-11-20');
  await step('reject', { reason: '届出印相違' });
  await diary.until('2026-11-24');
  await step('form_posted', { on: '2026-11-24' });
  await diary.until('2026-12-01');
  await step('form_received', { on: '2026-12-01' });
  expect(mandateEvents(await diary.newEvents())).toEqual([
    '2026-12-01 direct_debit.received aoba expected_on=2027-02-01',
  ]);
  expect((await diary.incidents()).filter((kind) => kind === 'direct_debit_form_not_returned')).toEqual([]);
  // The first form would have become late on 2027-01-03. The second becomes late on 2027-02-02.
  expect(mandateEvents(await diary.until('2027-02-01T23:59:59'))).toEqual([]);
  expect(mandateEvents(await diary.until('2027-02-02'))).toEqual(['2027-02-02 direct_debit.late aoba']);
  await step('complete', { evidence: '登録完了リスト' });
  expect(mandateEvents(await diary.newEvents())).toEqual([
    '2027-02-02 direct_debit.active aoba first_period=2027-02 first_debit_on=2027-03-29',
  ]);
});

test('incident direct_debit_overdue_at_bank: asks finance to contact the bank after four months there, then once a month', async () => {
  const { diary, step } = await requested();
  await diary.until('2026-10-23');
  await step('form_posted', { on: '2026-10-23' });
  await diary.until('2026-11-02');
  await step('form_received', { on: '2026-11-02' });
  const overdue = async () => (await diary.incidents()).filter((kind) => kind === 'direct_debit_overdue_at_bank');
  expect(mandateEvents(await diary.until('2027-03-02T23:59:59'))).toEqual([
    '2026-11-02 direct_debit.received aoba expected_on=2027-01-02',
    '2027-01-03 direct_debit.late aoba',
  ]);
  expect(await overdue()).toHaveLength(0);
  await diary.until('2027-03-03');
  expect(await overdue()).toHaveLength(1);
  expect(await repair(diary, 'direct_debit_overdue_at_bank', { resolve_as: '銀行に照会、4月中に登録予定' })).toBe(
    'resolved',
  );
  expect(await overdue()).toHaveLength(0);
  await diary.until('2027-04-05');
  expect(await overdue()).toHaveLength(1);
});

test('starts a new mandate after an earlier one was withdrawn before it was in force', async () => {
  const { diary, buyer, step } = await requested();
  const request = () =>
    diary.world.as('operator').post<{ id: string }>('/v1/direct_debits', { account_id: buyer.accountId });
  await expect(request()).rejects.toMatchObject({ status: 409, problem: { code: 'mandate_already_running' } });
  await diary.until('2026-10-23');
  await step('withdraw', { reason: '振込を続ける' });
  expect(await diary.newEvents()).toEqual(['2026-10-23 direct_debit.withdrawn aoba reason=asked']);
  await expect(step('form_posted', { on: '2026-10-23' })).rejects.toMatchObject({
    status: 409,
    problem: { code: 'mandate_out_of_order' },
  });
  await request();
  expect(await diary.newEvents()).toEqual(['2026-10-23 direct_debit.requested aoba']);
});

test('rejects a step out of order by name, and writes nothing', async () => {
  const { diary, step } = await requested();
  const outOfOrder = { status: 409, problem: { code: 'mandate_out_of_order' } };
  await expect(step('form_received', { on: '2026-10-20' })).rejects.toMatchObject(outOfOrder);
  await expect(step('complete', { evidence: '…' })).rejects.toMatchObject(outOfOrder);
  await expect(step('reject', { reason: '…' })).rejects.toMatchObject(outOfOrder);
  await step('form_posted', { on: '2026-10-20' });
  await expect(step('form_posted', { on: '2026-10-20' })).rejects.toMatchObject(outOfOrder);
  expect(await diary.newEvents()).toEqual(['2026-10-20 direct_debit.form_posted aoba']);
});

test('never marks a mandate late that is completed within two months; 取引なし ends it, and the next month is billed by transfer', async () => {
  const { diary, buyer, step } = await requested();
  await diary.until('2026-10-23');
  await step('form_posted', { on: '2026-10-23' });
  await diary.until('2026-10-26');
  await step('form_received', { on: '2026-10-26' });
  await diary.until('2026-10-30');
  await step('complete', { evidence: '登録完了リスト' });
  expect(await diary.newEvents()).toEqual([
    '2026-10-30 direct_debit.active aoba first_period=2026-10 first_debit_on=2026-11-27',
  ]);
  await diary.world.bankAnswers(buyer.destinationId, [2]);
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  expect((await diary.until('2026-11-05T12:00:00')).slice(-1)).toEqual([
    '2026-11-05 debit_notice.issued aoba 33000 2026-10 debit_on=2026-11-27',
  ]);
  // Results come three business days after 11-27, on the day of November's approval.
  await diary.until('2026-12-02T09:00:00');
  await diary.approve('2026-11');
  // The mail and the end of the mandate follow concurrently, so the lines are sorted.
  expect((await diary.until('2026-12-02T18:00:00')).sort()).toEqual([
    '2026-12-02 billing.requested aoba 33000 2026-11',
    '2026-12-02 debit.failed aoba 33000 2026-10 code=2 reason=取引なし',
    '2026-12-02 direct_debit.ended aoba reason=debit result 2',
    '2026-12-02 invoice.rebilled aoba 33000 2026-10 due_on=2026-12-31 revision=2',
    '2026-12-02 mail.sent aoba debit-failed',
  ]);
  // November was drafted for a debit. The mandate has ended, so it is invoiced by transfer.
  expect(await diary.until('2026-12-03T12:00:00')).toEqual([
    '2026-12-03 invoice.issued aoba 33000 2026-11 due_on=2026-12-31',
  ]);
  expect(await diary.incidents()).toEqual([]);
});

test('rejects the completion of a mandate before NP knows the buyer, because NP would bill by transfer while we debit', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const buyer = await diary.buyer('aoba');
  const finance = diary.world.as('finance');
  const { id } = await finance.post<{ id: string }>('/v1/direct_debits', { account_id: buyer.accountId });
  const step = (verb: string, body: object) => finance.post(`/v1/direct_debits/${id}/${verb}`, body);
  await step('form_posted', { on: '2026-10-05' });
  await step('form_received', { on: '2026-10-05' });
  const evidence = { evidence: '登録完了リスト' };
  await expect(step('complete', evidence)).rejects.toMatchObject({ problem: { code: 'buyer_unknown_to_np' } });
  await diary.order(buyer, await diary.world.plan('A', '商品A', 30_000));
  await step('complete', evidence);
  expect((await diary.newEvents()).at(-1)).toBe(
    '2026-10-05 direct_debit.active aoba first_period=2026-10 first_debit_on=2026-11-27',
  );
});
