import { period as monthOf } from '../../domain/calendar';
import type { OrderState } from '../../domain/order/lifecycle';
import { ApiUnderTest, type StoreUnderTest, cardOrder } from './support';

/* The message that a command writes for its workflow, and the states in which it is rejected. Other tests run the workflows. */

const api = new ApiUnderTest();
let store: StoreUnderTest;
beforeAll(async () => {
  await api.start();
  store = await api.store();
});
afterAll(() => api.stop());

async function setStatus(orderId: string, status: OrderState): Promise<void> {
  await api.db.order.update({ where: { storeId_id: { storeId: store.id, id: orderId } }, data: { status } });
}

/** The command with that name in the workflow's dispatch rows, with its audit entry. */
async function findCommand(target: string, name: string) {
  const row = await api.db.dispatch.findFirstOrThrow({ where: { storeId: store.id, target, name, kind: 'update' } });
  const audits = await api.db.auditEntry.findMany({ where: { storeId: store.id, action: name } });
  const audit = audits.find((entry) => (entry.after as { message: string }).message === row.id);
  return { payload: row.payload, reason: audit?.reason, role: audit?.role, actor: audit?.actor };
}

test('release: only a held order; the reason is recorded with the person who gave it', async () => {
  const { id } = await store.order();
  expect(await store.post(`/v1/orders/${id}/release`, { reason: '増枠' })).toMatchObject({
    status: 409,
    body: { code: 'order_not_held', errors: [{ params: { state: 'received' } }] },
  });
  await setStatus(id, 'held');
  expect((await store.post(`/v1/orders/${id}/release`, {})).body.code).toBe('reason_missing');
  expect((await store.post(`/v1/orders/${id}/release`, { reason: '増枠' }, 'finance')).status).toBe(403);
  expect((await store.post(`/v1/orders/${id}/release`, { reason: '増枠' })).status).toBe(200);
  const release = await findCommand(`order/${id}`, 'release');
  expect(release).toMatchObject({ reason: '増枠', role: 'operator' });
  expect(release.payload).toEqual({ by: release.actor });
});

test('service start: only while the order is being provisioned', async () => {
  const { id } = await store.order();
  const start = () => store.post(`/v1/orders/${id}/service_start`, { on: '2026-10-05' });
  expect((await start()).body.code).toBe('service_start_unexpected');
  await setStatus(id, 'provisioning');
  expect((await start()).status).toBe(200);
  expect(await findCommand(`order/${id}`, 'serviceStarted')).toMatchObject({ payload: { on: '2026-10-05' } });
});

test('cancellation: the preview follows the line’s terms and is reported once a day; then it is requested', async () => {
  const order = await store.order();
  const line = order.lines[0]!.subscription_id;
  const preview = () => store.post(`/v1/orders/${order.id}/cancellations/preview`, {}, 'storefront');
  expect((await preview()).body).toMatchObject({
    ends_on: '2026-10-05',
    last_period: null,
    lines: [{ reason: 'not_started' }],
  });

  await setStatus(order.id, 'active');
  await api.db.subscription.update({
    where: { storeId_id: { storeId: store.id, id: line } },
    data: { status: 'active', startsOn: new Date('2026-10-05') },
  });
  // Notice in October: the contract ends at the end of November.
  const expected = { asked_on: '2026-10-05', ends_on: '2026-11-30', last_period: '2026-11' };
  expect((await preview()).body).toMatchObject({ ...expected, lines: [{ subscription_id: line, reason: 'notice' }] });
  await preview();
  const events = await store.get('/v1/events?type=cancellation.previewed');
  expect(
    events.body.data.filter(
      (e: { order: string; ends_on: string }) => e.order === order.id && e.ends_on === '2026-11-30',
    ),
  ).toHaveLength(1);

  expect(await store.post(`/v1/orders/${order.id}/cancellations`, { lines: ['sub_x'], reason: 'x' })).toMatchObject({
    status: 404,
    body: { errors: [{ pointer: '/lines/0' }] },
  });
  expect(
    (await store.post(`/v1/orders/${order.id}/cancellations`, { lines: [line], reason: '不要' }, 'storefront')).status,
  ).toBe(200);
  expect(await findCommand(`order/${order.id}`, 'cancel')).toMatchObject({
    payload: { lines: [line] },
    reason: '不要',
  });

  await setStatus(order.id, 'ended');
  expect((await preview()).body.code).toBe('order_not_cancellable');
});

test('only a running card order can replace its card; the tokens stay in the database', async () => {
  const [account, plan] = [await store.account(), await store.plan()];
  const order = (await store.post('/v1/orders', cardOrder(account.id, plan))).body;
  const replace = (id: string, body: object = {}) =>
    store.post(`/v1/orders/${id}/card`, { token: 'tok_2', token_key: 'tkey_2', ...body }, 'storefront');
  expect((await replace(order.id)).body.code).toBe('conflict');
  await setStatus(order.id, 'suspended');
  expect((await replace(order.id, { brand: 'UnionPay' })).body.errors[0]).toMatchObject({
    code: 'card_brand_unsupported',
    pointer: '/brand',
  });
  expect((await replace(order.id)).status).toBe(200);
  const [first, second] = await api.db.cardAuthentication.findMany({
    where: { orderId: order.id },
    orderBy: { id: 'asc' },
  });
  expect(first).toMatchObject({ purpose: 'order', token: 'tok_1' });
  expect(second).toMatchObject({ purpose: 'replacement', token: 'tok_2', tokenKey: 'tkey_2' });
  const { payload } = await findCommand(`order/${order.id}`, 'replaceCard');
  expect(payload).toMatchObject({ authenticationRef: second!.id });
  expect(JSON.stringify(payload)).not.toContain('tok_2');
});

test('3-D Secure: the order returns the redirect; each return only makes the workflow ask SBPS for the result', async () => {
  const [account, plan] = [await store.account(), await store.plan()];
  const return_urls = { ok: 'https://shop.example/ok', ng: 'https://shop.example/ng' };
  const order = (await store.post('/v1/orders', cardOrder(account.id, plan, { return_urls }))).body;
  const authentication = await api.db.cardAuthentication.findFirstOrThrow({ where: { orderId: order.id } });
  const where = { storeId_id: { storeId: store.id, id: authentication.id } };
  await api.db.cardAuthentication.update({
    where,
    data: { status: 'redirected', redirectUrl: 'https://sbps.test/3ds' },
  });
  expect((await store.get(`/v1/orders/${order.id}`)).body.next_action).toEqual({
    type: 'redirect',
    url: 'https://sbps.test/3ds',
  });

  const back = await api.ask('GET', `/v1/card_returns/${authentication.id}/ok`);
  expect(back.status).toBe(200);
  expect(back.body).toContain('確認しています');
  await api.db.cardAuthentication.update({ where, data: { status: 'passed' } });
  const again = await api.ask('GET', `/v1/card_returns/${authentication.id}/ok`);
  expect(again.body).toContain('本人認証が完了しました');
  expect(again.body).toContain('href="https://shop.example/ok"');
  const signals = await api.db.dispatch.findMany({ where: { name: 'cardReturned', target: `order/${order.id}` } });
  // Each return sends a signal, because a buyer who returns too early returns again.
  const signal = { authenticationRef: authentication.id, result: 'ok' };
  expect(signals.map((row) => row.payload)).toEqual([signal, signal]);
  await api.db.clock.update({ where: { storeId: store.id }, data: { status: 'advancing', targetAt: new Date() } });
  const busy = await api.ask('GET', `/v1/card_returns/${authentication.id}/ok`);
  expect(busy.status).toBe(409);
  expect(busy.body).toContain('再読み込み');
  await api.db.clock.update({ where: { storeId: store.id }, data: { status: 'ready', targetAt: null } });
  for (const path of [`${authentication.id}/maybe`, 'ca_0000000000000000000000/ok'])
    expect((await api.ask('GET', `/v1/card_returns/${path}`)).status).toBe(404);
});

test('direct debit: a request records the event and starts the workflow; each step is sent to the workflow', async () => {
  const account = await store.account();
  const made = await store.post('/v1/direct_debits', { account_id: account.id }, 'storefront');
  expect(made).toMatchObject({ status: 201, body: { status: 'requested', requested_on: '2026-10-05' } });
  const { id } = made.body;
  const start = await api.db.dispatch.findFirstOrThrow({ where: { target: `direct-debit/${id}` } });
  expect(start).toMatchObject({ name: 'directDebit', payload: { directDebitId: id, accountId: account.id } });
  const events = await store.get('/v1/events?type=direct_debit.requested');
  expect(events.body.data).toMatchObject([
    { on: '2026-10-05', event: 'direct_debit.requested', account_id: account.id },
  ]);

  const post = (on: string, role: 'operator' | 'finance') =>
    store.post(`/v1/direct_debits/${id}/form_posted`, { on }, role);
  expect((await post('2026-10-05', 'operator')).status).toBe(403);
  for (const on of ['2026-10-04', '2026-10-06'])
    expect(await post(on, 'finance')).toMatchObject({ status: 400, body: { errors: [{ pointer: '/on' }] } });
  expect((await post('2026-10-05', 'finance')).status).toBe(200);
  expect(await findCommand(`direct-debit/${id}`, 'formPosted')).toMatchObject({
    payload: { on: '2026-10-05' },
    role: 'finance',
  });
});

test('of three concurrent requests for a direct debit, one succeeds', async () => {
  const account = await store.account();
  const ask = () => store.post('/v1/direct_debits', { account_id: account.id }, 'storefront');
  const answers = await Promise.all([ask(), ask(), ask()]);
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409]);
});

test('a credit limit granted by NP is recorded with its reason; only a held screening can be requested again', async () => {
  const account = await store.account();
  const destination = account.billing_destinations[0]!.id;
  const limit = { amount: 200_000, reason: 'NPより増枠の連絡' };
  expect((await store.post(`/v1/accounts/${account.id}/credit_limits`, limit)).body).toMatchObject({
    id: destination,
    credit_limit: 200_000,
  });
  expect(
    await api.db.auditEntry.findFirst({ where: { target: destination, action: 'credit_limit.set' } }),
  ).toMatchObject({
    reason: limit.reason,
    before: { credit_limit: null },
    after: { credit_limit: 200_000 },
  });
  const reapply = () => store.post(`/v1/accounts/${account.id}/screening/reapply`, { reason: '住所訂正' });
  expect((await reapply()).body.code).toBe('screening_not_open');
  await api.db.billingDestination.update({
    where: { storeId_id: { storeId: store.id, id: destination } },
    data: { buyerStatus: 'held', npBuyerId: '12345678901' },
  });
  expect((await reapply()).status).toBe(200);
  expect(await findCommand(`account/${account.id}`, 'reapply')).toMatchObject({
    payload: { destinationId: destination },
  });
});

test('a close accepts approve, hold and redraft only while it is in review', async () => {
  const period = monthOf('2026-10');
  await api.db.billingPeriod.create({ data: { storeId: store.id, period, status: 'frozen' } });
  const where = { storeId_period: { storeId: store.id, period } };
  await api.db.close.create({
    data: {
      storeId: store.id,
      period,
      status: 'drafting',
      closeOn: new Date('2026-10-31'),
      issueOn: new Date('2026-11-05'),
    },
  });
  const approve = (role: 'finance' | 'approver' | 'operator') => store.post(`/v1/closes/${period}/approve`, {}, role);
  expect((await approve('finance')).body.code).toBe('close_not_in_review');
  await api.db.close.update({ where, data: { status: 'review' } });
  expect((await approve('operator')).status).toBe(403);
  expect((await approve('approver')).body).toMatchObject({ period, status: 'review', invoices: [], blockers: [] });
  expect(await findCommand(`close/${store.id}/${period}`, 'approve')).toMatchObject({ role: 'approver' });
  const hold = { invoice_id: 'inv_x', reason: '確認中' };
  expect((await store.post(`/v1/closes/${period}/hold`, hold, 'finance')).body.errors[0]).toMatchObject({
    code: 'not_found',
    pointer: '/invoice_id',
  });
  expect((await store.post(`/v1/closes/${period}/redraft`, { reason: '単価訂正' }, 'finance')).status).toBe(200);
  expect((await store.get('/v1/closes')).body.data).toHaveLength(1);
});

test('the repair of an incident is sent to the workflow that waits for the decision', async () => {
  const order = await store.order();
  const id = `np-txn/${order.id}/2026-10/1`;
  const incident = {
    storeId: store.id,
    kind: 'np_registration',
    owner: 'operator',
    detail: {},
    openedAt: new Date(),
  } as const;
  await api.db.incident.create({ data: { ...incident, id, workflowId: `order/${order.id}` } });
  await api.db.wait.create({
    data: {
      storeId: store.id,
      workflowId: `order/${order.id}`,
      waitingFor: 'repair',
      owner: 'operator',
      dueAt: new Date(),
      since: new Date(),
    },
  });
  const repair = (of: string, body: object) => store.post(`/v1/incidents/${of}/repair`, body);
  expect((await repair(id, { how: 'ignore', reason: 'x' })).status).toBe(400);
  expect((await repair(id, { how: { resolve_as: 'registered' }, reason: 'NPに確認' })).body.id).toBe(id);
  expect(await findCommand(`order/${order.id}`, 'repair')).toMatchObject({
    payload: { incident: id, how: { resolveAs: 'registered' } },
    reason: 'NPに確認',
  });
});

test('an incident that no workflow waits for is resolved at once, with the reason', async () => {
  const incident = { storeId: store.id, kind: 'news_not_understood', owner: 'operator', detail: {} } as const;
  await api.db.incident.create({ data: { ...incident, id: 'news/1', openedAt: new Date() } });
  const repair = (how: unknown) => store.post('/v1/incidents/news/1/repair', { how, reason: 'NPに確認' });
  expect((await repair('retry')).body.code).toBe('repair_not_possible');
  expect(await repair({ resolve_as: 'booked by hand' })).toMatchObject({
    status: 200,
    body: {
      status: 'resolved',
      resolution: '{"resolveAs":"booked by hand"}',
      resolved_at: '2026-10-05T12:00:00.000+09:00',
    },
  });
  expect((await repair({ resolve_as: 'booked by hand' })).body.code).toBe('conflict');
  const audits = await api.db.auditEntry.findMany({ where: { storeId: store.id, target: 'news/1' } });
  expect(audits).toMatchObject([{ action: 'repair', reason: 'NPに確認', role: 'operator' }]);
});

test('a retry queues a mail with unknown result again', async () => {
  const [storeId, key] = [store.id, 'mail/order.declined/ord_1/order-declined-overdue/1'];
  const done = { deliveredAt: new Date(), processedAt: new Date() };
  const at = new Date('2026-10-05T12:00:00+09:00');
  await api.db.mail.create({
    data: {
      storeId,
      key,
      template: 'order-declined-overdue',
      accountId: 'acc_1',
      data: { order: { number: 'ord_1', orderedOn: '2026-10-05', summary: '商品A × 1', total: 33_000 } },
      recipients: ['a@example.com'],
      status: 'unknown',
      firstTriedAt: at,
    },
  });
  const row = { kind: 'mail', target: key, name: 'order-declined-overdue', payload: {}, at, dueAt: at } as const;
  await api.db.dispatch.create({ data: { storeId, id: key, ...row, ...done } });
  await api.db.incident.create({
    data: { storeId, id: key, kind: 'mail_unknown', owner: 'operator', detail: {}, openedAt: at },
  });
  const answer = await store.post(`/v1/incidents/${key}/repair`, { how: 'retry', reason: '届いていない' });
  expect(answer).toMatchObject({ status: 200, body: { status: 'resolved' } });
  expect(await api.db.mail.findFirst({ where: { storeId, key } })).toMatchObject({
    status: 'queued',
    firstTriedAt: null,
  });
  expect(await api.db.dispatch.findFirst({ where: { storeId, id: key } })).toMatchObject({
    deliveredAt: null,
    processedAt: null,
  });
});
