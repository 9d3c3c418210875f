import { Story } from '../../dev/story/story';
import { rows } from '../support/books';
import { Diary } from '../support/diary';
import { newWorld } from '../support/engine/engine';

/** The workflows of a store that are recorded: their ids by `<type>.<case>`. */
export type Recorded = Record<string, string>;

/** The stores whose workflows are recorded: the story, and cases that the story does not contain. */
export const plays: Record<string, () => Promise<Recorded>> = {
  story,
  holdExpires,
  cardNeverPays,
  mandateAnew,
  closeReviewed,
  monthRefused,
};

async function story(): Promise<Recorded> {
  const world = await newWorld('2026-10-01');
  const story = new Story(world);
  await story.prepare();
  for (const step of story.steps()) {
    await world.until(step.at);
    await step.act();
  }
  const own = [world.storeId];
  const orders = await rows<{ reference: string; id: string }>(
    'SELECT a.reference, o.id FROM orders o JOIN accounts a ON a.store_id = o.store_id AND a.id = o.account_id WHERE o.store_id = $1',
    own,
  );
  const accounts = await rows<{ reference: string; id: string }>(
    'SELECT reference, id FROM accounts WHERE store_id = $1',
    own,
  );
  const [mandate] = await rows<{ id: string }>('SELECT id FROM direct_debits WHERE store_id = $1', own);
  const clocks = await rows<{ target: string }>(
    `SELECT target FROM dispatch WHERE store_id = $1 AND name = 'clock' ORDER BY seq`,
    own,
  );
  const days = await rows<{ target: string }>(
    `SELECT target FROM dispatch WHERE store_id = $1 AND name = 'storeDay' ORDER BY seq`,
    own,
  );
  const idOf = (list: { reference: string; id: string }[], reference: string) =>
    list.find((row) => row.reference === reference)!.id;
  return {
    'order.maker': `order/${idOf(orders, 'aoba')}`,
    'order.held-released-cancelled': `order/${idOf(orders, 'budou')}`,
    'order.card-declined-replaced': `order/${idOf(orders, 'chiyo')}`,
    'order.card-refused': `order/${idOf(orders, 'daichi')}`,
    'order.judged-24': `order/${idOf(orders, 'emi')}`,
    'order.screening-corrected': `order/${idOf(orders, 'fuji')}`,
    'account.passed': `account/${idOf(accounts, 'aoba')}`,
    'account.corrected': `account/${idOf(accounts, 'fuji')}`,
    'directDebit.late': `direct-debit/${mandate!.id}`,
    'cardCollection.receipts': `cards/${world.storeId}/2026-10`,
    'cardCollection.second-month': `cards/${world.storeId}/2026-11`,
    'monthlyClose.invoices': `close/${world.storeId}/2026-10`,
    'monthlyClose.debit-notice': `close/${world.storeId}/2027-01`,
    'periodOpen.registered': `period/${world.storeId}/2026-11`,
    'debitRun.failed': `debit-run/${world.storeId}/2027-02`,
    'debitRun.succeeded': `debit-run/${world.storeId}/2027-03`,
    'storeDay.first-of-month': days[0]!.target,
    'storeDay.later': days.at(-1)!.target,
    'clock.first': clocks[0]!.target,
    'clock.over-a-month-end': clocks[Math.floor(clocks.length / 2)]!.target,
  };
}

async function holdExpires(): Promise<Recorded> {
  const diary = await Diary.begin('2026-10-06T10:00:00+09:00');
  const plan = await diary.world.plan('B', '商品B', 80_000);
  const order = await diary.order(await diary.buyer('budou', 'limit-50000'), plan);
  const waiting = await diary.order(await diary.buyer('juri', 'hold-address+limit-90000'), plan);
  await diary.until('2026-10-31');
  return { 'order.hold-expired': `order/${order.id}`, 'order.screening-expired': `order/${waiting.id}` };
}

async function cardNeverPays(): Promise<Recorded> {
  const diary = await Diary.begin('2026-11-05T10:00:00+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  const declines = { declined_from: '2027-01-01' };
  const paid = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok_then_renewal_declined', declines);
  await diary.world.pass3ds(paid.next_action!.url);
  const resumed = await diary.orderByCard(await diary.buyer('daichi'), plan, 'ok_then_renewal_declined', declines);
  await diary.world.pass3ds(resumed.next_action!.url);
  const left = await diary.orderByCard(await diary.buyer('emi'), plan, 'ok');
  await diary.until('2027-01-20');
  await diary.replaceCard(resumed.id, 'ok');
  await diary.until('2027-02-02');
  return {
    'order.card-ended-unpaid': `order/${paid.id}`,
    'order.card-resumed': `order/${resumed.id}`,
    'order.card-not-authenticated': `order/${left.id}`,
  };
}

async function mandateAnew(): Promise<Recorded> {
  const diary = await Diary.begin('2026-10-20T10:00:00+09:00');
  const finance = diary.world.as('finance');
  const request = async (reference: string) => {
    const { accountId } = await diary.buyer(reference);
    return (await finance.post<{ id: string }>('/v1/direct_debits', { account_id: accountId })).id;
  };
  const [anew, lost] = [await request('aoba'), await request('budou')];
  for (const id of [anew, lost]) await finance.post(`/v1/direct_debits/${id}/form_posted`, { on: '2026-10-20' });
  await diary.until('2026-10-26');
  await finance.post(`/v1/direct_debits/${anew}/form_received`, { on: '2026-10-26' });
  await diary.until('2026-11-10');
  await finance.post(`/v1/direct_debits/${anew}/reject`, { reason: '届出印相違' });
  await finance.post(`/v1/direct_debits/${anew}/form_posted`, { on: '2026-11-10' });
  await diary.until('2027-01-20');
  await finance.post(`/v1/direct_debits/${anew}/withdraw`, { reason: '振込を続ける' });
  await diary.newEvents();
  return { 'directDebit.defect-withdrawn': `direct-debit/${anew}`, 'directDebit.expired': `direct-debit/${lost}` };
}

async function closeReviewed(): Promise<Recorded> {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const finance = diary.world.as('finance');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.until('2026-11-02');
  const [draft] = await diary.invoices('2026-10');
  await finance.post('/v1/closes/2026-10/hold', { invoice_id: draft!.id, reason: '金額確認中' });
  await finance.post('/v1/closes/2026-10/redraft', { reason: '作り直し' });
  await diary.until('2026-11-04T15:00:00');
  await diary.approve('2026-10');
  await diary.until('2026-11-09');
  return {
    'monthlyClose.redrafted-late': `close/${diary.world.storeId}/2026-10`,
    'monthlyClose.nothing-to-bill': `close/${(await emptyStore()).world.storeId}/2026-11`,
  };
}

async function emptyStore(): Promise<Diary> {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const order = await diary.order(await diary.buyer('aoba', 'limit-10000'), plan);
  await diary.world.as('storefront').post(`/v1/orders/${order.id}/cancellations`, { lines: 'all', reason: '中止' });
  await diary.until('2026-12-02');
  return diary;
}

async function monthRefused(): Promise<Recorded> {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const [aoba, budou] = [await diary.buyer('aoba'), await diary.buyer('budou')];
  const orders = [await diary.order(aoba, plan), await diary.order(budou, plan)];
  for (const { destinationId } of [aoba, budou]) await diary.world.npGrants(destinationId, 20_000);
  await diary.until('2026-11-02');
  await diary.world.npGrants(aoba.destinationId, 100_000);
  await diary.command(`order/${orders[0]!.id}`, 'release');
  await diary.until('2026-11-30');
  return { 'order.at-risk-released': `order/${orders[0]!.id}`, 'order.at-risk-ended': `order/${orders[1]!.id}` };
}
