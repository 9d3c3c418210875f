import { Diary } from '../../support/diary';
import { resolutionOf, sendNpNews, repair } from '../../support/incidents';

/*
 * Mandates and debits that need a person. Each test makes a kind of incident happen, has a person decide, and checks what
 * follows.
 */

/** A mandate whose form has been at the bank since 10-26. `complete` puts the mandate in force. */
async function atBank() {
  const diary = await Diary.begin('2026-10-20T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const buyer = await diary.buyer('aoba');
  await diary.order(buyer, plan);
  const { id } = await diary.world
    .as('operator')
    .post<{ id: string }>('/v1/direct_debits', { account_id: buyer.accountId });
  const step = (verb: string, body: object) =>
    diary.world.as('finance').post<{ status: string }>(`/v1/direct_debits/${id}/${verb}`, body, { prefer: 'wait=10' });
  await diary.until('2026-10-23');
  await step('form_posted', { on: '2026-10-23' });
  await diary.until('2026-10-26');
  await step('form_received', { on: '2026-10-26' });
  await diary.until('2026-10-30');
  await diary.newEvents();
  return { diary, buyer, id, step, complete: () => step('complete', { evidence: '登録完了リスト' }) };
}

test('incident np_direct_debit, np_direct_debit_end: a retry notifies NP that debits begin; a skip ends them without NP', async () => {
  const { diary, step, complete } = await atBank();
  await diary.failNp('directDebitActive', 'refuse');
  await complete();
  await diary.newEvents();
  expect(await diary.incidents()).toEqual(['np_direct_debit']);
  expect(await repair(diary, 'np_direct_debit', 'retry')).toBe('resolved');
  await diary.failNp('directDebitEnded', 'refuse');
  await step('withdraw', { reason: '振込に戻す' });
  expect(await diary.newEvents()).toEqual([expect.stringContaining('2026-10-30 direct_debit.withdrawn aoba')]);
  expect(await diary.incidents()).toEqual(['np_direct_debit_end']);
  expect(await repair(diary, 'np_direct_debit_end', 'skip')).toBe('resolved');
  expect(await diary.incidents()).toEqual([]);
});

/** October's debit failed for lack of funds. NP does not deliver the document of the bill that is due again. */
async function rebilledWithoutDocument() {
  const { diary, buyer, complete } = await atBank();
  await complete();
  await diary.world.bankAnswers(buyer.destinationId, [1]);
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.until('2026-12-02T09:00:00');
  await diary.failNp('billDocument', 'refuse');
  await diary.approve('2026-11');
  await diary.until('2026-12-02T18:00:00');
  expect(await diary.incidents()).toEqual(['np_bill_document']);
  return diary;
}

test('incident np_bill_document: a retry stores the document of a bill that is due again after a failed debit', async () => {
  const diary = await rebilledWithoutDocument();
  await repair(diary, 'np_bill_document', 'retry');
  const [october] = await diary.invoices('2026-10');
  expect(october).toMatchObject({ status: 'issued', total: 33_000 });
  expect(await diary.documentText(october!.id)).toContain('33,000');
  expect(await diary.incidents()).toEqual([]);
});

test('incident np_bill_document: after a skip, leaves the invoice without its new document, and runs the next debit day', async () => {
  const diary = await rebilledWithoutDocument();
  await repair(diary, 'np_bill_document', 'skip');
  expect(await diary.invoices('2026-10')).toMatchObject([{ status: 'issued', revisions: [{ revision: 1 }] }]);
  await diary.until('2027-01-05T12:00:00');
  expect(await diary.invoices('2026-11')).toMatchObject([{ status: 'paid' }]);
});

test('incident document_missing: opens when NP does not deliver the document of an issued bill', async () => {
  const { diary } = await atBank();
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.failNp('billDocument', 'refuse');
  expect(await diary.until('2026-11-06')).toContainEqual(
    expect.stringContaining('2026-11-05 invoice.issued aoba 33000'),
  );
  expect(await diary.incidents()).toEqual(['document_missing']);
  expect(await repair(diary, 'document_missing', { resolve_as: 'NPの画面から取得して保管' })).toBe('resolved');
});

test('incident direct_debit_form_not_returned: a person resolves it with a note; the next reminder opens another one', async () => {
  const diary = await Diary.begin('2026-10-20T10:00:00+09:00');
  const { accountId } = await diary.buyer('aoba');
  const { id } = await diary.world.as('operator').post<{ id: string }>('/v1/direct_debits', { account_id: accountId });
  await diary.world.as('finance').post(`/v1/direct_debits/${id}/form_posted`, { on: '2026-10-20' });
  await diary.until('2026-11-04');
  expect(await repair(diary, 'direct_debit_form_not_returned', { resolve_as: '電話で督促' })).toBe('resolved');
  expect(await diary.incidents()).toEqual([]);
  await diary.until('2026-11-20');
  expect(await diary.incidents()).toEqual(['direct_debit_form_not_returned']);
});

test('incident unknown_debit_code: opens when NP reports an unknown code; the debit stays open until finance enters the result', async () => {
  const { diary, complete } = await atBank();
  await complete();
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.until('2026-11-30');
  const [october] = await diary.invoices('2026-10');
  await sendNpNews(diary, 'debit.result', { bill_number: october!.number, code: 7 }, '2026-11-30T10:00:00+09:00');
  expect(await diary.newEvents()).toEqual([]);
  expect(await diary.incidents()).toEqual(['unknown_debit_code']);
  await diary.world
    .as('finance')
    .post('/v1/debit_runs/2026-11/results', { results: [{ invoice_number: october!.number, code: '0' }] });
  expect(await diary.newEvents()).toEqual([
    '2026-11-30 debit.succeeded aoba 33000 2026-10 code=0',
    '2026-11-30 invoice.paid aoba 33000 2026-10 paid_on=2026-11-27',
  ]);
  expect(await resolutionOf(diary, 'unknown_debit_code')).toBe('booked with 0');
  // NP reports the same result three business days after the debit. It changes nothing.
  await diary.until('2026-12-02T10:00:00');
  expect(await diary.incidents()).toEqual([]);
});

test('incident np_direct_debit, np_direct_debit_end: a skip puts the mandate in force in our books only; a retry notifies NP of its end', async () => {
  const { diary, step, complete } = await atBank();
  await diary.failNp('directDebitActive', 'refuse');
  await complete();
  await repair(diary, 'np_direct_debit', 'skip');
  expect(await diary.newEvents()).toEqual([expect.stringContaining('2026-10-30 direct_debit.active aoba')]);
  await diary.failNp('directDebitEnded', 'refuse');
  await step('withdraw', { reason: '振込に戻す' });
  await repair(diary, 'np_direct_debit_end', 'retry');
  expect(await diary.newEvents()).toEqual([expect.stringContaining('2026-10-30 direct_debit.withdrawn aoba')]);
  expect(await diary.incidents()).toEqual([]);
});
