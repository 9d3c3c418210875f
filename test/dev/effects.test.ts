import { providerEffects } from '../../dev/chaos/effects';
import { createResend } from '../../providers/mail/resend';
import { startSimulators } from '../../simulators/server';
import { OCTOBER_5, SHOP, charge, profileOf, startNp } from '../support/np';
import { MERCHANT, OCTOBER_7, authoriseSale, startSbps } from '../support/sbps';

/** Proves that the chaos run's count of effects can fail: a second effect under n + 1 counts, an effect taken back does not. */

let np: Awaited<ReturnType<typeof startNp>>;
let sbps: Awaited<ReturnType<typeof startSbps>>;
let others: Awaited<ReturnType<typeof startSimulators>>;
beforeEach(async () => {
  np = await startNp();
  sbps = await startSbps();
  others = await startSimulators({ np: 0, sbps: 0, resend: 0 });
});
afterEach(async () => {
  await np.stop();
  await sbps.stop();
  await others.close();
});

const countedEffects = async () => {
  const at = { npUrl: np.baseUrl, sbpsUrl: sbps.baseUrl, resendUrl: others.urls.resend };
  const store = { at, storeId: 'sto_1', shopCode: SHOP.shopCode, merchantId: MERCHANT.merchantId };
  return (await providerEffects(store)).map(({ key, times }) => `${key}: ${times}`);
};

test('a month registered under n and under n + 1 counts twice, until one registration is cancelled', async () => {
  const { buyerId } = await np.np.registerBuyer(profileOf('aoba'), 'dst_aoba', OCTOBER_5);
  const first = await np.np.registerTransaction(charge(buyerId, 'ord_a.202610.1', 33_000));
  await np.np.registerTransaction(charge(buyerId, 'ord_a.202610.2', 33_000));
  const buyer = 'NP buyer 株式会社青葉 aoba@aoba.example: 1';
  expect(await countedEffects()).toEqual([buyer, 'NP registered ord_a 202610: 2']);
  if (first.outcome !== 'registered') throw new Error('refused');
  await np.np.cancelTransactions([first.transactionId]);
  expect(await countedEffects()).toEqual([buyer, 'NP registered ord_a 202610: 1']);
});

test('a company registered under two references counts twice', async () => {
  await np.np.registerBuyer(profileOf('aoba'), 'dst_aoba', OCTOBER_5);
  await np.np.registerBuyer(profileOf('aoba'), 'dst_aoba_2', OCTOBER_5);
  expect(await countedEffects()).toEqual(['NP buyer 株式会社青葉 aoba@aoba.example: 2']);
});

test('a card committed and captured under two values of n in a month counts twice each', async () => {
  for (const n of [1, 2]) {
    const trackingId = await authoriseSale(sbps, { orderId: `ord_c.202610.${n}` });
    await sbps.provider().commit(trackingId, OCTOBER_7);
    await sbps.provider().capture(trackingId, charge('', '', 13_200).total, OCTOBER_7);
  }
  expect(await countedEffects()).toEqual(['SBPS committed ord_c 202610: 2', 'SBPS captured ord_c 202610: 2']);
});

test('a mail sent under n and under n + 1 counts twice, and mails of another store do not count', async () => {
  const resend = createResend({ apiKey: 're_test', baseUrl: others.urls.resend });
  const mail = { from: 'a@store.example.jp', to: ['b@aoba.example.jp'], cc: [], subject: 's', text: 't', html: 't' };
  for (const idempotencyKey of [
    'sto_1/mail/order.held/a/order-held/1',
    'sto_1/mail/order.held/a/order-held/2',
    'sto_2/mail/x/1',
  ])
    await resend.send({ ...mail, attachments: [], idempotencyKey, at: OCTOBER_5 });
  expect(await countedEffects()).toEqual(['mail sto_1/mail/order.held/a/order-held: 2']);
});
