import { Diary } from '../../support/diary';

/** Orders and renewals by card. The plan costs 12,000 yen a month, 13,200 with tax. */

test('cancels an order without touching the card when the buyer does not return from 3-D Secure within 30 minutes', async () => {
  const diary = await Diary.begin('2026-10-07T10:00:00+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  const order = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok');
  expect(order.status).toBe('authorising');
  expect(await diary.until('2026-10-07T10:29:59')).toEqual([]);
  expect(await diary.until('2026-10-07T10:30:00')).toEqual([
    '2026-10-07 order.cancelled chiyo 13200 reason=card_not_authenticated',
    '2026-10-07 mail.sent chiyo order-cancelled-card',
  ]);
  expect(await diary.sbpsEffects()).toEqual([]);
});

test('cancels the order of a buyer who fails 3-D Secure, whatever the browser reports', async () => {
  const diary = await Diary.begin('2026-10-07T10:00:00+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  const order = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'tds_failed');
  await diary.world.pass3ds(order.next_action!.url, 'passed');
  expect(await diary.newEvents()).toEqual([
    '2026-10-07 order.cancelled chiyo 13200 reason=card_declined',
    '2026-10-07 mail.sent chiyo order-cancelled-card',
  ]);
  expect(await diary.sbpsEffects()).toEqual([]);
});

test('charges once when the buyer returns twice, by ok and by ng, and keeps waiting for the maker', async () => {
  const diary = await Diary.begin('2026-10-07T10:00:00+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000, { maker: true });
  const order = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok');
  const page = order.next_action!.url;
  await diary.world.pass3ds(page);
  expect(await diary.newEvents()).toEqual(['2026-10-07 order.confirmed chiyo 13200']);
  const back = await fetch(`${diary.world.at.apiUrl}/v1/card_returns/${await diary.authenticationOf(order.id)}/ng`);
  expect(back.status).toBe(200);
  // The second return comes too late. Its message must not block the store's clock.
  expect(await diary.until('2026-10-08')).toEqual([]);
  expect(await diary.sbpsEffects()).toHaveLength(1);
});

/** SBPS declines chiyo's renewal on 2027-01-01, which charges December. */
async function declinedRenewal() {
  const diary = await Diary.begin('2026-11-05T10:00:00+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  const more = { declined_from: '2027-01-01' };
  const order = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok_then_renewal_declined', more);
  await diary.world.pass3ds(order.next_action!.url);
  expect(await diary.newEvents()).toEqual(['2026-11-05 order.confirmed chiyo 13200']);
  expect(await diary.until('2027-01-01')).toEqual([
    '2026-12-01 receipt.issued chiyo 13200 2026-11',
    '2027-01-01 card.declined chiyo 13200 2026-12 code=10123999 retry_on=2027-01-04',
    '2027-01-01 mail.sent chiyo card-declined',
  ]);
  return { diary, order };
}

test('suspends a contract when its card is declined on the 1st and after 3, 7 and 14 days, and ends it unpaid two weeks later', async () => {
  const { diary, order } = await declinedRenewal();
  expect(await diary.until('2027-01-15T18:00:00')).toEqual([
    '2027-01-04 card.declined chiyo 13200 2026-12 code=10123999 retry_on=2027-01-08',
    '2027-01-04 mail.sent chiyo card-declined',
    '2027-01-08 card.declined chiyo 13200 2026-12 code=10123999 retry_on=2027-01-15',
    '2027-01-08 mail.sent chiyo card-declined',
    '2027-01-15 card.declined chiyo 13200 2026-12 code=10123999 retry_on=null',
    '2027-01-15 order.suspended chiyo 13200 reason=card_declined',
    '2027-01-15 mail.sent chiyo card-declined',
    '2027-01-15 mail.sent chiyo contract-suspended',
  ]);
  expect(await diary.until('2027-01-30')).toEqual([
    '2027-01-29 order.ended chiyo 13200 reason=unpaid',
    '2027-01-30 mail.sent chiyo contract-ended-unpaid',
  ]);
  const { status } = await diary.world.as('operator').get<{ status: string }>(`/v1/orders/${order.id}`);
  expect(status).toBe('ended');
  // Finance has to collect December, because every attempt was declined.
  expect(await diary.incidents()).toEqual(['last_charge_declined']);
  // January was used until the suspension. Its charge is declined too, and now only finance can collect it.
  expect(await diary.until('2027-02-01')).toEqual([]);
  expect(await diary.incidents()).toEqual(['last_charge_declined', 'last_charge_declined']);
  // Every attempt had an id of its own. Only the first month's was captured.
  const effects = await diary.sbpsEffects();
  expect(effects.filter((effect) => effect['captured'])).toHaveLength(1);
});

test('charges a replacement card at once after the second decline, and continues the contract', async () => {
  const { diary, order } = await declinedRenewal();
  await diary.until('2027-01-05');
  await diary.replaceCard(order.id, 'ok');
  expect(await diary.newEvents()).toEqual(['2027-01-05 receipt.issued chiyo 13200 2026-12']);
  // No further retry follows, and January is charged to the new card.
  expect(await diary.until('2027-02-01')).toEqual(['2027-02-01 receipt.issued chiyo 13200 2027-01']);
});

test('charges a card that is replaced during the suspension, and resumes the contract', async () => {
  const { diary, order } = await declinedRenewal();
  await diary.until('2027-01-20');
  await diary.replaceCard(order.id, 'ok');
  expect(await diary.newEvents()).toEqual([
    '2027-01-20 receipt.issued chiyo 13200 2026-12',
    '2027-01-20 order.resumed chiyo 13200',
  ]);
  expect(await diary.until('2027-02-01')).toEqual(['2027-02-01 receipt.issued chiyo 13200 2027-01']);
});

test('continues the retries when the buyer does not authenticate the replacement card', async () => {
  const { diary, order } = await declinedRenewal();
  await diary.until('2027-01-02');
  const card = await diary.world.cardToken('ok');
  await diary.world.as('storefront').post(`/v1/orders/${order.id}/card`, { ...card, brand: 'VISA', divisions: 1 });
  expect(await diary.until('2027-01-04T18:00:00')).toEqual([
    '2027-01-04 card.declined chiyo 13200 2026-12 code=10123999 retry_on=2027-01-08',
    '2027-01-04 mail.sent chiyo card-declined',
  ]);
});
