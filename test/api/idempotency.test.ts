import { randomUUID } from 'node:crypto';
import { ADMIN_KEY, ApiUnderTest, type StoreUnderTest, newAccount, newStore, transferOrder } from './support';

const api = new ApiUnderTest();
let store: StoreUnderTest;
let account: string;
let plan: string;
beforeAll(async () => {
  await api.start();
  store = await api.store();
  account = (await store.account()).id;
  plan = await store.plan();
});
afterAll(() => api.stop());
beforeEach(() => {
  api.delivery.refusal = null;
  api.delivery.isProcessed = true;
  api.delivery.until = Promise.resolve();
});

const orderWith = (key: string, body: object = transferOrder(account, plan)) =>
  store.post('/v1/orders', body, 'operator', { 'idempotency-key': key });

test('a request without a valid key is rejected', async () => {
  for (const key of ['', '  ', '""'])
    expect(await orderWith(key)).toMatchObject({ status: 400, body: { code: 'idempotency_key_missing' } });
  expect(await orderWith('x'.repeat(256))).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
});

test('a repeated request returns the first answer, marked as replayed; a quoted key is the same key', async () => {
  const key = randomUUID();
  const first = await orderWith(key);
  const again = await orderWith(`"${key}"`);
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again).toMatchObject({ status: 201, body: first.body });
  expect(again.headers.get('location')).toBe(first.headers.get('location'));
  expect(await api.db.order.count({ where: { storeId: store.id, id: first.body.id } })).toBe(1);
});

test('members in another order are the same payload; another payload or path is rejected', async () => {
  const key = randomUUID();
  const body = transferOrder(account, plan);
  const first = await orderWith(key, body);
  const shuffled = { lines: body.lines, payment: body.payment, account_id: body.account_id };
  expect((await orderWith(key, shuffled)).body.id).toBe(first.body.id);
  const other = await orderWith(key, transferOrder(account, plan, 2));
  expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  const path = await store.post('/v1/accounts', newAccount('other-path'), 'operator', { 'idempotency-key': key });
  expect(path).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
});

test('the same key in another store is a different key', async () => {
  const key = randomUUID();
  await orderWith(key);
  const other = await api.store();
  const made = await other.post('/v1/accounts', newAccount('a'), 'operator', { 'idempotency-key': key });
  expect(made.status).toBe(201);
});

test('ten concurrent requests with one key make one order and return one answer', async () => {
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 10 }, () => orderWith(key)));
  expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(201));
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
});

test('a rejected request leaves the key free for a corrected one', async () => {
  const key = randomUUID();
  expect((await orderWith(key, transferOrder(account, 'pln_unknown'))).status).toBe(422);
  expect((await orderWith(key)).status).toBe(201);
});

test('a request waits 5 s for a running transaction with the same key, then asks the caller to try later', async () => {
  const key = randomUUID();
  let release = () => {};
  const held = api.db.$transaction(
    async (tx) => {
      await tx.idempotencyKey.create({ data: { scope: store.id, key, requestHash: 'x' } });
      await new Promise<void>((done) => (release = done));
      throw new Error('rolled back');
    },
    { timeout: 20_000 },
  );
  await new Promise((inserted) => setTimeout(inserted, 200));
  const answer = await orderWith(key);
  expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency_in_flight' } });
  expect(answer.headers.get('retry-after')).toBe('1');
  const joined = orderWith(key);
  release();
  await expect(held).rejects.toThrow('rolled back');
  expect((await joined).status).toBe(201);
});

test('if the process dies after its commit, the next request with the key returns the answer and repeats no effect', async () => {
  const key = randomUUID();
  let die = (_: Error) => {};
  api.delivery.until = new Promise((_, reject) => (die = reject));
  const lost = orderWith(key);
  die(new Error('the process dies after its commit'));
  expect((await lost).status).toBe(500);
  api.delivery.until = Promise.resolve();
  const orders = await api.db.order.count({ where: { storeId: store.id } });
  const replayed = await orderWith(key);
  expect(replayed).toMatchObject({ status: 201, body: { status: 'received' } });
  expect(replayed.headers.get('idempotent-replayed')).toBe('true');
  expect(await api.db.order.count({ where: { storeId: store.id } })).toBe(orders);
});

test('a command not processed yet answers 202, and a repetition returns its result; a workflow’s refusal is stored', async () => {
  const order = await store.order();
  const cancel = (key: string) =>
    store.post(`/v1/orders/${order.id}/cancellations`, { reason: '不要になった' }, 'operator', {
      'idempotency-key': key,
    });
  const slow = randomUUID();
  api.delivery.isProcessed = false;
  expect(await cancel(slow)).toMatchObject({ status: 202, body: { status: 'received' } });
  api.delivery.isProcessed = true;
  await api.db.order.update({
    where: { storeId_id: { storeId: store.id, id: order.id } },
    data: { status: 'cancelled' },
  });
  expect(await cancel(slow)).toMatchObject({ status: 200, body: { status: 'cancelled' } });

  const second = await store.order();
  const refusedKey = randomUUID();
  const cancelSecond = () =>
    store.post(`/v1/orders/${second.id}/cancellations`, { reason: 'x' }, 'operator', { 'idempotency-key': refusedKey });
  api.delivery.refusal = { code: 'order_not_cancellable', params: { state: 'ending' } };
  const first = await cancelSecond();
  expect(first).toMatchObject({
    status: 409,
    body: { code: 'order_not_cancellable', errors: [{ params: { state: 'ending' } }] },
  });
  api.delivery.refusal = null;
  const again = await cancelSecond();
  expect(again).toMatchObject({ status: 409, body: { code: 'order_not_cancellable' } });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
});

test('secrets are returned once: the replay of a new store returns its keys without their secrets', async () => {
  const make = () =>
    api.ask('POST', '/v1/stores', { key: ADMIN_KEY, body: newStore, headers: { 'idempotency-key': 'store-1' } });
  const first = await make();
  const again = await make();
  expect(first.body.api_keys).toHaveLength(6);
  expect(again.body.id).toBe(first.body.id);
  expect(again.body.api_keys.map((key: { id: string }) => key.id)).toEqual(
    first.body.api_keys.map((key: { id: string }) => key.id),
  );
  const stored =
    JSON.stringify(await api.db.idempotencyKey.findMany()) + JSON.stringify(await api.db.apiKey.findMany());
  for (const { secret } of first.body.api_keys) {
    expect(secret).toMatch(/^sk_test_[\w-]{43}$/);
    expect(JSON.stringify(again.body)).not.toContain(secret);
    expect(stored).not.toContain(secret);
  }
});
