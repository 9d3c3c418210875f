import { silent } from '../../dev/services/progress';
import { outcomeOf } from '../../dev/chaos/verdict';
import { type Stack, startStack } from '../../dev/services/stack';
import { Api } from '../../dev/story/api';
import { World } from '../../dev/story/world';

/* Its own engine, whose providers close their ports: connections are really refused, for minutes of wall time. */

/**
 * Pauses between retries double from 1 s (steps) or 0.1 s (mails) up to a minute, which they reach after 63 s. So 130 s test as
 * much as two hours would. Only the incident that is opened after 24 h is not tested.
 */
const AWAY_MS = 130_000;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ mode: 'test', log: silent });
}, 120_000);
afterAll(() => stack?.stop());

test('everything is done after NP, SBPS and Resend have been away for two minutes', async () => {
  const world = await World.create(stack, { now: '2026-10-06T10:00:00+09:00' });
  const [storefront, control] = [world.as('storefront'), new Api(stack.sbpsUrl)];
  const plan = await world.plan('A', '商品A', 80_000);
  const [aoba, budou, chiyo] = [await buyer(world, 'aoba'), await buyer(world, 'budou'), await buyer(world, 'chiyo')];
  const lines = [{ plan_id: plan, quantity: 1 }];
  const byTransfer = { payment: { method: 'bank_transfer' }, lines };

  // chiyo has passed 3-D Secure, but has not returned to the store's page.
  const token = await world.cardToken('ok');
  const card = { method: 'card', ...token, brand: 'VISA', divisions: 1 };
  const byCard = { account_id: chiyo, payment: card, lines };
  const { next_action } = await storefront.post<{ next_action: { url: string } }>('/v1/orders', byCard, {
    prefer: 'wait=10',
  });
  const id = new URL(next_action.url).pathname.split('/').pop()!;
  const { location } = await control.post<{ location: string }>(`/control/3ds/${id}`, { result: 'passed' });

  const closed = performance.now();
  await closePort(stack.resendUrl);
  // budou is over its limit, so a mail to budou becomes due.
  await storefront.post('/v1/orders', { account_id: budou, ...byTransfer }, { prefer: 'wait=10' });
  await closePort(stack.npUrl);
  await closePort(stack.sbpsUrl);
  await storefront.post('/v1/orders', { account_id: aoba, ...byTransfer });
  expect((await fetch(location)).status).toBe(200);
  for (const url of [stack.npUrl, stack.sbpsUrl, stack.resendUrl])
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });

  // The clock waits until everything due is done. Then the month goes on as any other.
  await world.until('2026-11-02T10:00:00+09:00');
  expect(performance.now() - closed).toBeGreaterThan(AWAY_MS);
  const { effects, doubled, lost, stuck } = await outcomeOf(stack, world);
  expect({ doubled, lost, stuck }).toEqual({
    doubled: [],
    lost: [],
    stuck: [],
  });
  expect(effects).toEqual([
    'NP buyer 株式会社aoba keiri@aoba.example.jp 1',
    'NP buyer 株式会社budou keiri+limit-50000@budou.example.jp 1',
    'NP registered aoba/order-1 202610 1',
    'NP registered aoba/order-1 202611 1',
    'SBPS captured chiyo/order-1 202610 1',
    'SBPS committed chiyo/order-1 202610 1',
    'mail store/mail/order.declined/budou/order-1/order-declined-hold-expired 1',
    'mail store/mail/order.held/budou/order-1/1/order-held 1',
  ]);
}, 400_000);

async function closePort(url: string): Promise<void> {
  await new Api(url).post('/control/away', { for_ms: AWAY_MS });
}

async function buyer(world: World, reference: string): Promise<string> {
  const email = `keiri${reference === 'budou' ? '+limit-50000' : ''}@${reference}.example.jp`;
  const address = '東京都渋谷区渋谷一丁目2番3号';
  const company = { company: `株式会社${reference}`, kana: 'カブシキガイシャテスト', representative: '試験 太郎' };
  return (await world.buyer({ reference, ...company, address, email })).accountId;
}
