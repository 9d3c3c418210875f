import { inHouseByTheSchedule } from '../../replay/in-house-plays';
import { contractsEnd, monthByTheSchedule, nobodyActs, slowMandates } from '../../replay/real-plays';
import { RealEngine } from '../../support/real-store';

/**
 * Plays each workflow type on a store with a real clock. Durable timers keep the deadlines, and a Temporal Schedule starts the
 * days. The clock workflow belongs to simulated stores only. A store day, the opening of a month and the collection of its cards
 * wait for nothing.
 */

const engine = new RealEngine();
beforeAll(() => engine.start(), 180_000);
afterAll(() => engine.stop());

const SCREENING = '購入企業審査の結果（NP）';
const FORM_POSTED = '口座振替依頼書の送付';
const FORM_BACK = '口座振替依頼書の返送（購入者）';

test('ends orders that nobody acts on by their timers, each with its intended date', async () => {
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

test('expires a mandate whose form never comes back, and marks one late when the bank takes longer than usual', async () => {
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

test('bills October by the Schedule: card receipts, a late approval, then invoices and debits', async () => {
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
  // The late approval resolved October's incident. This one is November's.
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

test('ends contracts by their timers: on the end date, for want of a decision, or when the card never pays', async () => {
  const { diary, ids, told } = await contractsEnd(engine);
  const linesWith = (text: string) => told.filter((line) => line.includes(text));
  expect(linesWith('aoba').filter((line) => line.includes('order.'))).toEqual([
    '2026-11-05 order.confirmed aoba 11000',
    '2026-11-30 order.ended aoba 11000 reason=cancellation',
  ]);
  expect(linesWith('budou').filter((line) => line.includes('order.'))).toEqual([
    '2026-11-05 order.confirmed budou 33000',
    '2026-12-01 order.at_risk budou 33000 2026-12 until=2026-12-08 reason=22',
    '2026-12-09 order.suspended budou 33000 reason=at_risk',
    '2026-12-23 order.ended budou 33000 reason=at_risk',
  ]);
  expect(linesWith('chiyo').filter((line) => !line.includes('mail.'))).toEqual([
    '2026-11-05 order.confirmed chiyo 33000',
    '2026-12-01 receipt.issued chiyo 33000 2026-11',
    '2027-01-01 card.declined chiyo 33000 2026-12 code=10123999 retry_on=2027-01-04',
    '2027-01-04 card.declined chiyo 33000 2026-12 code=10123999 retry_on=2027-01-08',
    '2027-01-08 card.declined chiyo 33000 2026-12 code=10123999 retry_on=2027-01-15',
    '2027-01-15 card.declined chiyo 33000 2026-12 code=10123999 retry_on=null',
    '2027-01-15 order.suspended chiyo 33000 reason=card_declined',
    '2027-01-29 order.ended chiyo 33000 reason=unpaid',
  ]);

  expect((await diary.rests(ids['order.real-ended']!)).slice(-2)).toEqual([
    'contract buyer 2027-11-06 00:00',
    'contract_end engine 2026-12-01 00:00',
  ]);
  expect((await diary.timers(ids['order.real-ended']!)).at(-1)).toBe('契約終了日: fired');
  expect((await diary.rests(ids['order.real-at-risk-ended']!)).slice(-3)).toEqual([
    'contract buyer 2027-11-06 00:00',
    'at_risk_decision finance 2026-12-09 00:00',
    'at_risk_decision finance 2026-12-24 00:00',
  ]);
  expect((await diary.timers(ids['order.real-at-risk-ended']!)).slice(-2)).toEqual(
    Array(2).fill('与信否決月の対応（再登録・自社請求・停止・終了）: fired'),
  );
  expect((await diary.timers(ids['order.real-card-ended-unpaid']!)).slice(-4)).toEqual(
    Array(4).fill('カードの再請求または差し替え: fired'),
  );
}, 180_000);

test('bills October in house: issues on the issue day, waits for a debit file handed in late, rebills one failed debit', async () => {
  const { diary, ids, told } = await inHouseByTheSchedule(engine);
  expect(told.filter((line) => !line.includes('mail.')).sort()).toEqual([
    '2026-10-05 order.held juri 33000 until=2026-10-15',
    '2026-10-16 order.declined juri 33000 reason=hold_expired',
    '2026-11-01 close.drafted aoba 33000 2026-10',
    '2026-11-01 close.drafted budou 33000 2026-10',
    '2026-11-01 close.drafted juri 33000 2026-10',
    '2026-11-05 debit_notice.issued aoba 33000 2026-10 debit_on=2026-11-27',
    '2026-11-05 debit_notice.issued budou 33000 2026-10 debit_on=2026-11-27',
    '2026-11-05 invoice.issued juri 33000 2026-10 due_on=2026-11-30',
    '2026-12-01 close.drafted aoba 33000 2026-11',
    '2026-12-01 close.drafted budou 33000 2026-11',
    '2026-12-01 close.drafted juri 33000 2026-11',
    '2026-12-01 debit.failed budou 33000 2026-10 code=1 reason=資金不足',
    '2026-12-01 debit.succeeded aoba 33000 2026-10 code=0',
    '2026-12-01 invoice.paid aoba 33000 2026-10 paid_on=2026-11-27',
    '2026-12-01 invoice.rebilled budou 33000 2026-10 due_on=2026-12-31 revision=2',
  ]);
  // The late hand-in resolved the incident of the debit file. November's review may be overdue by now.
  expect((await diary.incidents()).filter((kind) => kind !== 'close_not_approved')).toEqual([]);
  expect(await diary.timers(ids['monthlyClose.real-in-house']!)).toEqual([
    '請求書案の確認と承認（NP締切まで）: cancelled',
    '請求書の発行日: fired',
  ]);
  // The hand-in ends the first wait for results, and the imported results end the second.
  expect(await diary.timers(ids['debitRun.real-in-house']!)).toEqual([
    '口座振替依頼ファイルの金融機関への提出: fired',
    '口座振替の結果: cancelled',
    '口座振替の結果: cancelled',
  ]);
}, 180_000);
