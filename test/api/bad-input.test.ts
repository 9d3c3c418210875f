import { period } from '../../domain/calendar';
import {
  ADMIN_KEY,
  ApiUnderTest,
  type StoreUnderTest,
  cardOrder,
  newAccount,
  newPlan,
  newStore,
  transferOrder,
} from './support';

/* Each kind of bad input is rejected with a code, the member and the cure, and writes nothing. */

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

/** The number of rows in each table that a request could write. */
async function rowCounts(): Promise<number[]> {
  const { db } = api;
  return Promise.all([
    db.order.count(),
    db.subscription.count(),
    db.account.count(),
    db.consent.count(),
    db.plan.count(),
    db.cardAuthentication.count(),
    db.directDebit.count(),
    db.dispatch.count(),
    db.event.count(),
    db.auditEntry.count(),
    db.idempotencyKey.count(),
  ]);
}

async function expectRefusal(
  request: () => Promise<{ status: number; headers: Headers; body: unknown }>,
  expected: { status: number; code: string; pointer?: string | null },
): Promise<void> {
  const before = await rowCounts();
  const answer = await request();
  expect(answer).toMatchObject({ status: expected.status, body: { code: expected.code, status: expected.status } });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  const problem = answer.body as {
    type: string;
    title: string;
    detail: string;
    errors: { pointer?: string; detail: string }[];
  };
  expect(problem.type).toBe(`http://api.test/docs/errors#${expected.code}`);
  expect(problem.title).not.toBe('');
  expect(problem.detail).not.toBe('');
  if (expected.pointer !== null)
    expect(problem.errors[0]).toMatchObject({ pointer: expected.pointer, detail: expect.stringMatching(/./) });
  expect(await rowCounts()).toEqual(before);
}

const order = (body: object) => () => store.post('/v1/orders', body);

test('an unknown plan, a plan of another store, and a plan not yet on sale', async () => {
  const other = await (await api.store()).plan();
  const later = await store.plan({ price: { ...newPlan.price, effective_from: '2026-10-06' } });
  for (const unknown of ['pln_0000000000000000000000', other, later]) {
    const body = {
      ...transferOrder(account, plan),
      lines: [
        { plan_id: plan, quantity: 1 },
        { plan_id: unknown, quantity: 1 },
      ],
    };
    await expectRefusal(order(body), { status: 422, code: 'unknown_plan', pointer: '/lines/1/plan_id' });
  }
});

test('an account, order or direct debit of another store is not found, as if it did not exist', async () => {
  const other = await api.store();
  const foreign = await other.order();
  await expectRefusal(order(transferOrder(foreign.account_id, plan)), {
    status: 404,
    code: 'not_found',
    pointer: '/account_id',
  });
  await expectRefusal(() => store.get(`/v1/orders/${foreign.id}`), { status: 404, code: 'not_found', pointer: null });
  await expectRefusal(() => store.get(`/v1/accounts/${foreign.account_id}`), {
    status: 404,
    code: 'not_found',
    pointer: null,
  });
  await expectRefusal(() => store.post(`/v1/orders/${foreign.id}/cancellations`, { reason: 'x' }), {
    status: 404,
    code: 'not_found',
    pointer: null,
  });
  await expectRefusal(() => store.post('/v1/direct_debits', { account_id: foreign.account_id }), {
    status: 404,
    code: 'not_found',
    pointer: '/account_id',
  });
});

test('a method that the path does not support is rejected, and header Allow lists the supported ones', async () => {
  const answer = await fetch(`${api.url}/v1/orders`, { method: 'DELETE', headers: { 'idempotency-key': 'k' } });
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('POST, GET');
  expect(await answer.json()).toMatchObject({ code: 'method_not_allowed', status: 405 });
});

test('missing consent, and consent to an older version of the terms (B1)', async () => {
  const withoutConsent = await store.account({ consent: undefined });
  const withOldConsent = await store.account({ consent: { terms_version: '2025-04' } });
  const expected = { status: 422, code: 'consent_missing', pointer: '/consent/terms_version' };
  await expectRefusal(order(transferOrder(withoutConsent.id, plan)), expected);
  await expectRefusal(order(transferOrder(withOldConsent.id, plan)), expected);
  await expectRefusal(
    order({ ...transferOrder(withOldConsent.id, plan), consent: { terms_version: '2025-04' } }),
    expected,
  );
  const accepted = await order({ ...transferOrder(withOldConsent.id, plan), consent: { terms_version: '2026-04' } })();
  expect(accepted.status).toBe(201);
});

test('a private person who pays by NP (P2)', async () => {
  const person = await store.account({ entity: 'individual' });
  await expectRefusal(order(transferOrder(person.id, plan)), {
    status: 422,
    code: 'private_person_np',
    pointer: '/payment/method',
  });
  expect((await order(cardOrder(person.id, plan))()).status).toBe(201);
});

test('a card brand outside P8, divided payments (P9), and an amount over the card limit', async () => {
  const expectCardRefusal = (payment: object, code: string, pointer: string) =>
    expectRefusal(order(cardOrder(account, plan, payment)), { status: 422, code, pointer });
  await expectCardRefusal({ brand: 'UnionPay' }, 'card_brand_unsupported', '/payment/brand');
  await expectCardRefusal({ divisions: 3 }, 'divided_payment_unsupported', '/payment/divisions');
  // 30,000 × 304 × 1.1 = 10,032,000
  const large = { ...cardOrder(account, plan), lines: [{ plan_id: plan, quantity: 304 }] };
  await expectRefusal(order(large), { status: 422, code: 'amount_over_card_limit', pointer: '/lines' });
  expect((await order(cardOrder(account, plan, { brand: 'Visa', divisions: 1 }))()).status).toBe(201);
});

test('a card number in any text, also grouped, full-width, as a number or as a member name; the log omits it', async () => {
  const body = (changes: object) => order({ ...transferOrder(account, plan), ...changes });
  const expected = (pointer: string) => ({ status: 400, code: 'card_number_in_text', pointer });
  await expectRefusal(body({ subject: '4111 1111 1111 1111' }), expected('/subject'));
  await expectRefusal(
    body({ metadata: { note: 'card ３５３０１１１３３３３０００００ please' } }),
    expected('/metadata/note'),
  );
  await expectRefusal(body({ metadata: { '5555-5555-5555-4444': 'x' } }), expected('/metadata'));
  await expectRefusal(body({ anything: [4111111111111111] }), expected('/anything/0'));
  const answer = await store.post('/v1/orders', { ...transferOrder(account, plan), subject: '4111111111111111' });
  expect(JSON.stringify(answer.body)).not.toContain('4111');
  expect(api.logged.join('')).not.toMatch(/4111 ?1111|5555-5555|３５３０/);
});

test('dates that do not exist', async () => {
  const bad = (effective_from: string) => () =>
    store.post('/v1/plans', { ...newPlan, code: 'B', price: { ...newPlan.price, effective_from } });
  for (const date of ['2026-02-29', '2026-13-01', '2026-4-1', 'tomorrow'])
    await expectRefusal(bad(date), { status: 400, code: 'invalid_date', pointer: '/price/effective_from' });
  await expectRefusal(() => store.post('/v1/clock/advance', { to: '2026-11-31' }), {
    status: 400,
    code: 'invalid_date',
    pointer: '/to',
  });
});

test('negative and fractional yen, and yen as text', async () => {
  for (const amount of [-1, 0.5, '100', 1e300])
    await expectRefusal(() => store.post('/v1/plans', { ...newPlan, code: 'B', price: { ...newPlan.price, amount } }), {
      status: 400,
      code: 'invalid_amount',
      pointer: '/price/amount',
    });
  await expectRefusal(() => store.post(`/v1/accounts/${account}/credit_limits`, { amount: -1, reason: 'x' }), {
    status: 400,
    code: 'invalid_amount',
    pointer: '/amount',
  });
});

test('a missing, unknown, revoked or foreign API key, and a role without permission', async () => {
  const ask = (key?: string) => () => api.ask('POST', '/v1/orders', { key, body: transferOrder(account, plan) });
  const unauthorized = { status: 401, code: 'unauthorized', pointer: null };
  await expectRefusal(ask(), unauthorized);
  await expectRefusal(ask('sk_test_unknown'), unauthorized);
  const made = await store.post('/v1/api_keys', { role: 'operator', name: 'to be revoked' }, 'admin');
  expect((await api.ask('DELETE', `/v1/api_keys/${made.body.id}`, { key: store.keyOf('admin') })).body.revoked).toBe(
    true,
  );
  await expectRefusal(ask(made.body.secret), unauthorized);
  await expectRefusal(ask((await api.store()).keyOf('operator')), {
    status: 404,
    code: 'not_found',
    pointer: '/account_id',
  });
  for (const role of ['finance', 'auditor', 'approver'] as const)
    await expectRefusal(ask(store.keyOf(role)), { status: 403, code: 'forbidden', pointer: null });
  await expectRefusal(ask(ADMIN_KEY), { status: 403, code: 'forbidden', pointer: null });
  await expectRefusal(() => store.post('/v1/stores', newStore, 'admin'), {
    status: 403,
    code: 'forbidden',
    pointer: null,
  });
});

test('an event of a mandate out of order, and a second mandate beside a running one', async () => {
  const buyer = await store.account();
  const made = await store.post('/v1/direct_debits', { account_id: buyer.id });
  const step = (verb: string, body: object) => () =>
    store.post(`/v1/direct_debits/${made.body.id}/${verb}`, body, 'finance');
  const outOfOrder = { status: 409, code: 'mandate_out_of_order', pointer: null };
  await expectRefusal(step('complete', { evidence: '通知書' }), outOfOrder);
  await expectRefusal(step('form_received', { on: '2026-10-05' }), outOfOrder);
  await expectRefusal(step('complete', {}), { status: 422, code: 'evidence_missing', pointer: '/evidence' });
  await expectRefusal(step('withdraw', { reason: ' ' }), { status: 422, code: 'reason_missing', pointer: '/reason' });
  await expectRefusal(() => store.post('/v1/direct_debits', { account_id: buyer.id }), {
    status: 409,
    code: 'mandate_already_running',
    pointer: null,
  });
});

test('one result for an unknown debit rejects the whole file', async () => {
  await api.db.debitRun.create({
    data: { storeId: store.id, nominal: period('2026-10'), debitOn: new Date('2026-10-27'), status: 'requested' },
  });
  const results = [
    { invoice_number: 'F-1-20261005-000001', code: '0' },
    { key: 'debit/inv_x/1', code: '1' },
  ];
  await expectRefusal(() => store.post('/v1/debit_runs/2026-10/results', { results }, 'finance'), {
    status: 422,
    code: 'unknown_debit',
    pointer: '/results/0/invoice_number',
  });
  await expectRefusal(
    () => store.post('/v1/debit_runs/2026-10/results', { results: [{ key: 'x', code: '7' }] }, 'finance'),
    {
      status: 400,
      code: 'invalid_request',
      pointer: null,
    },
  );
  await expectRefusal(() => store.post('/v1/debit_runs/2026-11/results', { results }, 'finance'), {
    status: 404,
    code: 'not_found',
    pointer: null,
  });
});

test('commands are rejected while the clock advances, and reads still work', async () => {
  const busy = await api.store();
  const made = await busy.order();
  expect((await busy.post('/v1/clock/advance', { to: '2026-11-01' })).status).toBe(202);
  const answer = await busy.post(`/v1/orders/${made.id}/cancellations`, { reason: 'x' });
  expect(answer).toMatchObject({ status: 409, body: { code: 'clock_advancing' } });
  expect(answer.headers.get('retry-after')).toBe('1');
  await expectRefusal(() => busy.post('/v1/orders', transferOrder(made.account_id, 'pln_x')), {
    status: 409,
    code: 'clock_advancing',
    pointer: null,
  });
  await expectRefusal(() => busy.post('/v1/clock/advance', { to: '2026-12-01' }), {
    status: 409,
    code: 'clock_advancing',
    pointer: null,
  });
  expect((await busy.get(`/v1/orders/${made.id}`)).status).toBe(200);
});

test('all invalid, missing and unknown members are reported together, in the caller’s language', async () => {
  const body = { ...newAccount('multi'), email: 'nobody', entity: undefined, colour: 'red' };
  const ja = await store.post('/v1/accounts', body);
  expect(ja.body.errors.map((error: { pointer: string }) => error.pointer).sort()).toEqual([
    '/colour',
    '/email',
    '/entity',
  ]);
  expect(ja.body.title).toBe('リクエストの内容が正しくありません。');
  const en = await store.post('/v1/accounts', body, 'operator', { 'accept-language': 'en' });
  expect(en.body.title).toBe('The request is not valid.');
});

test('bodies that are not JSON, too large, too deep or contain NUL; invalid paths and queries', async () => {
  await expectRefusal(() => store.post('/v1/orders', '{"account_id":'), {
    status: 400,
    code: 'invalid_request',
    pointer: null,
  });
  await expectRefusal(() => store.post('/v1/orders', { x: 'x'.repeat(110_000) }), {
    status: 413,
    code: 'invalid_request',
    pointer: null,
  });
  await expectRefusal(() => store.post('/v1/orders', '['.repeat(40_000) + ']'.repeat(40_000)), {
    status: 400,
    code: 'invalid_request',
    pointer: null,
  });
  await expectRefusal(order({ ...transferOrder(account, plan), subject: 'a\u0000b' }), {
    status: 400,
    code: 'invalid_request',
    pointer: '/subject',
  });
  await expectRefusal(() => store.get('/v1/orders?limit=101'), {
    status: 400,
    code: 'invalid_request',
    pointer: '/limit',
  });
  await expectRefusal(() => store.get('/v1/orders?colour=red'), {
    status: 400,
    code: 'invalid_request',
    pointer: '/colour',
  });
  await expectRefusal(() => store.get('/v1/orders?after=%00'), {
    status: 400,
    code: 'invalid_request',
    pointer: '/after',
  });
  await expectRefusal(() => store.get('/v1/orders/%00'), { status: 404, code: 'not_found', pointer: null });
  await expectRefusal(() => store.get('/v1/orders/%E0%A4%A'), { status: 404, code: 'not_found', pointer: null });
  await expectRefusal(() => store.get('/v1/closes/2026-13'), { status: 404, code: 'not_found', pointer: null });
  await expectRefusal(() => store.get('/v1/nothing'), { status: 404, code: 'not_found', pointer: null });
});

test('identifiers already in use', async () => {
  const twice = { ...transferOrder(account, plan), reference: 'twice' };
  expect((await order(twice)()).status).toBe(201);
  await expectRefusal(order(twice), { status: 409, code: 'already_exists', pointer: '/reference' });
  expect((await store.post('/v1/accounts', newAccount('aoba'))).status).toBe(201);
  await expectRefusal(() => store.post('/v1/accounts', newAccount('aoba')), {
    status: 409,
    code: 'already_exists',
    pointer: '/reference',
  });
  expect((await store.post('/v1/plans', { ...newPlan, code: 'taken' })).status).toBe(201);
  await expectRefusal(() => store.post('/v1/plans', { ...newPlan, code: 'taken' }), {
    status: 409,
    code: 'already_exists',
    pointer: '/code',
  });
});

test('of two concurrent requests with the same reference, one succeeds and the other conflicts', async () => {
  const both = await Promise.all([1, 2].map(() => store.post('/v1/accounts', newAccount('at-once'))));
  expect(both.map((answer) => answer.status).sort()).toEqual([201, 409]);
  expect(both.find((answer) => answer.status === 409)!.body.code).toBe('already_exists');
});

test('unknown cancellation terms, and a registration number in the wrong format', async () => {
  await expectRefusal(() => store.post('/v1/plans', { ...newPlan, code: 'C', cancellation_terms: 'never' }), {
    status: 422,
    code: 'unknown_cancellation_terms',
    pointer: '/cancellation_terms',
  });
  await expectRefusal(() => store.post('/v1/accounts', { ...newAccount('t'), registration_number: 'T123' }), {
    status: 422,
    code: 'invalid_registration_number',
    pointer: '/registration_number',
  });
});

test.each([
  ['a price times a quantity that is too large for NP', { lines: 100_000 }, 'invalid_amount', '/lines'],
  ['a card number grouped by dots', { subject: '4111.1111.1111.1111' }, 'card_number_in_text', '/subject'],
  ['a card number with one group per line', { subject: '4111\n1111\n1111\n1111' }, 'card_number_in_text', '/subject'],
  [
    'a card number in a member named id',
    { metadata: { id: '4111111111111111' } },
    'card_number_in_text',
    '/metadata/id',
  ],
  ['half of a surrogate pair', { metadata: { a: '\ud800' } }, 'invalid_request', '/metadata/a'],
])('%s', async (_what, { lines, ...more }: { lines?: number; [member: string]: unknown }, code, field) => {
  const before = await rowCounts();
  const order = { ...transferOrder(account, plan), ...more };
  if (lines) order.lines = [{ plan_id: plan, quantity: lines }];
  const { status, body } = await store.post('/v1/orders', order);
  expect([status >= 400 && status < 500, body.errors[0].code, body.errors[0].pointer]).toEqual([true, code, field]);
  expect(await rowCounts()).toEqual(before);
});
