import { Diary } from '../support/diary';
import type { RealDiary, RealEngine } from '../support/real-store';
import type { Recorded } from './plays';

/*
 * Two months of a store that settles in house, on a clock of either kind: its own credit limits and bills, and the bank's files.
 * October is issued on 11-05. Its debit file is written on 11-12, due at the bank on 11-13, and debited on 11-27.
 */

export const inHousePlays: Record<string, () => Promise<Recorded>> = { inHouseMonths };

const account = (number: string) => ({
  bank_code: '0005',
  bank_kana: 'ミツビシＵＦＪ',
  branch_code: '001',
  branch_kana: 'ほんてん',
  type: 'ordinary',
  number,
  holder_kana: 'カ）テスト',
});

/** Two buyers whose accounts are debited, an order that was over its limit and released, and one that is still held. */
async function enrolled(diary: Diary) {
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const finance = diary.world.as('finance');
  const mandates: string[] = [];
  for (const [i, reference] of ['aoba', 'budou'].entries()) {
    const buyer = await diary.buyer(reference);
    await diary.order(buyer, plan);
    const { id } = await finance.post<{ id: string }>('/v1/direct_debits', { account_id: buyer.accountId });
    await diary.newEvents();
    const step = (verb: string, body: object) => finance.post(`/v1/direct_debits/${id}/${verb}`, body);
    await step('form_posted', { on: '2026-10-05' });
    await step('form_received', { on: '2026-10-05' });
    await step('complete', {
      evidence: '口座振替登録済通知',
      bank_account: account(`765432${i}`),
      customer_number: `10000${i}`,
    });
    mandates.push(id);
  }
  const poor = await diary.buyer('juri');
  const limit = (amount: number) =>
    finance.post(`/v1/accounts/${poor.accountId}/credit_limits`, { amount, reason: '与信枠の見直し' });
  await limit(10_000);
  const released = await diary.order(poor, plan);
  await limit(40_000);
  await diary.world.as('operator').post(`/v1/orders/${released.id}/release`, { reason: '増額済み' });
  await diary.newEvents();
  const held = await diary.order(poor, plan);
  return { finance, mandates, released: released.id, held: held.id };
}

async function inHouseMonths(): Promise<Recorded> {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00', { settlement: 'in_house' });
  const { storeId } = diary.world;
  const { finance, mandates, released, held } = await enrolled(diary);
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.until('2026-11-12');
  await finance.post('/v1/debit_runs/2026-11/handed_in', { on: '2026-11-12' });
  await diary.until('2026-12-01');
  await diary.world.bankDebits('2026-11', ({ customerNumber }) => (customerNumber.endsWith('1') ? 1 : 0));
  await diary.until('2026-12-02');
  await diary.approve('2026-11');
  await finance.post(`/v1/direct_debits/${mandates[1]!}/withdraw`, { reason: '振込に戻す' });
  // December's file is not handed in, and the bank does not answer it.
  await diary.until('2027-01-20');
  return {
    'order.in-house-released': `order/${released}`,
    'order.in-house-hold-expired': `order/${held}`,
    'directDebit.in-house-withdrawn': `direct-debit/${mandates[1]!}`,
    'monthlyClose.in-house': `close/${storeId}/2026-10`,
    'periodOpen.in-house': `period/${storeId}/2026-11`,
    'debitRun.in-house': `debit-run/${storeId}/2026-11`,
    'debitRun.in-house-unanswered': `debit-run/${storeId}/2026-12`,
  };
}

/** Timers end two waits: for the issue day, and for the debit file, which is handed in late. */
export async function inHouseByTheSchedule(
  engine: RealEngine,
): Promise<{ diary: RealDiary; ids: Recorded; told: string[] }> {
  const diary = await engine.store('2026-10-05T10:00:00+09:00', { settlement: 'in_house' });
  const { storeId } = diary.world;
  const { finance, mandates, released } = await enrolled(diary);
  // Approved at once. After the hour of issue the review would be overdue, and the close would not wait for the issue day.
  const told = await diary.until('2026-11-01T00:06:00');
  const close = `close/${storeId}/2026-10`;
  await diary.untilResting(close, 'close_review');
  await diary.approve('2026-10');
  await diary.untilResting(close, null);
  told.push(...(await diary.until('2026-11-12')));
  const run = `debit-run/${storeId}/2026-11`;
  await diary.untilResting(run, 'debit_results');
  told.push(...(await diary.until('2026-11-16')));
  await finance.post('/v1/debit_runs/2026-11/handed_in', { on: '2026-11-16' });
  told.push(...(await diary.until('2026-12-01')));
  await diary.world.bankDebits('2026-11', ({ customerNumber }) => (customerNumber.endsWith('1') ? 1 : 0));
  told.push(...(await diary.newEvents()));
  return {
    diary,
    told,
    ids: {
      'order.real-in-house-released': `order/${released}`,
      'directDebit.real-in-house': `direct-debit/${mandates[0]!}`,
      'monthlyClose.real-in-house': close,
      'periodOpen.real-in-house': `period/${storeId}/2026-11`,
      'debitRun.real-in-house': run,
    },
  };
}
