import { Diary, type Order } from '../../support/diary';
import { rejectWrites, repair, makeSbpsReject } from '../../support/incidents';

/*
 * SBPS rejects every call, because it has another hash key than the store. Each test makes a kind of incident happen, has a person
 * decide, and checks the books.
 */

const begin = async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  return { diary, plan: await diary.world.plan('A', '商品A', 30_000), chiyo: await diary.buyer('chiyo') };
};

/** An active order by card: the buyer has passed 3-D Secure, and the first month is authorised. */
async function activeOrder(scenario: string) {
  const { diary, plan, chiyo } = await begin();
  const order = await diary.orderByCard(chiyo, plan, scenario);
  await passThreeDSecure(diary, order);
  return { diary, order };
}

async function passThreeDSecure(diary: Diary, order: Order): Promise<void> {
  await diary.world.pass3ds(order.next_action!.url);
  await diary.newEvents();
}

const statuses = async (diary: Diary, period: string) => (await diary.invoices(period)).map(({ status }) => status);

test('incident card_authentication: a skip cancels the order and charges nobody', async () => {
  const { diary, plan, chiyo } = await begin();
  await makeSbpsReject(diary);
  await diary.orderByCard(chiyo, plan, 'ok');
  expect(await diary.incidents()).toEqual(['card_authentication']);
  await makeSbpsReject(diary, false);
  await repair(diary, 'card_authentication', 'skip');
  expect(await diary.newEvents()).toContainEqual(expect.stringContaining('2026-10-05 order.cancelled chiyo'));
  expect(await diary.sbpsEffects()).toEqual([]);
});

test('incident card_authentication: a retry uses the same token, which SBPS had not spent, and the buyer passes 3-D Secure', async () => {
  const { diary, plan, chiyo } = await begin();
  await makeSbpsReject(diary);
  const { id } = await diary.orderByCard(chiyo, plan, 'ok');
  await makeSbpsReject(diary, false);
  await repair(diary, 'card_authentication', 'retry');
  await passThreeDSecure(diary, await diary.world.as('storefront').get<Order>(`/v1/orders/${id}`));
  expect(await diary.sbpsEffects()).toMatchObject([{ commits: 1, captures: 0 }]);
  expect(await diary.incidents()).toEqual([]);
});

test('incident card_authorisation: resolved as charged, confirms the order and charges October to the saved card at its close', async () => {
  const { diary, plan, chiyo } = await begin();
  const order = await diary.orderByCard(chiyo, plan, 'ok');
  await makeSbpsReject(diary);
  await passThreeDSecure(diary, order);
  await makeSbpsReject(diary, false);
  await repair(diary, 'card_authorisation', { resolve_as: 'charged' });
  expect(await diary.newEvents()).toEqual(['2026-10-05 order.confirmed chiyo 33000']);
  await diary.until('2026-11-02');
  expect(await diary.incidents()).toEqual([]);
});

test('incident card_authorisation: a retry with the right key charges the card once', async () => {
  const { diary, plan, chiyo } = await begin();
  const order = await diary.orderByCard(chiyo, plan, 'ok');
  await makeSbpsReject(diary);
  await passThreeDSecure(diary, order);
  expect(await diary.incidents()).toEqual(['card_authorisation']);
  await makeSbpsReject(diary, false);
  await repair(diary, 'card_authorisation', 'retry');
  expect(await diary.newEvents()).toEqual(['2026-10-05 order.confirmed chiyo 33000']);
  expect(await diary.sbpsEffects()).toMatchObject([{ commits: 1, captures: 0 }]);
});

test('incident card_authorisation: a skip cancels the order', async () => {
  const { diary, plan, chiyo } = await begin();
  const order = await diary.orderByCard(chiyo, plan, 'ok');
  await makeSbpsReject(diary);
  await passThreeDSecure(diary, order);
  await repair(diary, 'card_authorisation', 'skip');
  expect(await diary.newEvents()).toContainEqual(expect.stringContaining('order.cancelled chiyo'));
  expect(await diary.sbpsEffects()).toEqual([]);
});

test('incident card_saving: opens when SBPS does not save a replacement card; a retry saves it without a charge', async () => {
  const { diary, order } = await activeOrder('ok');
  const card = await diary.world.cardToken('ok');
  const replacement = await diary.world
    .as('storefront')
    .post<Order>(`/v1/orders/${order.id}/card`, { ...card, brand: 'VISA', divisions: 1 }, { prefer: 'wait=10' });
  await makeSbpsReject(diary);
  await passThreeDSecure(diary, replacement);
  expect(await diary.incidents()).toEqual(['card_saving']);
  await makeSbpsReject(diary, false);
  await repair(diary, 'card_saving', 'retry');
  expect(await diary.incidents()).toEqual([]);
  expect(await diary.sbpsEffects()).toMatchObject([{ commits: 1 }, { commits: 0 }]);
});

test('incident card_saving: after a skip, keeps and charges the earlier card', async () => {
  const { diary, order } = await activeOrder('ok');
  const card = await diary.world.cardToken('ok');
  const replacement = await diary.world
    .as('storefront')
    .post<Order>(`/v1/orders/${order.id}/card`, { ...card, brand: 'VISA', divisions: 1 }, { prefer: 'wait=10' });
  await makeSbpsReject(diary);
  await passThreeDSecure(diary, replacement);
  await repair(diary, 'card_saving', 'skip');
  await makeSbpsReject(diary, false);
  expect(await diary.until('2026-11-02')).toContainEqual('2026-11-01 receipt.issued chiyo 33000 2026-10');
  expect(await diary.incidents()).toEqual([]);
});

/** SBPS captures October's charge, but our database refuses to record it. */
async function captureNotBooked() {
  const { diary } = await activeOrder('ok');
  const restore = await rejectWrites(diary, 'UPDATE ON card_charges', `NEW.status = 'captured'`);
  await diary.until('2026-11-02');
  expect(await diary.incidents()).toEqual(['card_collection']);
  expect(await statuses(diary, '2026-10')).toEqual(['draft']);
  await restore();
  return diary;
}

test('incident card_collection: a retry finds the capture at SBPS and books it once', async () => {
  const diary = await captureNotBooked();
  expect(await repair(diary, 'card_collection', 'retry')).toBe('resolved');
  expect(await diary.newEvents()).toEqual(['2026-11-01 receipt.issued chiyo 33000 2026-10']);
  expect(await statuses(diary, '2026-10')).toEqual(['paid']);
  expect(await diary.sbpsEffects()).toMatchObject([{ commits: 1, captures: 1 }]);
});

test('incident card_collection, card_charge_failed: a skip opens an incident for each receipt left out; its retry issues the receipt', async () => {
  const diary = await captureNotBooked();
  expect(await repair(diary, 'card_collection', 'skip')).toBe('resolved');
  expect(await diary.newEvents()).toEqual([]);
  expect(await statuses(diary, '2026-10')).toEqual(['draft']);
  expect(await diary.incidents()).toEqual(['card_charge_failed']);
  expect(await repair(diary, 'card_charge_failed', 'retry')).toBe('resolved');
  expect(await diary.newEvents()).toEqual(['2026-11-02 receipt.issued chiyo 33000 2026-10']);
  expect(await diary.sbpsEffects()).toMatchObject([{ commits: 1, captures: 1 }]);
  expect(await diary.incidents()).toEqual([]);
});

test('incident card_charge_failed: a retry charges a receipt that the close could not charge', async () => {
  const { diary } = await activeOrder('ok');
  await makeSbpsReject(diary);
  await diary.until('2026-11-02');
  expect(await diary.incidents()).toEqual(['card_charge_failed']);
  expect(await statuses(diary, '2026-10')).toEqual(['draft']);
  await makeSbpsReject(diary, false);
  await repair(diary, 'card_charge_failed', 'retry');
  expect(await diary.newEvents()).toEqual(['2026-11-02 receipt.issued chiyo 33000 2026-10']);
  expect(await statuses(diary, '2026-10')).toEqual(['paid']);
  expect(await diary.sbpsEffects()).toMatchObject([{ commits: 1, captures: 1 }]);
});

test('incident card_charge: opens when SBPS rejects the scheduled retry of a declined month; a person’s retry is declined again', async () => {
  const { diary } = await activeOrder('ok_then_renewal_declined');
  await diary.until('2026-12-02');
  expect(await statuses(diary, '2026-11')).toEqual(['draft']);
  await makeSbpsReject(diary);
  await diary.until('2026-12-05');
  expect(await diary.incidents()).toEqual(['card_charge']);
  await makeSbpsReject(diary, false);
  await repair(diary, 'card_charge', 'retry');
  expect(await diary.newEvents()).toContainEqual(
    expect.stringContaining('2026-12-04 card.declined chiyo 33000 2026-11'),
  );
  expect(await diary.incidents()).toEqual([]);
});

test('incident card_charge: a skip counts as a decline', async () => {
  const { diary } = await activeOrder('ok_then_renewal_declined');
  await diary.until('2026-12-02');
  await makeSbpsReject(diary);
  await diary.until('2026-12-05');
  await repair(diary, 'card_charge', 'skip');
  expect(await diary.newEvents()).toContainEqual(
    expect.stringContaining('2026-12-04 card.declined chiyo 33000 2026-11'),
  );
  expect(await diary.incidents()).toEqual([]);
});

test('incident last_charge_declined: asks finance to collect a last month that the card of an ended contract did not pay', async () => {
  const { diary, order } = await activeOrder('ok_then_renewal_declined');
  await diary.until('2026-10-20');
  await diary.world.as('storefront').post(`/v1/orders/${order.id}/cancellations`, { lines: 'all', reason: '解約' });
  await diary.until('2026-12-20');
  expect(await diary.incidents()).toEqual(['last_charge_declined']);
  expect(await repair(diary, 'last_charge_declined', { resolve_as: '銀行振込で回収' })).toBe('resolved');
});
