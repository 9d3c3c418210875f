import { ApiUnderTest, type StoreUnderTest, transferOrder } from './support';

const api = new ApiUnderTest();
let store: StoreUnderTest;
beforeAll(async () => {
  await api.start();
  store = await api.store();
});
afterAll(() => api.stop());

test('a bank-transfer order is stored with its prices and the start of its workflow before the API answers', async () => {
  const account = await store.account();
  const plan = await store.plan();
  const made = await store.post('/v1/orders', {
    ...transferOrder(account.id, plan, 2),
    reference: 'R-1',
    po_number: 'PO-7',
  });

  expect(made).toMatchObject({
    status: 201,
    body: {
      status: 'received',
      method: 'bank_transfer',
      first_period: '2026-10',
      net: 60_000,
      total: 66_000,
      accepted_at: '2026-10-05T12:00:00.000+09:00',
      po_number: 'PO-7',
      next_action: null,
      lines: [{ plan_id: plan, quantity: 2, unit_amount: 30_000, rate_class: 'standard', status: 'scheduled' }],
    },
  });
  const { id } = made.body;
  expect(made.headers.get('location')).toBe(`/v1/orders/${id}`);
  expect(made.body.workflow).toEqual({
    id: `order/${id}`,
    url: `http://temporal.test/namespaces/default/workflows/order%2F${id}`,
  });
  const row = await api.db.dispatch.findFirstOrThrow({ where: { storeId: store.id, target: `order/${id}` } });
  expect(row).toMatchObject({
    id: `start/order/${id}`,
    kind: 'start',
    name: 'order',
    payload: { orderId: id, accountId: account.id },
    at: new Date('2026-10-05T12:00:00+09:00'),
  });
  expect(api.delivery.delivered).toContain(row.id);
});
