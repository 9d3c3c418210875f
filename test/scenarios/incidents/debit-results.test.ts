import type { Buyer } from '../../../dev/story/world';
import { rows } from '../../support/books';
import { form } from '../../support/debit-form';
import { Diary } from '../../support/diary';
import { resolutionOf, repair } from '../../support/incidents';

/*
 * In-house debits whose results need a person. The engine collects October's notices on 11-12, finance hands the file in, and the
 * bank debits on 11-27.
 */

async function handedInDebits(...references: string[]) {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00', { settlement: 'in_house' });
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const finance = diary.world.as('finance');
  const buyers: Buyer[] = [];
  for (const [i, reference] of references.entries()) {
    const buyer = await diary.buyer(reference);
    buyers.push(buyer);
    await diary.order(buyer, plan);
    const { id } = await finance.post<{ id: string }>('/v1/direct_debits', { account_id: buyer.accountId });
    await finance.post(`/v1/direct_debits/${id}/form_posted`, { on: '2026-10-05' });
    await finance.post(`/v1/direct_debits/${id}/form_received`, { on: '2026-10-05' });
    await finance.post(`/v1/direct_debits/${id}/complete`, {
      evidence: '口座振替登録済通知',
      bank_account: { ...form, number: `000000${i + 1}` },
      customer_number: `10000${i + 1}`,
    });
  }
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.until('2026-11-12');
  await finance.post('/v1/debit_runs/2026-11/handed_in', { on: '2026-11-12' });
  await diary.newEvents();
  const numberOf = async ({ accountId }: Buyer) =>
    (await diary.invoices('2026-10')).find((invoice) => invoice.account_id === accountId)!.number!;
  return { diary, finance, buyers, numberOf };
}

test('incident debit_results_late: opens when no result file is there five business days after the debit, and is resolved by its import', async () => {
  const { diary } = await handedInDebits('aoba');
  await diary.until('2026-12-02');
  await diary.approve('2026-11');
  await diary.until('2026-12-04T23:59:59');
  expect(await diary.incidents()).toEqual([]);
  await diary.until('2026-12-05');
  expect(await diary.incidents()).toEqual(['debit_results_late']);
  await diary.until('2026-12-08');
  expect(await diary.incidents()).toEqual(['debit_results_late']);
  await diary.world.bankDebits('2026-11', () => 0);
  expect(await diary.newEvents()).toEqual([
    '2026-12-08 debit.succeeded aoba 33000 2026-10 code=0',
    '2026-12-08 invoice.paid aoba 33000 2026-10 paid_on=2026-11-27',
  ]);
  expect(await resolutionOf(diary, 'debit_results_late')).toBe('all results booked');
});

test('incident paid_twice: opens when an invoice is debited after a transfer paid all or part of it, and books the excess as 仮受金', async () => {
  const { diary, finance, buyers, numberOf } = await handedInDebits('aoba', 'budou');
  const [aoba, budou] = [await numberOf(buyers[0]!), await numberOf(buyers[1]!)];
  await diary.until('2026-11-20');
  await finance.post('/v1/deposits', { amount: 33_000, paid_on: '2026-11-20', invoice_numbers: [aoba] });
  await finance.post('/v1/deposits', { amount: 10_000, paid_on: '2026-11-20', invoice_numbers: [budou] });
  expect(await diary.newEvents()).toEqual([
    '2026-11-20 payment.received aoba 33000 2026-10 left=0 paid_on=2026-11-20',
    '2026-11-20 invoice.paid aoba 33000 2026-10 paid_on=2026-11-20',
    '2026-11-20 payment.received budou 10000 2026-10 left=23000 paid_on=2026-11-20',
  ]);
  await diary.until('2026-11-30');
  await diary.world.bankDebits('2026-11', () => 0);
  expect((await diary.newEvents()).sort()).toEqual([
    '2026-11-30 debit.succeeded aoba 33000 2026-10 code=0',
    '2026-11-30 debit.succeeded budou 33000 2026-10 code=0',
    '2026-11-30 invoice.paid budou 33000 2026-10 paid_on=2026-11-27',
  ]);
  expect(await diary.incidents()).toEqual(['paid_twice', 'paid_twice']);
  const debited = await rows(
    `SELECT l.account_code || ' ' || l.side || ' ' || l.amount AS line
       FROM journal_entries e JOIN journal_lines l ON l.store_id = e.store_id AND l.entry_id = e.id
      WHERE e.store_id = $1 AND e.id LIKE 'payment/debit/%' ORDER BY line`,
    [diary.world.storeId],
  );
  expect(debited.map((each) => Object.values(each)[0] as string)).toEqual([
    '1110 D 33000',
    '1110 D 33000',
    '1130 C 23000',
    '2130 C 10000',
    '2130 C 33000',
  ]);
  for (const day of ['12-01', '12-02'])
    expect(await repair(diary, 'paid_twice', { resolve_as: `${day} 買い手の口座へ返金` })).toBe('resolved');
  expect(await diary.incidents()).toEqual([]);
});
