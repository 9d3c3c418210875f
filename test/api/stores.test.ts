import { createHash } from 'node:crypto';
import { alarmToken } from '../../api/lib/auth';
import { newId } from '../../books/lib/ids';
import { ADMIN_KEY, ApiUnderTest, newAccount, newPlan, newStore } from './support';

const api = new ApiUnderTest();
beforeAll(() => api.start());
afterAll(() => api.stop());

test('ids sort by creation time and have a fixed width', () => {
  const ids = Array.from({ length: 5000 }, () => newId('ord'));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(5000);
  for (const id of ids) expect(id).toMatch(/^ord_[0-9A-Za-z]{22}$/);
});

test('a new store has finished the day before its clock’s date, returns no secrets, and warns of a wrong check digit', async () => {
  const made = await api.ask('POST', '/v1/stores', {
    key: ADMIN_KEY,
    body: { ...newStore, clock: { kind: 'simulated', now: '2026-10-01' } },
  });
  expect(made).toMatchObject({ status: 201, body: { clock: 'simulated', last_day_done: '2026-09-30' } });
  expect(made.body.warnings).toEqual(['/seller/registration_number: check_digit_mismatch']);
  const admin = made.body.api_keys.find((key: { role: string }) => key.role === 'admin').secret;
  const own = await api.ask('GET', '/v1/store', { key: admin });
  expect(own.body.id).toBe(made.body.id);
  expect(JSON.stringify([made.body, own.body])).not.toMatch(/hash-key|sp_code|terminal/);
  expect((await api.ask('GET', '/v1/clock', { key: admin })).body).toMatchObject({
    status: 'ready',
    now: '2026-10-01T00:00:00.000+09:00',
  });
});

test('the platform makes a new key for a store that has lost its keys', async () => {
  const store = await api.store();
  const made = await api.ask('POST', `/v1/stores/${store.id}/api_keys`, {
    key: ADMIN_KEY,
    body: { role: 'admin', name: 'new' },
  });
  expect((await api.ask('GET', '/v1/store', { key: made.body.secret })).body.id).toBe(store.id);
});

test('the clock advances only forwards, only if simulated, and only while the holidays are known; one advance writes one row', async () => {
  const store = await api.store();
  const advance = (to: string) => store.post('/v1/clock/advance', { to });
  expect(await advance('2026-10-05')).toMatchObject({ status: 422, body: { code: 'clock_cannot_go_back' } });
  expect(await advance('2050-12-01')).toMatchObject({ status: 422, body: { code: 'beyond_calendar_horizon' } });
  const both = await Promise.all([advance('2026-11-01'), advance('2026-11-01T00:00:00+09:00')]);
  expect(both.map((answer) => answer.status).sort()).toEqual([202, 409]);
  expect((await store.get('/v1/clock', 'admin', { prefer: 'wait=0' })).body).toEqual({
    object: 'clock',
    kind: 'simulated',
    status: 'advancing',
    now: '2026-10-05T12:00:00.000+09:00',
    target: '2026-11-01T00:00:00.000+09:00',
    failure: null,
  });
  const rows = await api.db.dispatch.findMany({ where: { storeId: store.id, name: 'clock' } });
  expect(rows).toMatchObject([
    {
      id: `start/clock/${store.id}/1`,
      target: `clock/${store.id}/1`,
      kind: 'start',
      payload: { to: '2026-11-01T00:00:00.000+09:00' },
    },
  ]);

  const waiting = store.get('/v1/clock', 'admin', { prefer: 'wait=20' });
  await api.db.clock.update({
    where: { storeId: store.id },
    data: { status: 'failed', targetAt: null, failure: 'stuck: order/x' },
  });
  expect((await waiting).body).toMatchObject({ status: 'failed', failure: 'stuck: order/x' });
  expect((await advance('2026-11-01')).status).toBe(202);
  expect(await api.db.dispatch.count({ where: { storeId: store.id, name: 'clock' } })).toBe(2);

  const real = await api.store({ kind: 'real' });
  expect((await real.post('/v1/clock/advance', { to: '2049-01-01' })).body.code).toBe('clock_not_simulated');
  expect((await real.get('/v1/clock')).body).toMatchObject({ kind: 'real', status: 'ready' });
});

test('base information is changed with a reason; a default billing destination that copies it is changed too', async () => {
  const store = await api.store();
  const account = await store.account({ reference: 'fuji' });
  const other = await store.post(`/v1/accounts/${account.id}/billing_destinations`, {
    company_name: '株式会社ふじ 経理',
    company_kana: 'カブシキガイシャフジ',
    person: '富士次郎',
    postal_code: '100-0001',
    address: '東京都千代田区千代田1-1',
    email_to: 'keiri@fuji.example',
  });
  expect((await store.patch(`/v1/accounts/${account.id}`, { address: '大阪市' })).body.code).toBe('reason_missing');
  const changed = await store.patch(`/v1/accounts/${account.id}`, {
    address: '大阪市北区1-1',
    department: '総務部',
    reason: '住所相違',
  });
  expect(changed.body).toMatchObject({ address: '大阪市北区1-1', department: '総務部' });
  expect(changed.body.billing_destinations).toMatchObject([
    { is_default: true, address: '大阪市北区1-1', department: '総務部' },
    { id: other.body.id, is_default: false, address: '東京都千代田区千代田1-1', department: null },
  ]);
  const [entry] = await api.db.auditEntry.findMany({ where: { storeId: store.id, action: 'account.update' } });
  expect(entry).toMatchObject({
    target: account.id,
    role: 'operator',
    reason: '住所相違',
    before: { address: '東京都千代田区千代田1-1', department: null },
    after: { address: '大阪市北区1-1', department: '総務部' },
  });
  expect((await store.get('/v1/accounts?reference=fuji')).body.data).toMatchObject([{ id: account.id }]);
});

test('lists return each item once, newest first, page by page, and nothing of another store', async () => {
  const store = await api.store();
  await (await api.store()).account();
  const made: string[] = [];
  for (let i = 0; i < 5; i++) made.unshift((await store.account()).id);
  const listed: string[] = [];
  let after = '';
  for (let pages = 0; pages < 3; pages++) {
    const { body } = await store.get(`/v1/accounts?limit=2${after && `&after=${after}`}`);
    listed.push(...body.data.map((account: { id: string }) => account.id));
    expect(body.has_more).toBe(pages < 2);
    after = body.next;
  }
  expect(listed).toEqual(made);
});

test('events come oldest first and begin with date, event and account; the feed returns where to continue', async () => {
  const store = await api.store();
  expect((await store.get('/v1/events')).body).toEqual({ object: 'list', data: [], has_more: false, next: '0' });
  const account = await store.account({ reference: 'aoba' });
  await store.post('/v1/direct_debits', { account_id: account.id });
  const { body } = await store.get('/v1/events');
  expect(Object.keys(body.data[0]).slice(0, 3)).toEqual(['on', 'event', 'account']);
  expect(body.data).toMatchObject([
    { on: '2026-10-05', event: 'direct_debit.requested', account: 'aoba', account_id: account.id },
  ]);
  expect((await store.get(`/v1/events?after=${body.next}`)).body).toMatchObject({ data: [], next: body.next });
});

test('a new price applies to orders from its date on', async () => {
  const store = await api.store();
  const plan = await store.plan();
  const price = { amount: 40_000, effective_from: '2026-11-01' };
  const priced = await store.post(`/v1/plans/${plan}/prices`, price, 'admin');
  expect(priced.body.prices.map((p: { version: number; amount: number }) => [p.version, p.amount])).toEqual([
    [1, 30_000],
    [2, 40_000],
  ]);
  const account = await store.account();
  const order = {
    account_id: account.id,
    payment: { method: 'bank_transfer' },
    lines: [{ plan_id: plan, quantity: 1 }],
  };
  expect((await store.post('/v1/orders', order)).body.net).toBe(30_000);
  await api.db.clock.update({ where: { storeId: store.id }, data: { nowAt: new Date('2026-10-31T15:00:00Z') } });
  expect((await store.post('/v1/orders', order)).body).toMatchObject({ net: 40_000, first_period: '2026-11' });
});

test('NP’s news is accepted with its own credentials, stored once and due at once, even while the clock advances', async () => {
  const store = await api.store();
  await store.post('/v1/clock/advance', { to: '2026-11-01' });
  const basic = (user: string) => ({ authorization: `Basic ${Buffer.from(user).toString('base64')}` });
  const news = {
    event_id: 'e-1',
    type: 'bill.paid',
    occurred_at: '2026-10-05T11:00:00+09:00',
    data: { bill_number: 'F-1' },
  };
  const sendNews = (user: string, body: object = news) =>
    api.ask('POST', `/v1/providers/np/${store.id}/news`, { body, headers: basic(user) });
  expect((await sendNews('shop:wrong')).status).toBe(401);
  expect((await sendNews('shop:secret', { ...news, occurred_at: '2026-02-30' })).body.errors[0]).toMatchObject({
    code: 'invalid_date',
    pointer: '/occurred_at',
  });
  expect((await sendNews('shop:secret')).status).toBe(202);
  expect((await sendNews('shop:secret')).status).toBe(200);
  expect(await api.db.dispatch.findMany({ where: { storeId: store.id, kind: 'news' } })).toMatchObject([
    { target: 'e-1', name: 'bill.paid', at: new Date('2026-10-05T11:00:00+09:00') },
  ]);
});

test('a simulator’s alarm is accepted with the store’s token, stored once and due at its time', async () => {
  const store = await api.store();
  const token = createHash('sha256')
    .update(store.id + ADMIN_KEY)
    .digest('hex');
  expect(alarmToken(store.id, ADMIN_KEY)).toBe(token);
  const body = { id: 'a-1', at: '2026-12-02T09:00:00+09:00', callback_url: 'http://np.test/alarms', body: { x: 1 } };
  const file = (bearer: string) =>
    api.ask('POST', `/v1/alarms/${store.id}`, { body, headers: { authorization: `Bearer ${bearer}` } });
  expect((await file(store.keyOf('admin'))).status).toBe(401);
  expect((await file(token)).status).toBe(202);
  expect((await file(token)).status).toBe(200);
  expect(await api.db.dispatch.findMany({ where: { storeId: store.id, kind: 'http' } })).toMatchObject([
    { target: body.callback_url, payload: { x: 1 }, dueAt: new Date(body.at) },
  ]);
});

test('three concurrent new prices become three versions', async () => {
  const store = await api.store();
  const plan = await store.plan({ ...newPlan, code: 'X' });
  const add = (amount: number) => store.post(`/v1/plans/${plan}/prices`, { amount, effective_from: '2027-01-01' });
  const answers = await Promise.all([add(1), add(2), add(3)]);
  expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201]);
  expect(await api.db.price.count({ where: { planId: plan } })).toBe(4);
});

test('the first of an account’s own billing destinations is the default', async () => {
  const store = await api.store();
  const destination = {
    company_name: '株式会社あおば 大阪支店',
    company_kana: 'カブシキガイシャアオバ',
    person: '経理担当',
    postal_code: '530-0001',
    address: '大阪市北区梅田1-1',
    email_to: 'osaka@aoba.example',
    email_cc: ['cc@aoba.example'],
  };
  const account = await store.post('/v1/accounts', {
    ...newAccount('d'),
    billing_destinations: [destination, { ...destination, person: '別' }],
  });
  expect(account.body.billing_destinations).toMatchObject([
    { is_default: true, person: '経理担当', email_cc: ['cc@aoba.example'], buyer_status: 'none' },
    { is_default: false, person: '別' },
  ]);
});
