import { monthByTheSchedule, nobodyActs, slowMandates } from '../replay/real-plays';
import { RealEngine } from '../support/real-store';

/**
 * Each workflow type on a store with a real clock: deadlines by durable timers, days by the Schedule. The clock workflow itself
 * belongs to simulated stores only; a day, a month's opening and its cards have nothing to wait for.
 */

const engine = new RealEngine();
beforeAll(() => engine.start(), 180_000);
afterAll(() => engine.stop());

const SCREENING = '購入企業審査の結果（NP）';
const FORM_POSTED = '口座振替依頼書の送付（NP）';
const FORM_BACK = '口座振替依頼書の返送（購入者）';

test('orders nobody acts on end by their timers, each with its intended date', async () => {
  const { diary, ids } = await nobodyActs(engine);
  expect(await diary.until('2026-10-31')).toEqual([
    '2026-10-06 order.confirmed aoba 88000',
    '2026-10-06 order.held budou 88000 until=2026-10-16',
    '2026-10-06 mail.sent budou order-held',
    '2026-10-06 order.screening juri 88000 until=2026-10-21',
    '2026-10-06 order.cancelled chiyo 88000 reason=card_not_authenticated',
    '2026-10-06 mail.sent chiyo order-cancelled-card',
    '2026-10-17 order.declined budou 88000 reason=hold_expired',
    '2026-10-17 mail.sent budou order-declined-hold-expired',
    '2026-10-22 order.declined juri 88000 reason=screening_expired',
    '2026-10-22 mail.sent juri order-declined-screening',
  ]);
  expect(await diary.incidents()).toEqual([]);

  expect(await diary.rests(ids['order.real-hold-expired']!)).toEqual([
    'buyer_screening np 2026-10-22 00:00',
    'release operator 2026-10-17 00:00',
  ]);
  expect(await diary.timers(ids['order.real-hold-expired']!)).toEqual([
    `${SCREENING}: cancelled`,
    '与信枠の増額と保留解除（22 金額超過）: fired',
  ]);
  expect(await diary.rests(ids['order.real-screening-expired']!)).toEqual([
    'buyer_screening np 2026-10-22 00:00',
    'screening_correction operator 2026-10-22 00:00',
  ]);
  expect(await diary.timers(ids['order.real-screening-expired']!)).toEqual([
    `${SCREENING}: cancelled`,
    '登録情報の修正と再申請（審査保留中）: fired',
  ]);
  expect(await diary.rests(ids['order.real-card-not-authenticated']!)).toEqual([
    'three_d_secure buyer 2026-10-06 10:30',
  ]);
  expect(await diary.timers(ids['order.real-card-not-authenticated']!)).toEqual(['3Dセキュア認証（購入者）: fired']);
  expect((await diary.rests(ids['order.real-confirmed']!)).at(-1)).toBe('contract buyer 2027-10-07 00:00');

  const account = ids['account.real-corrected']!;
  expect(new Set(await diary.rests(account))).toEqual(new Set(['account_events np 2027-10-07 00:00']));
  const timers = await diary.timers(account);
  expect(timers.at(-1)).toBe('アカウントの変更・審査・保証の連絡: running');
  expect(timers.length).toBeGreaterThan(1);
});

test('a form that never comes back, and a bank that takes longer', async () => {
  const { diary, ids } = await slowMandates(engine);
  expect(await diary.until('2027-01-25')).toEqual([
    '2026-10-20 direct_debit.form_posted aoba',
    '2026-10-20 direct_debit.form_posted budou',
    '2026-10-20 direct_debit.received budou expected_on=2026-12-20',
    '2026-12-21 direct_debit.late budou',
    '2027-01-19 direct_debit.expired aoba reason=form not returned',
  ]);
  expect(await diary.incidents()).toEqual(['direct_debit_form_not_returned', 'direct_debit_form_not_returned']);

  expect(await diary.rests(ids['directDebit.real-expired']!)).toEqual([
    'form_posting np 2027-01-19 00:00',
    'form_return buyer 2026-11-04 00:00',
    'form_return buyer 2026-11-20 00:00',
    'form_return buyer 2027-01-19 00:00',
  ]);
  expect(await diary.timers(ids['directDebit.real-expired']!)).toEqual([
    `${FORM_POSTED}: cancelled`,
    `${FORM_BACK}: fired`,
    `${FORM_BACK}: fired`,
    `${FORM_BACK}: fired`,
  ]);
  expect(await diary.rests(ids['directDebit.real-late']!)).toEqual([
    'form_posting np 2027-01-19 00:00',
    'form_return buyer 2026-11-04 00:00',
    'bank_enrolment bank 2026-12-21 00:00',
    'bank_enrolment_late finance 2027-02-21 00:00',
  ]);
  expect(await diary.timers(ids['directDebit.real-late']!)).toEqual([
    `${FORM_POSTED}: cancelled`,
    `${FORM_BACK}: cancelled`,
    '金融機関での登録（約2か月）: fired',
    '金融機関での登録（通常より遅延）: running',
  ]);
});

test('October, begun by the Schedule, reviewed late, issued, collected and debited', async () => {
  const { diary, ids, told } = await monthByTheSchedule(engine);
  expect(told).toEqual([
    '2026-10-05 direct_debit.form_posted aoba',
    '2026-10-05 direct_debit.received aoba expected_on=2026-12-05',
    '2026-10-05 direct_debit.active aoba first_period=2026-10 first_debit_on=2026-11-27',
    '2026-11-01 close.drafted aoba 33000 2026-10',
    '2026-11-01 close.drafted budou 33000 2026-10',
    '2026-11-01 receipt.issued chiyo 33000 2026-10',
    '2026-11-04 billing.requested aoba 33000 2026-10',
    '2026-11-04 billing.requested budou 33000 2026-10',
    '2026-11-05 debit_notice.issued aoba 33000 2026-10 debit_on=2026-11-27',
    '2026-11-05 invoice.issued budou 33000 2026-10 due_on=2026-11-30',
    '2026-12-01 close.drafted aoba 33000 2026-11',
    '2026-12-01 close.drafted budou 33000 2026-11',
    '2026-12-01 receipt.issued chiyo 33000 2026-11',
    '2026-12-02 debit.succeeded aoba 33000 2026-10 code=0',
    '2026-12-02 invoice.paid aoba 33000 2026-10 paid_on=2026-11-27',
  ]);
  // October's was closed by its late approval.
  expect(await diary.incidents()).toEqual(['close_not_approved']);

  expect(await diary.rests(ids['monthlyClose.real-overdue']!)).toEqual([
    'close_review finance 2026-11-04 12:00',
    'close_review_overdue finance 2026-11-06 00:00',
    'np_issue np 2026-11-06 00:00',
  ]);
  expect(await diary.timers(ids['monthlyClose.real-overdue']!)).toEqual([
    '請求書案の確認と承認（NP締切まで）: fired',
    '請求書案の承認（締切超過）: cancelled',
    'NPによる請求書の発行: cancelled',
  ]);
  for (const kind of ['cardCollection.real-receipts', 'periodOpen.real-registered'])
    expect(await diary.timers(ids[kind]!)).toEqual([]);
}, 180_000);
