import { Diary } from '../support/diary';
import { repair } from '../support/incidents';

/* Mandates and debits that need a person: each kind of incident made to happen, decided on, and what follows. */

/** A mandate at the bank since 10-26; `complete` puts it in force. */
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
  await diary.told();
  return { diary, buyer, id, step, complete: () => step('complete', { evidence: '登録完了リスト' }) };
}

test('incident np_direct_debit, np_direct_debit_end: NP is told again that debits begin, and that they end', async () => {
  const { diary, step, complete } = await atBank();
  await diary.npFails('directDebitActive', 'refuse');
  await complete();
  await diary.told();
  expect(await diary.incidents()).toEqual(['np_direct_debit']);
  expect(await repair(diary, 'np_direct_debit', 'retry')).toBe('resolved');
  await diary.npFails('directDebitEnded', 'refuse');
  await step('withdraw', { reason: '振込に戻す' });
  expect(await diary.told()).toEqual([expect.stringContaining('2026-10-30 direct_debit.withdrawn aoba')]);
  expect(await diary.incidents()).toEqual(['np_direct_debit_end']);
  expect(await repair(diary, 'np_direct_debit_end', 'skip')).toBe('resolved');
  expect(await diary.incidents()).toEqual([]);
});

test('incident np_bill_document: the bill due again after a failed debit has its document once NP gives it', async () => {
  const { diary, buyer, complete } = await atBank();
  await complete();
  await diary.world.bankAnswers(buyer.destinationId, [1]);
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.until('2026-12-02T09:00:00');
  await diary.npFails('billDocument', 'refuse');
  await diary.approve('2026-11');
  await diary.until('2026-12-02T18:00:00');
  expect(await diary.incidents()).toEqual(['np_bill_document']);
  await repair(diary, 'np_bill_document', 'retry');
  const [october] = await diary.invoices('2026-10');
  expect(october).toMatchObject({ status: 'issued', total: 33_000 });
  expect(await diary.documentText(october!.id)).toContain('33,000');
  expect(await diary.incidents()).toEqual([]);
});

test('incident document_missing: an issued bill whose document NP would not give', async () => {
  const { diary } = await atBank();
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.npFails('billDocument', 'refuse');
  expect(await diary.until('2026-11-06')).toContainEqual(
    expect.stringContaining('2026-11-05 invoice.issued aoba 33000'),
  );
  expect(await diary.incidents()).toEqual(['document_missing']);
  expect(await repair(diary, 'document_missing', { resolve_as: 'NPの画面から取得して保管' })).toBe('resolved');
});

test('incident direct_debit_form_not_returned: closed in words; the next reminder is another one', async () => {
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
