import { Api } from '../../../dev/story/api';
import { rows } from '../../support/books';
import { Diary } from '../../support/diary';

/**
 * Charges to a card: partial cancellations, replaced cards, declined last months and lost answers. Plans cost 12,000 and 8,000 yen
 * without tax; events carry yen with tax.
 */

const captured = async (diary: Diary) =>
  (await diary.sbpsEffects()).filter((effect) => effect['captures'] === 1).map((effect) => effect['captured']);

test('charges the card for the remaining line only, as the receipt says, after one of two lines is cancelled', async () => {
  const diary = await Diary.begin('2026-11-05T10:00:00+09:00');
  const stays = await diary.world.plan('C', '商品C', 12_000);
  const goes = await diary.world.plan('D', '商品D', 8_000, { terms: 'ends_this_month_end' });
  const lines = [stays, goes].map((plan_id) => ({ plan_id, quantity: 1 }));
  const order = await diary.orderByCard(await diary.buyer('chiyo'), stays, 'ok', {}, { lines });
  await diary.world.pass3ds(order.next_action!.url);
  const storefront = diary.world.as('storefront');
  const { lines: orderLines } = await storefront.get<{ lines: { subscription_id: string }[] }>(
    `/v1/orders/${order.id}`,
  );
  await storefront.post(`/v1/orders/${order.id}/cancellations`, {
    lines: [orderLines[1]!.subscription_id],
    reason: '不要',
  });
  await diary.newEvents();
  expect(await diary.until('2027-01-01')).toEqual([
    '2026-12-01 receipt.issued chiyo 22000 2026-11',
    '2027-01-01 receipt.issued chiyo 13200 2026-12',
  ]);
  expect(await captured(diary)).toEqual([22_000, 13_200]);
});

test('keeps the order waiting when the return address is opened before 3-D Secure has ended', async () => {
  const diary = await Diary.begin('2026-10-07T10:00:00+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  const order = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok');
  const early = await fetch(`${diary.world.at.apiUrl}/v1/card_returns/${await diary.authenticationOf(order.id)}/ok`);
  expect(early.status).toBe(200);
  expect(await diary.newEvents()).toEqual([]);
  await diary.world.pass3ds(order.next_action!.url);
  expect(await diary.newEvents()).toEqual(['2026-10-07 order.confirmed chiyo 13200']);
});

test('saves a replacement card without a charge when nothing is owed, and charges the next month to it', async () => {
  const diary = await Diary.begin('2026-11-05T10:00:00+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  const order = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok_then_renewal_declined');
  await diary.world.pass3ds(order.next_action!.url);
  await diary.until('2026-12-05');
  await diary.replaceCard(order.id, 'ok');
  expect(await captured(diary)).toEqual([13_200]);
  expect(await diary.until('2027-01-01')).toContain('2027-01-01 receipt.issued chiyo 13200 2026-12');
  const saves = (await diary.sbpsEffects()).filter((effect) => String(effect['order_id']).endsWith('.save'));
  expect(saves).toMatchObject([{ authorised: 13_200, commits: 0, captured: 0 }]);
});

/** chiyo cancels in December, so January is the last month. SBPS declines its charge on 02-01. */
async function lastChargeDeclined() {
  const diary = await Diary.begin('2026-12-05T10:00:00+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  const more = { declined_from: '2027-02-01' };
  const order = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok_then_renewal_declined', more);
  await diary.world.pass3ds(order.next_action!.url);
  await diary.world.as('storefront').post(`/v1/orders/${order.id}/cancellations`, { lines: 'all', reason: '利用終了' });
  await diary.until('2027-01-31');
  expect(await diary.until('2027-02-01')).toEqual([
    '2027-01-31 order.ended chiyo 13200 reason=cancellation',
    '2027-02-01 card.declined chiyo 13200 2027-01 code=10123999 retry_on=2027-02-04',
    '2027-02-01 mail.sent chiyo card-declined',
  ]);
  return { diary, order };
}

test('mails the buyer when the last month of a cancelled contract is declined, and charges it to another card', async () => {
  const { diary, order } = await lastChargeDeclined();
  await diary.until('2027-02-02');
  await diary.replaceCard(order.id, 'ok');
  expect(await diary.newEvents()).toEqual(['2027-02-02 receipt.issued chiyo 13200 2027-01']);
  expect(await diary.until('2027-02-20')).toEqual([]);
  expect(await diary.incidents()).toEqual([]);
  const { status, waiting } = await diary.world
    .as('operator')
    .get<{ status: string; waiting: object | null }>(`/v1/orders/${order.id}`);
  expect({ status, waiting }).toEqual({ status: 'ended', waiting: null });
});

test('suspends nothing when every retry of the last month is declined, and asks finance to collect', async () => {
  const { diary, order } = await lastChargeDeclined();
  const events = await diary.until('2027-02-20');
  expect(events.filter((line) => line.includes('card.declined')).map((line) => line.slice(0, 10))).toEqual([
    '2027-02-04',
    '2027-02-08',
    '2027-02-15',
  ]);
  expect(events.filter((line) => line.includes(' order.'))).toEqual([]);
  expect(await diary.incidents()).toEqual(['last_charge_declined']);
  const card = await diary.world.cardToken('ok');
  await expect(
    diary.world.as('storefront').post(`/v1/orders/${order.id}/card`, { ...card, brand: 'VISA', divisions: 1 }),
  ).rejects.toMatchObject({ status: 409, problem: { code: 'conflict' } });
});

/** chiyo's renewal on 2027-01-01. SBPS will lose its answers to the next `times` authorisations by the saved card. */
async function renewalWithLostAnswers(times: number) {
  const diary = await Diary.begin('2026-11-05T10:00:00+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  const order = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok');
  await diary.world.pass3ds(order.next_action!.url);
  await diary.until('2026-12-31');
  const [store] = await rows<{ merchant_id: string }>(
    `SELECT sbps->>'merchant_id' AS merchant_id FROM stores WHERE id = $1`,
    [diary.world.storeId],
  );
  const fault = { ...store, api_id: 'ST01-00131-101', mode: 'timeout_after_effect', times };
  await new Api(diary.world.at.sbpsUrl).post('/control/faults', fault);
  return diary;
}

test('charges the saved card once, at once, when the answer to a renewal is lost, and lets that authorisation lapse', async () => {
  const diary = await renewalWithLostAnswers(1);
  expect(await diary.until('2027-01-01')).toEqual(['2027-01-01 receipt.issued chiyo 13200 2026-12']);
  expect(await captured(diary)).toEqual([13_200, 13_200]);
});

test('retries while answers to a renewal stay lost, until SBPS reports the id as used, then charges once', async () => {
  const diary = await renewalWithLostAnswers(3);
  expect(await diary.until('2027-01-01')).toEqual(['2027-01-01 receipt.issued chiyo 13200 2026-12']);
  expect(await captured(diary)).toEqual([13_200, 13_200]);
});
