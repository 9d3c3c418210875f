import { createHash } from 'node:crypto';
import { period as monthOf } from '../../domain/calendar';
import { ApiUnderTest, type StoreUnderTest } from './support';

const api = new ApiUnderTest();
let store: StoreUnderTest;
let account: { id: string; billing_destinations: { id: string }[] };
beforeAll(async () => {
  await api.start();
  store = await api.store();
  account = await store.account();
});
afterAll(() => api.stop());

const date = (d: string) => new Date(`${d}T00:00:00Z`);

/** Writes a month's invoice as the close does. */
async function invoice(period: string, status: 'draft' | 'issued', number: string | null): Promise<string> {
  const own = { storeId: store.id, period: monthOf(period) };
  await api.db.billingPeriod.createMany({ data: [own], skipDuplicates: true });
  const id = `inv_${period}_${number ?? 'draft'}`;
  await api.db.invoice.create({
    data: {
      ...own,
      id,
      accountId: account.id,
      destinationId: account.billing_destinations[0]!.id,
      settlement: 'np',
      method: 'bank_transfer',
      kind: 'invoice',
      issuer: 'np',
      status,
      number,
      net: 30_000n,
      tax: 3_000n,
      total: 33_000n,
      taxes: [{ rate_class: 'standard', rate: 10, net: 30_000, tax: 3_000, gross: 33_000 }],
      closeOn: date(`${period}-28`),
      ...(status === 'issued' && {
        issuedOn: date('2026-11-05'),
        dueOn: date('2026-11-30'),
        recipient: {
          company: '株式会社あおば',
          department: null,
          person: '担当',
          postal_code: '1000001',
          address: '東京都',
        },
      }),
    },
  });
  return id;
}

async function document(invoiceId: string, revision: number, issuedOn: string, amount: bigint): Promise<string> {
  const bytes = Buffer.from(`%PDF-1.7 ${invoiceId} ${revision}`);
  const id = `doc_${invoiceId}_${revision}`;
  await api.db.document.create({
    data: {
      storeId: store.id,
      id,
      kind: 'invoice',
      origin: 'received',
      invoiceId,
      revision,
      issuedOn: date(issuedOn),
      amount,
      counterparty: '株式会社あおば',
      contentType: 'application/pdf',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes,
    },
  });
  return id;
}

test('an invoice with its taxes, revisions and payments, and the newest document', async () => {
  const id = await invoice('2026-10', 'issued', 'F-1-20261105-000001');
  await document(id, 1, '2026-11-05', 33_000n);
  await document(id, 2, '2026-12-01', 33_000n);
  await api.db.payment.create({
    data: {
      storeId: store.id,
      id: 'pay_1',
      sourceKey: 'np/e1',
      source: 'np',
      accountId: account.id,
      invoiceId: id,
      amount: 33_000n,
      paidOn: date('2026-11-30'),
      knownAt: new Date(),
    },
  });
  const { body } = await store.get(`/v1/invoices/${id}`, 'storefront');
  expect(body).toMatchObject({
    number: 'F-1-20261105-000001',
    period: '2026-10',
    total: 33_000,
    due_on: '2026-11-30',
    revisions: [
      { revision: 1, issued_on: '2026-11-05' },
      { revision: 2, issued_on: '2026-12-01' },
    ],
    payments: [{ amount: 33_000, paid_on: '2026-11-30', source: 'np' }],
  });
  const newest = await store.get(`/v1/invoices/${id}/document`, 'storefront');
  expect(newest.headers.get('content-type')).toBe('application/pdf');
  expect(newest.headers.get('content-disposition')).toBe("inline; filename*=UTF-8''F-1-20261105-000001-2.pdf");
  expect(newest.body).toBe(`%PDF-1.7 ${id} 2`);
  expect((await store.get(`/v1/invoices/${id}/document?revision=1`)).body).toBe(`%PDF-1.7 ${id} 1`);
  expect((await store.get(`/v1/invoices/${id}/document?revision=3`)).status).toBe(404);
  expect((await store.get('/v1/payments')).body.data).toMatchObject([{ invoice_id: id, source_key: 'np/e1' }]);
});

test('invoices are listed newest month first, across pages, and filtered', async () => {
  await invoice('2026-12', 'draft', null);
  await invoice('2026-11', 'issued', 'F-1-20261203-000001');
  const first = await store.get('/v1/invoices?limit=2');
  const second = await store.get(`/v1/invoices?limit=2&after=${first.body.next}`);
  const periods = [...first.body.data, ...second.body.data].map((row: { period: string }) => row.period);
  expect(periods).toEqual(['2026-12', '2026-11', '2026-10']);
  expect((await store.get('/v1/invoices?status=draft')).body.data).toMatchObject([{ period: '2026-12', number: null }]);
  expect((await store.get('/v1/invoices?after=nonsense')).body.errors[0]).toMatchObject({ pointer: '/after' });
});

test('documents are searched by date, amount and counterparty together (電子帳簿保存法)', async () => {
  const id = await invoice('2027-01', 'issued', 'F-1-20270203-000001');
  const expected = await document(id, 1, '2027-02-03', 88_000n);
  const find = async (query: string) =>
    (await store.get(`/v1/documents?${query}`, 'auditor')).body.data.map((row: { id: string }) => row.id);
  const name = `counterparty=${encodeURIComponent('あおば')}`;
  expect(await find(`from=2027-02-01&to=2027-02-03&amount_min=80000&amount_max=88000&${name}`)).toEqual([expected]);
  expect(await find(`from=2027-02-04&${name}`)).toEqual([]);
  expect(await find('amount_min=88001')).toEqual([]);
  expect(await find(`counterparty=${encodeURIComponent('ぶどう')}`)).toEqual([]);
  expect((await store.get('/v1/documents?amount_min=-1')).body.errors[0]).toMatchObject({
    code: 'invalid_amount',
    pointer: '/amount_min',
  });
  expect((await store.get(`/v1/documents/${expected}`)).body).toBe(`%PDF-1.7 ${id} 1`);
  expect((await (await api.store()).get(`/v1/documents/${expected}`)).status).toBe(404);
});

test('results of a debit day are accepted by invoice number', async () => {
  const id = await invoice('2027-02', 'issued', 'F-1-20270303-000001');
  const run = { storeId: store.id, nominal: monthOf('2027-03') };
  await api.db.debitRun.create({ data: { ...run, debitOn: date('2027-03-29'), status: 'requested' } });
  await api.db.debit.create({ data: { ...run, key: `debit/${id}/1`, invoiceId: id, amount: 33_000n } });
  const results = [{ invoice_number: 'F-1-20270303-000001', code: '1' }];
  expect((await store.post('/v1/debit_runs/2027-03/results', { results }, 'operator')).status).toBe(403);
  expect((await store.post('/v1/debit_runs/2027-03/results', { results }, 'finance')).body).toMatchObject({
    nominal: '2027-03',
    debits: [{ invoice_number: 'F-1-20270303-000001', status: 'requested' }],
  });
  const row = await api.db.dispatch.findFirstOrThrow({ where: { storeId: store.id, name: 'importResults' } });
  expect(row).toMatchObject({
    target: `debit-run/${store.id}/2027-03`,
    payload: { results: [{ key: `debit/${id}/1`, code: '1' }] },
  });
});

test('an in-house store accepts private persons by bank transfer, and no cards without SBPS', async () => {
  const own = await api.store();
  await api.db.store.update({ where: { id: own.id }, data: { settlement: 'in_house' } });
  await api.db.$executeRaw`UPDATE stores SET sbps = NULL WHERE id = ${own.id}`;
  const [person, plan] = [await own.account({ entity: 'individual' }), await own.plan()];
  const order = (payment: object) =>
    own.post('/v1/orders', { account_id: person.id, payment, lines: [{ plan_id: plan, quantity: 1 }] });
  expect((await order({ method: 'bank_transfer' })).status).toBe(201);
  expect((await order({ method: 'card', token: 't', token_key: 'k' })).body.errors[0]).toMatchObject({
    code: 'conflict',
    pointer: '/payment/method',
  });
});

test('health: the process and its dependencies', async () => {
  expect((await api.ask('GET', '/healthz')).body).toEqual({ status: 'ok' });
  expect((await api.ask('GET', '/readyz')).body).toEqual({ status: 'ready', database: true, temporal: null });
  expect((await api.ask('GET', '/docs/errors')).body).toContain('id="order_not_held"');
  expect((await api.ask('GET', '/v1/openapi.json')).body.openapi).toBe('3.1.0');
  const answer = await api.ask('GET', '/v1/orders', { headers: { 'x-request-id': 'shop-42' } });
  expect(answer.headers.get('request-id')).toBe('shop-42');
  expect(answer.body.request_id).toBe('shop-42');
});
