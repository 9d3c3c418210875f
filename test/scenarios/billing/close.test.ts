import { Diary } from '../../support/diary';

/** Monthly closes with a complication: a draft on hold, a redraft, a late approval, or nothing to bill. */

async function twoBuyers() {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const [aoba, budou] = [await diary.buyer('aoba'), await diary.buyer('budou')];
  const order = await diary.order(aoba, plan);
  await diary.order(budou, plan);
  await diary.until('2026-11-02');
  const draftOf = async (accountId: string) =>
    (await diary.invoices('2026-10')).find((invoice) => invoice.account_id === accountId)!;
  return { diary, aoba, order, draftOf };
}

test('does not bill a draft that finance holds: its month closes with an incident, and the next month bills both', async () => {
  const { diary, aoba, draftOf } = await twoBuyers();
  const held = await draftOf(aoba.accountId);
  await diary.world.as('finance').post('/v1/closes/2026-10/hold', { invoice_id: held.id, reason: '金額確認中' });
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  expect(await diary.until('2026-11-06')).toEqual([
    '2026-11-04 billing.requested budou 33000 2026-10',
    '2026-11-05 invoice.issued budou 33000 2026-10 due_on=2026-11-30',
  ]);
  expect(await draftOf(aoba.accountId)).toMatchObject({ status: 'void', number: null });
  expect(await diary.world.as('finance').get('/v1/closes/2026-10')).toMatchObject({ status: 'closed' });
  expect(await diary.incidents()).toEqual(['unbilled_items']);
  expect(await diary.until('2026-12-01')).toEqual([
    '2026-12-01 close.drafted aoba 66000 2026-11',
    '2026-12-01 close.drafted budou 33000 2026-11',
  ]);
});

test('bills a draft like the others after a hold, a release, a second hold and a redraft', async () => {
  const { diary, aoba, draftOf } = await twoBuyers();
  const finance = diary.world.as('finance');
  const before = await draftOf(aoba.accountId);
  await finance.post('/v1/closes/2026-10/hold', { invoice_id: before.id, reason: '金額確認中' });
  await finance.post('/v1/closes/2026-10/release_hold', { invoice_id: before.id, reason: '確認済み' });
  await finance.post('/v1/closes/2026-10/hold', { invoice_id: before.id, reason: 'もう一度' });
  await finance.post('/v1/closes/2026-10/redraft', { reason: '作り直し' });
  expect(await draftOf(aoba.accountId)).toMatchObject({ id: before.id, status: 'draft', total: 33_000 });
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  expect(await diary.until('2026-11-06')).toEqual([
    '2026-11-04 billing.requested aoba 33000 2026-10',
    '2026-11-04 billing.requested budou 33000 2026-10',
    '2026-11-05 invoice.issued aoba 33000 2026-10 due_on=2026-11-30',
    '2026-11-05 invoice.issued budou 33000 2026-10 due_on=2026-11-30',
  ]);
  await expect(finance.post('/v1/closes/2026-10/redraft', { reason: '遅すぎる' })).rejects.toMatchObject({
    status: 409,
    problem: { code: 'close_not_in_review' },
  });
  expect(await diary.incidents()).toEqual([]);
});

test('opens an incident when NP’s cutoff passes without an approval, and still bills once finance approves', async () => {
  const { diary } = await twoBuyers();
  expect(await diary.until('2026-11-04T11:59:59')).toEqual([]);
  expect(await diary.incidents()).toEqual([]);
  await diary.until('2026-11-04T12:00:00');
  expect(await diary.incidents()).toEqual(['close_not_approved']);
  // This incident has no failed step to repair. Only the approval resolves it.
  await expect(
    diary.world.as('finance').post('/v1/incidents/close_not_approved/2026-10/repair', { how: 'skip', reason: '…' }),
  ).rejects.toMatchObject({ status: 422, problem: { code: 'repair_not_possible' } });
  await diary.until('2026-11-04T15:00:00');
  await diary.approve('2026-10');
  expect(await diary.until('2026-11-06')).toEqual([
    '2026-11-04 billing.requested aoba 33000 2026-10',
    '2026-11-04 billing.requested budou 33000 2026-10',
    '2026-11-05 invoice.issued aoba 33000 2026-10 due_on=2026-11-30',
    '2026-11-05 invoice.issued budou 33000 2026-10 due_on=2026-11-30',
  ]);
  expect(await diary.incidents()).toEqual([]);
});

test('closes the months of a store with nothing to bill, without any event', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.order(await diary.buyer('emi', 'ng24'), plan);
  await diary.newEvents();
  expect(await diary.until('2027-01-15')).toEqual([]);
  const { data } = await diary.world.as('finance').get<{ data: { status: string }[] }>('/v1/closes');
  expect(new Set(data.map(({ status }) => status))).toEqual(new Set(['closed']));
  expect(await diary.incidents()).toEqual([]);
});
