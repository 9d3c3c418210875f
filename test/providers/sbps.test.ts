import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { instant } from '../../domain/calendar';
import { yen } from '../../domain/money';
import { createSbps } from '../../providers/cards/sbps/provider';
import { authenticate, authoriseSale, MERCHANT, OCTOBER_7, type RunningSbps, SALE, startSbps } from '../support/sbps';

const NOVEMBER_1 = instant('2026-11-01T00:05:00+09:00');
const JANUARY_1 = instant('2027-01-01T00:05:00+09:00');

let sbps: RunningSbps;
beforeEach(async () => void (sbps = await startSbps()));
afterEach(() => sbps.stop());

test('a card from 3-D Secure to refund', async () => {
  const provider = sbps.provider();
  const asked = await provider.request3ds({
    customerCode: 'chiyo',
    amount: yen(13_200),
    card: {
      ...(await sbps.token({ scenario: 'ok', brand: 'J' })),
      tdsInfo: { token: 'tds-info', tokenKey: 'tds-key' },
    },
    okUrl: 'https://store.example/back?order=1&ok=1',
    ngUrl: 'https://store.example/back?order=1&ok=0',
    at: OCTOBER_7,
  });
  if (asked.outcome !== 'redirect') throw new Error(asked.code);

  const page = await (await fetch(asked.redirectUrl)).text();
  expect(page).toContain('認証する');
  expect(page).toContain('13,200円');
  expect(await provider.result3ds(asked.authenticationId, OCTOBER_7)).toBe('pending');
  const back = await fetch(asked.redirectUrl, {
    method: 'POST',
    body: new URLSearchParams({ result: 'passed' }),
    redirect: 'manual',
  });
  expect([back.status, back.headers.get('location')]).toEqual([302, 'https://store.example/back?order=1&ok=1']);
  expect(await provider.result3ds(asked.authenticationId, OCTOBER_7)).toBe('passed');

  const answer = await provider.authorise({ ...SALE, by: { authenticationId: asked.authenticationId } });
  if (answer.outcome !== 'authorised') throw new Error(answer.code);
  expect(answer).toMatchObject({
    brand: 'JCB',
    trackingId: expect.stringMatching(/^\d{14}$/),
    spsTransactionId: expect.stringMatching(/^B30132001\d{23}$/),
    approval: expect.stringMatching(/^\d{7}$/),
  });
  const { trackingId } = answer;
  expect(await provider.inquire(trackingId, OCTOBER_7)).toEqual({ commit: 'unprocessed', payment: 'authorised' });
  expect(await provider.commit(trackingId, OCTOBER_7)).toEqual({ outcome: 'done', processedOn: '2026-10-07' });
  expect(await provider.inquire(trackingId, OCTOBER_7)).toEqual({ commit: 'committed', payment: 'authorised' });
  expect(await provider.capture(trackingId, yen(13_200), NOVEMBER_1)).toEqual({
    outcome: 'done',
    processedOn: '2026-11-01',
  });
  expect(await provider.refund(trackingId, yen(3_200), NOVEMBER_1)).toMatchObject({ outcome: 'done' });
  expect(await provider.inquire(trackingId, NOVEMBER_1)).toEqual({ commit: 'committed', payment: 'captured' });
  expect(await provider.refund(trackingId, 'full', NOVEMBER_1)).toEqual({ outcome: 'done', processedOn: '2026-11-01' });
  expect(await provider.inquire(trackingId, NOVEMBER_1)).toEqual({ commit: 'committed', payment: 'refunded' });
  expect(await sbps.effects()).toEqual([
    {
      order_id: SALE.orderId,
      customer_code: 'chiyo',
      tracking_id: trackingId,
      authorised: 13_200,
      authorised_on: '2026-10-07',
      commit_status: 'committed',
      payment_status: 'refunded',
      commits: 1,
      captures: 1,
      captured: 13_200,
      refunds: 2,
      refunded: 13_200,
    },
  ]);
});

test('the saved card pays the next months until it is declined, and a new card replaces it', async () => {
  const provider = sbps.provider();
  expect(await provider.savedCard('chiyo', OCTOBER_7)).toBeNull();
  const card = { scenario: 'ok_then_renewal_declined', brand: 'A', declined_from: '2027-01-01' };
  const first = await provider.authorise({ ...SALE, by: { authenticationId: await authenticate(sbps, card) } });
  expect(first).toMatchObject({ outcome: 'authorised', brand: 'American Express' });
  expect(await provider.savedCard('chiyo', OCTOBER_7)).toEqual({
    masked: '***********0005',
    brand: 'American Express',
  });

  const renew = (n: number, at = NOVEMBER_1) =>
    provider.authorise({ ...SALE, orderId: `card-auth-chiyo-${n}`, by: 'saved_card', at });
  expect(await renew(2)).toMatchObject({ outcome: 'authorised' });
  expect(await renew(3, JANUARY_1)).toEqual({ outcome: 'declined', code: '10123999' });

  await provider.authorise({ ...SALE, orderId: 'o-4', by: { authenticationId: await authenticate(sbps) } });
  expect(await renew(5, JANUARY_1)).toMatchObject({ outcome: 'authorised', brand: 'VISA' });

  await sbps.control(`cards/${MERCHANT.merchantId}/chiyo`, { scenario: 'insufficient_limit' });
  expect(await renew(6, JANUARY_1)).toEqual({ outcome: 'declined', code: '10122999' });
});

describe('refusals that the buyer can act on are returned', () => {
  const passed = (card: Parameters<RunningSbps['token']>[0]) => authenticate(sbps, card);

  test.each([
    [{ scenario: 'declined' }, '10123999'],
    [{ scenario: 'insufficient_limit' }, '10122999'],
    [{ scenario: 'tds_failed' }, '10136999'],
    [{ scenario: 'ok', brand: 'X' }, 'brand_not_accepted'],
  ])('%j → %s', async (card, code) => {
    const authenticationId = await passed(card);
    const result = await sbps.provider().result3ds(authenticationId, OCTOBER_7);
    expect(result).toBe(card.scenario === 'tds_failed' ? 'failed' : 'passed');
    expect(await sbps.provider().authorise({ ...SALE, by: { authenticationId } })).toEqual({
      outcome: 'declined',
      code,
    });
  });

  test('an unknown token, and one used twice', async () => {
    const ask = (card: { token: string; tokenKey: string }) =>
      sbps.provider().request3ds({ ...SALE, card, okUrl: 'https://a.example/', ngUrl: 'https://b.example/' });
    const token = await sbps.token({ scenario: 'ok' });
    expect(await ask({ token: 'tok_made_up', tokenKey: 'key' })).toEqual({ outcome: 'declined', code: '101T1999' });
    expect(await ask({ ...token, tokenKey: 'key' })).toEqual({ outcome: 'declined', code: '101T1999' });
    expect(await ask(token)).toMatchObject({ outcome: 'redirect' });
    expect(await ask(token)).toEqual({ outcome: 'declined', code: '101T2999' });
  });

  test('no saved card, 3-D Secure for a smaller amount, and 3-D Secure of another customer', async () => {
    const { authorise } = sbps.provider();
    expect(await authorise({ ...SALE, by: 'saved_card' })).toEqual({ outcome: 'declined', code: '10195999' });
    const by = { authenticationId: await passed({ scenario: 'ok' }) };
    expect(await authorise({ ...SALE, amount: yen(13_201), by })).toEqual({ outcome: 'declined', code: '10136999' });
    expect(await authorise({ ...SALE, customerCode: 'daichi', by })).toEqual({ outcome: 'declined', code: '10195003' });
  });
});

describe('steps', () => {
  test('a repeated step counts as done, because the inquiry confirms it', async () => {
    const { commit, capture, refund } = sbps.provider();
    const trackingId = await authoriseSale(sbps);
    for (const processedOn of ['2026-10-07', null]) {
      expect(await commit(trackingId, OCTOBER_7)).toEqual({ outcome: 'done', processedOn });
    }
    for (const processedOn of ['2026-11-01', null]) {
      expect(await capture(trackingId, SALE.amount, NOVEMBER_1)).toEqual({ outcome: 'done', processedOn });
    }
    for (const processedOn of ['2026-11-01', null]) {
      expect(await refund(trackingId, 'full', NOVEMBER_1)).toEqual({ outcome: 'done', processedOn });
    }
    expect(await sbps.effects()).toMatchObject([{ commits: 1, captures: 1, refunds: 1, refunded: 13_200 }]);
  });

  test('"already completed" does not count as done when it means a cancellation', async () => {
    const { commit, capture, refund } = sbps.provider();
    const trackingId = await authoriseSale(sbps);
    expect(await refund(trackingId, 'full', OCTOBER_7)).toMatchObject({ outcome: 'done' });
    expect(await commit(trackingId, OCTOBER_7)).toEqual({ outcome: 'refused', code: '10160999' });
    expect(await capture(trackingId, SALE.amount, OCTOBER_7)).toEqual({ outcome: 'refused', code: '10140999' });
    expect(await refund(trackingId, 'full', OCTOBER_7)).toEqual({ outcome: 'done', processedOn: null });
  });

  test('a step out of order, over the amount, too late or for an unknown transaction is refused', async () => {
    const { commit, capture, refund, inquire } = sbps.provider();
    const trackingId = await authoriseSale(sbps);
    expect(await capture(trackingId, SALE.amount, OCTOBER_7)).toEqual({ outcome: 'refused', code: '10139999' });
    await commit(trackingId, OCTOBER_7);
    expect(await refund(trackingId, yen(1), OCTOBER_7)).toEqual({ outcome: 'refused', code: '101K0999' });
    expect(await capture(trackingId, yen(13_201), OCTOBER_7)).toEqual({ outcome: 'refused', code: '10179999' });
    const february = instant('2027-02-01T00:00:00+09:00');
    expect(await capture(trackingId, SALE.amount, february)).toEqual({ outcome: 'refused', code: '10142999' });
    const lastMoment = instant('2027-01-31T23:59:59+09:00');
    expect(await capture(trackingId, yen(10_000), lastMoment)).toMatchObject({ outcome: 'done' });
    expect(await refund(trackingId, yen(10_001), lastMoment)).toEqual({ outcome: 'refused', code: '101K1999' });
    const may = instant('2027-05-01T00:00:00+09:00');
    expect(await refund(trackingId, yen(1), may)).toEqual({ outcome: 'refused', code: '10156999' });

    expect(await commit('00000000000000', OCTOBER_7)).toEqual({ outcome: 'refused', code: '10112027' });
    expect(await inquire('00000000000000', OCTOBER_7)).toBeNull();
  });
});

describe('a faulty request is thrown as rejected', () => {
  const rejected = (code: string) => ({ failure: 'rejected', codes: [code] });

  test('an order_id used before', async () => {
    await authoriseSale(sbps);
    const again = sbps.provider().authorise({ ...SALE, by: 'saved_card' });
    await expect(again).rejects.toMatchObject(rejected('10196004'));
  });

  test('an authentication used before', async () => {
    const by = { authenticationId: await authenticate(sbps) };
    await sbps.provider().authorise({ ...SALE, by });
    const again = sbps.provider().authorise({ ...SALE, orderId: 'o-2', by });
    await expect(again).rejects.toMatchObject(rejected('10194999'));
  });

  test.each([
    ['an order_id over 38 characters', { orderId: 'o'.repeat(39) }, '10105004'],
    ['a customer code that is not half-width', { customerCode: '千代' }, '10104003'],
    ['more than 9,999,999 yen', { amount: yen(10_000_000) }, '10105008'],
    ['zero yen', { amount: yen(0) }, '10106008'],
  ])('%s', async (_, change, code) => {
    const authorise = sbps.provider().authorise({ ...SALE, ...change, by: 'saved_card' });
    await expect(authorise).rejects.toMatchObject(rejected(code));
  });

  test('a wrong hash key is rejected with 401, and the message does not contain the key', async () => {
    const provider = createSbps({ ...MERCHANT, baseUrl: sbps.baseUrl, hashKey: 'other' });
    await expect(provider.inquire('00000000000000', OCTOBER_7)).rejects.toMatchObject({
      failure: 'rejected',
      httpStatus: 401,
      message: expect.not.stringContaining('other'),
    });
  });

  test('characters outside Shift_JIS in an id', async () => {
    const authorise = sbps.provider().authorise({ ...SALE, customerCode: '𠮷', by: 'saved_card' });
    await expect(authorise).rejects.toMatchObject({ failure: 'rejected', codes: [] });
  });
});

test.each(['年額プラン', '㈱髙﨑', '𠮷野家—プラン', 'ﾌﾟﾗﾝ\tA', 'クラウド勤怠管理プラン スタンダード 年額 100ユーザー'])(
  'a plan named %j can be charged, because its name is made to fit',
  async (itemName) => {
    const by = { authenticationId: await authenticate(sbps) };
    expect(await sbps.provider().authorise({ ...SALE, itemName, by })).toMatchObject({ outcome: 'authorised' });
  },
);

test('a real store dates the request by its clock, not by the time of the event', async () => {
  const card = { scenario: 'ok_then_renewal_declined', declined_from: '2027-01-01' };
  await sbps.provider().authorise({ ...SALE, by: { authenticationId: await authenticate(sbps, card) } });
  const late = createSbps({ ...MERCHANT, baseUrl: sbps.baseUrl, now: () => JANUARY_1 });
  const renewal = { ...SALE, orderId: 'o-2', by: 'saved_card', at: NOVEMBER_1 } as const;
  expect(await late.authorise(renewal)).toEqual({ outcome: 'declined', code: '10123999' });
});

describe('when the connection fails', () => {
  test('a lost answer is unknown, the inquiry finds the commit, and a second commit counts as done', async () => {
    const trackingId = await authoriseSale(sbps);
    await sbps.fault({ api_id: 'ST02-00101-101', mode: 'timeout_after_effect' });
    const provider = sbps.provider();
    await expect(provider.commit(trackingId, OCTOBER_7)).rejects.toMatchObject({ failure: 'unknown' });
    expect(await provider.inquire(trackingId, OCTOBER_7)).toEqual({ commit: 'committed', payment: 'authorised' });
    expect(await provider.commit(trackingId, OCTOBER_7)).toEqual({ outcome: 'done', processedOn: null });
    expect(await sbps.effects()).toMatchObject([{ commits: 1 }]);
  });

  test('no answer within the time-out is unknown, whether SBPS acted or not', async () => {
    const trackingId = await authoriseSale(sbps);
    const impatient = sbps.provider(150);
    await sbps.fault({ api_id: 'ST02-00101-101', mode: 'timeout_before_effect' });
    await expect(impatient.commit(trackingId, OCTOBER_7)).rejects.toMatchObject({ failure: 'unknown' });
    expect(await sbps.effects()).toMatchObject([{ commits: 0 }]);
    await sbps.fault({ api_id: '*', mode: 'hang_after_effect' });
    await expect(impatient.commit(trackingId, OCTOBER_7)).rejects.toMatchObject({ failure: 'unknown' });
    expect(await sbps.effects()).toMatchObject([{ commits: 1 }]);
  });

  test('an authorisation with a lost answer is not charged: its order_id is used up, and the saved card pays the next one', async () => {
    const by = { authenticationId: await authenticate(sbps) };
    await sbps.fault({ api_id: 'ST01-00118-101', mode: 'timeout_after_effect' });
    const { authorise } = sbps.provider();
    await expect(authorise({ ...SALE, by })).rejects.toMatchObject({ failure: 'unknown' });
    await expect(authorise({ ...SALE, by })).rejects.toMatchObject({ codes: ['10196004'] });
    expect(await authorise({ ...SALE, orderId: 'o-2', by: 'saved_card' })).toMatchObject({ outcome: 'authorised' });
    expect(await sbps.effects()).toMatchObject([{ commits: 0 }, { commits: 0 }]);
  });

  test('a connection cut at once is unknown for a step and unreachable for an inquiry', async () => {
    await sbps.fault({ api_id: '*', mode: 'refuse', times: 2 });
    const { commit, inquire } = sbps.provider();
    await expect(commit('00000000000000', OCTOBER_7)).rejects.toMatchObject({ failure: 'unknown' });
    await expect(inquire('00000000000000', OCTOBER_7)).rejects.toMatchObject({ failure: 'unreachable' });
    expect(await inquire('00000000000000', OCTOBER_7)).toBeNull();
  });

  test('503 and a closed port are unreachable, so a retry is safe', async () => {
    const provider = sbps.provider();
    const trackingId = await authoriseSale(sbps);
    await sbps.fault({ api_id: '*', mode: 'down', times: 2 });
    for (let n = 0; n < 2; n++) {
      const commit = provider.commit(trackingId, OCTOBER_7);
      await expect(commit).rejects.toMatchObject({ failure: 'unreachable', httpStatus: 503 });
    }
    expect(await provider.commit(trackingId, OCTOBER_7)).toMatchObject({ outcome: 'done' });

    await sbps.stop();
    await expect(provider.commit(trackingId, OCTOBER_7)).rejects.toMatchObject({ failure: 'unreachable' });
    sbps = await startSbps();
  });

  test('a slow answer is accepted', async () => {
    await sbps.fault({ api_id: '*', mode: 'slow', delay_ms: 50 });
    expect(await sbps.provider().inquire('00000000000000', OCTOBER_7)).toBeNull();
  });

  test.each([
    [500, 'oops', 'unknown'],
    [404, '', 'rejected'],
    [200, '<html>maintenance</html>', 'unknown'],
    [302, '', 'rejected'],
  ])('HTTP %d with %j: %s', async (status, body, failure) => {
    const server = createServer((req, res) => {
      req.resume();
      res.writeHead(status, { Location: '/elsewhere' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const commit = createSbps({ ...MERCHANT, baseUrl }).commit('00000000000000', OCTOBER_7);
    await expect(commit).rejects.toMatchObject({ name: 'ProviderError', failure, httpStatus: status });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

test('malformed credentials fail at start-up', () => {
  const baseUrl = 'http://127.0.0.1:1';
  expect(() => createSbps({ ...MERCHANT, baseUrl, merchantId: '123' })).toThrow('5 digits');
  expect(() => createSbps({ ...MERCHANT, baseUrl, serviceId: '1' })).toThrow('3 digits');
  expect(() => createSbps({ ...MERCHANT, baseUrl, hashKey: '' })).toThrow('half-width');
});
