import type { RealDiary, RealEngine } from '../support/real-store';
import { inHouseByTheSchedule } from './in-house-plays';
import type { Recorded } from './plays';

/*
 * Stores with a real clock, played by test/scenarios/time/real-clock.test.ts and recorded for replay. Workflow ids by
 * `<type>.<case>`.
 */

/** One order each stays over its limit, without a correct address, and without 3-D Secure. A fourth order is confirmed. */
export async function nobodyActs(engine: RealEngine): Promise<{ diary: RealDiary; ids: Recorded }> {
  const diary = await engine.store('2026-10-06T10:00:00+09:00');
  const plan = await diary.world.plan('B', '商品B', 80_000);
  const held = await diary.order(await diary.buyer('budou', 'limit-50000'), plan);
  const buyer = await diary.buyer('juri', 'hold-address');
  const waiting = await diary.order(buyer, plan);
  const left = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok');
  const aoba = await diary.buyer('aoba');
  const passed = await diary.order(aoba, plan);
  const ids = {
    'order.real-hold-expired': `order/${held.id}`,
    'order.real-screening-expired': `order/${waiting.id}`,
    'order.real-card-not-authenticated': `order/${left.id}`,
    'order.real-confirmed': `order/${passed.id}`,
    'account.real-corrected': `account/${buyer.accountId}`,
    'account.real-passed': `account/${aoba.accountId}`,
  };
  for (const name of ['hold-expired', 'screening-expired', 'card-not-authenticated'] as const)
    await diary.untilResting(ids[`order.real-${name}`], null);
  // The address is corrected later, for the next order.
  const operator = diary.world.as('operator');
  await operator.patch(`/v1/accounts/${buyer.accountId}`, {
    address: '東京都渋谷区渋谷一丁目2番3号',
    reason: '登記簿で確認',
  });
  await operator.post(`/v1/accounts/${buyer.accountId}/screening/reapply`, { reason: '住所を修正' });
  return { diary, ids };
}

/** One form is never returned. The other is returned, and the bank takes longer than usual. */
export async function slowMandates(engine: RealEngine): Promise<{ diary: RealDiary; ids: Recorded }> {
  const diary = await engine.store('2026-10-20T10:00:00+09:00');
  const finance = diary.world.as('finance');
  const request = async (reference: string) => {
    const { accountId } = await diary.buyer(reference);
    return (await finance.post<{ id: string }>('/v1/direct_debits', { account_id: accountId })).id;
  };
  const [lost, late] = [await request('aoba'), await request('budou')];
  await diary.newEvents();
  for (const id of [late, lost]) await finance.post(`/v1/direct_debits/${id}/form_posted`, { on: '2026-10-20' });
  await finance.post(`/v1/direct_debits/${late}/form_received`, { on: '2026-10-20' });
  const ids = { 'directDebit.real-expired': `direct-debit/${lost}`, 'directDebit.real-late': `direct-debit/${late}` };
  await diary.untilResting(ids['directDebit.real-late'], 'bank_enrolment_late');
  await diary.untilResting(ids['directDebit.real-expired'], null);
  return { diary, ids };
}

/**
 * One contract ends on its date, one because finance decides nothing about a month that NP refused, one because its card fails.
 */
export async function contractsEnd(engine: RealEngine): Promise<{ diary: RealDiary; ids: Recorded; told: string[] }> {
  const diary = await engine.store('2026-11-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const card = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok_then_renewal_declined');
  await diary.world.pass3ds(card.next_action!.url);
  const short = await diary.world.plan('S', '商品S', 10_000, { terms: 'ends_this_month_end' });
  const ending = await diary.order(await diary.buyer('aoba'), short);
  const budou = await diary.buyer('budou');
  const risky = await diary.order(budou, plan);
  await diary.world.npGrants(budou.destinationId, 20_000);
  const told = await diary.until('2026-11-20');
  const storefront = diary.world.as('storefront');
  await storefront.post(`/v1/orders/${ending.id}/cancellations`, { lines: 'all', reason: '利用終了' });
  const ids = {
    'order.real-ended': `order/${ending.id}`,
    'order.real-at-risk-ended': `order/${risky.id}`,
    'order.real-card-ended-unpaid': `order/${card.id}`,
  };
  await diary.untilResting(ids['order.real-ended'], null);
  told.push(...(await diary.until('2026-12-01')));
  await diary.untilResting(ids['order.real-at-risk-ended'], null);
  told.push(...(await diary.until('2027-01-01')));
  await diary.untilResting(ids['order.real-card-ended-unpaid'], null);
  told.push(...(await diary.until('2027-02-01')));
  return { diary, told, ids };
}

/** October by transfer, debit and card, closed late and debited. The store's Schedule begins the days. */
export async function monthByTheSchedule(
  engine: RealEngine,
): Promise<{ diary: RealDiary; ids: Recorded; told: string[] }> {
  const diary = await engine.store('2026-10-05T10:00:00+09:00');
  const finance = diary.world.as('finance');
  const { storeId } = diary.world;
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const aoba = await diary.buyer('aoba');
  await diary.order(aoba, plan);
  await diary.order(await diary.buyer('budou'), plan);
  const card = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok');
  await diary.world.pass3ds(card.next_action!.url);
  const mandate = await finance.post<{ id: string }>('/v1/direct_debits', { account_id: aoba.accountId });
  await diary.newEvents();
  const step = (verb: string, body: object) => finance.post(`/v1/direct_debits/${mandate.id}/${verb}`, body);
  await step('form_posted', { on: '2026-10-05' });
  await step('form_received', { on: '2026-10-05' });
  await step('complete', { evidence: '登録完了リスト' });
  const told = await diary.until('2026-11-02');
  const close = `close/${storeId}/2026-10`;
  await diary.untilResting(close, 'close_review_overdue');
  told.push(...(await diary.until('2026-11-04T15:00:00')));
  await diary.approve('2026-10');
  told.push(...(await diary.until('2026-12-02T18:00:00')));
  await diary.untilResting(`close/${storeId}/2026-11`, 'close_review_overdue');
  return {
    diary,
    told,
    ids: {
      'order.real-by-card': `order/${card.id}`,
      'directDebit.real-active': `direct-debit/${mandate.id}`,
      'monthlyClose.real-overdue': close,
      'monthlyClose.real-in-review': `close/${storeId}/2026-11`,
      'cardCollection.real-receipts': `cards/${storeId}/2026-10`,
      'cardCollection.real-second-month': `cards/${storeId}/2026-11`,
      'periodOpen.real-registered': `period/${storeId}/2026-11`,
      'debitRun.real-succeeded': `debit-run/${storeId}/2026-11`,
      'storeDay.real-first-of-month': `store-day/${storeId}-2026-10-31T15:05:00Z`,
      'storeDay.real-second-month': `store-day/${storeId}-2026-11-30T15:05:00Z`,
    },
  };
}

export const realPlays = { nobodyActs, slowMandates, monthByTheSchedule, contractsEnd, inHouseByTheSchedule };
