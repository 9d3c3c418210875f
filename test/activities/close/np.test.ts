import { closeBook } from '../../../activities/close/book';
import { npBillingGateway } from '../../../activities/close/np/billing';
import { registerOrderPeriod } from '../../../activities/order/np-registration';
import { periodBook } from '../../../activities/close/period';
import { instant, period } from '../../../domain/calendar';
import { yen } from '../../../domain/money';
import type { Db } from '../../../prisma/db';
import type { IssuedBill } from '../../../providers/credit/port';
import { TestStore, openTestDb } from './store';

const OCTOBER = period('2026-10');
const at = instant('2026-11-05T09:00:00+09:00');
const AOBA = '10000000001';
const BUDOU = '10000000002';

let db: Db;
beforeAll(() => {
  db = openTestDb();
});
afterAll(() => db.$disconnect());

const factOf = (store: TestStore) => ({ storeId: store.id, at, period: OCTOBER });
const firstChunk = (store: TestStore) => ({ ...factOf(store), after: null });

/** aoba with two orders and budou with one. October is open. */
async function twoBuyers(): Promise<TestStore> {
  const store = await TestStore.make(db, 'np');
  await store.buyer('aoba');
  await store.buyer('budou');
  await store.order('a1', 'aoba');
  await store.order('a2', 'aoba', [{ amount: 105, quantity: 3 }]);
  await store.order('b1', 'budou', [{ amount: 80_000 }]);
  await periodBook(store.deps).openPeriod(factOf(store));
  return store;
}

async function requested(): Promise<TestStore> {
  const store = await twoBuyers();
  const np = npBillingGateway(store.deps);
  const close = closeBook(store.deps);
  await np.registerPeriodChunk(firstChunk(store));
  await close.freezePeriod(factOf(store));
  await close.draftChunk(firstChunk(store));
  await close.presentDrafts(factOf(store));
  await close.approveClose({ ...factOf(store), messageId: 'm1', by: 'key_finance' });
  await np.requestBillingChunk(firstChunk(store));
  await close.billingRequested(factOf(store));
  return store;
}

const bill = (store: TestStore, number: string, buyerId: string, over: Partial<IssuedBill> = {}) =>
  store.bill(number, buyerId, { period: OCTOBER, ...over });

async function mirrorAll(store: TestStore): Promise<void> {
  let after: string | null = null;
  do ({ next: after } = await npBillingGateway(store.deps).mirrorChunk({ ...factOf(store), after }));
  while (after !== null);
}

describe('registering the month with NP', () => {
  test('one transaction per order, with tax, whose lines multiply to the total', async () => {
    const store = await twoBuyers();
    await store.twiceComparingBooks(() => npBillingGateway(store.deps).registerPeriodChunk(firstChunk(store)));

    expect(store.np.registered.get('ord_a2.202610.1')).toEqual({
      shopTransactionId: 'ord_a2.202610.1',
      buyerId: AOBA,
      orderedOn: '2026-10-05',
      total: 346, // 315 × 1.1, which three units cannot divide evenly
      lines: [{ text: '商品A-1', price: 346, quantity: 1, rateClass: 'standard' }],
    });
    const { items, transactions } = await store.books();
    expect(items.map((item) => item.status)).toEqual(['billable', 'billable', 'billable']);
    expect(transactions).toMatchObject([
      { key: 'np-txn/ord_a1/2026-10/1', status: 'registered', total: 33_000n },
      { key: 'np-txn/ord_a2/2026-10/1', status: 'registered', total: 346n },
      { key: 'np-txn/ord_b1/2026-10/1', status: 'registered', total: 88_000n },
    ]);
  });

  test('a total that the quantity divides evenly is sent with the quantity', async () => {
    const store = await TestStore.make(db, 'np');
    await store.buyer('aoba');
    await store.order('a1', 'aoba', [{ amount: 1_000, quantity: 3 }]);
    await periodBook(store.deps).openPeriod(factOf(store));
    await npBillingGateway(store.deps).registerPeriodChunk(firstChunk(store));
    expect(store.np.registered.get('ord_a1.202610.1')).toMatchObject({ lines: [{ price: 1_100, quantity: 3 }] });
  });

  test('a refused registration signals the order that it is at risk, and nothing is billed', async () => {
    const store = await twoBuyers();
    store.np.refuse.set('ord_b1', '21');
    await store.twiceComparingBooks(() => npBillingGateway(store.deps).registerPeriodChunk(firstChunk(store)));
    const { items, transactions, dispatch } = await store.books();
    expect(items.find((item) => item.orderId === 'ord_b1')).toMatchObject({ status: 'refused' });
    expect(transactions.find((t) => t.orderId === 'ord_b1')).toMatchObject({ status: 'refused', ngReason: '21' });
    expect(dispatch).toMatchObject([
      { kind: 'signal', target: 'order/ord_b1', name: 'atRisk', payload: { period: '2026-10', reason: '21' } },
    ]);
  });

  test('after a lost answer the transaction is looked up, never sent again', async () => {
    const store = await twoBuyers();
    store.np.lost.add('ord_a1.202610.1');
    const np = npBillingGateway(store.deps);
    await expect(np.registerPeriodChunk(firstChunk(store))).rejects.toMatchObject({
      message: 'timed out',
      details: [{ next: null }],
    });
    expect((await store.books()).transactions.map((t) => t.orderId)).toEqual(['ord_a2', 'ord_b1']);

    await np.registerPeriodChunk(firstChunk(store));

    expect(store.np.registrations).toBe(3);
    expect((await store.books()).transactions).toHaveLength(3);
  });

  test('a transaction that NP rejects as invalid opens an incident; the others continue', async () => {
    const store = await twoBuyers();
    store.np.broken.add('ord_a1.202610.1');
    expect(await npBillingGateway(store.deps).registerPeriodChunk(firstChunk(store))).toEqual({ next: null, count: 3 });
    expect(await store.incidents()).toEqual(['np_registration_failed']);
    expect((await store.books()).transactions.map((t) => t.orderId)).toEqual(['ord_a2', 'ord_b1']);
  });

  test('a new order is registered by its lines, before it has items; after a refusal and a release it is registered again', async () => {
    const store = await TestStore.make(db, 'np');
    await store.buyer('budou');
    await store.order('b1', 'budou', [{ amount: 80_000 }], { status: 'received' });
    const register = (n: number) =>
      registerOrderPeriod(store.deps, { storeId: store.id, orderId: 'ord_b1', period: OCTOBER, n, at });
    store.np.refuse.set('ord_b1', '22');
    expect(await store.twice(() => register(1))).toEqual({ outcome: 'refused', reason: '22' });
    store.np.refuse.clear();
    expect(await store.twice(() => register(2))).toEqual({
      outcome: 'registered',
      transactionId: 'np-ord_b1.202610.2',
    });
    expect((await store.books()).transactions).toMatchObject([
      { n: 1, status: 'refused' },
      { n: 2, status: 'registered', total: 88_000n },
    ]);
  });
});

describe('requesting billing', () => {
  test('once for every registration of the approved drafts, with the close date; held drafts are left out', async () => {
    const store = await twoBuyers();
    const np = npBillingGateway(store.deps);
    const close = closeBook(store.deps);
    await np.registerPeriodChunk(firstChunk(store));
    await close.freezePeriod(factOf(store));
    await close.draftChunk(firstChunk(store));
    await close.presentDrafts(factOf(store));
    await close.holdInvoice({ ...factOf(store), invoiceId: 'inv_budou_202610_np', held: true, messageId: 'm1' });
    await store.twice(() => close.approveClose({ ...factOf(store), messageId: 'm2', by: 'key_finance' }));
    expect((await store.books()).closes).toMatchObject([{ status: 'requesting', approvedBy: 'key_finance' }]);

    await store.twice(() => np.requestBillingChunk(firstChunk(store)));
    await store.twice(() => close.billingRequested(factOf(store)));

    expect(store.np.billing).toEqual([
      [
        { transactionId: 'np-ord_a1.202610.1', baseDate: '2026-10-31' },
        { transactionId: 'np-ord_a2.202610.1', baseDate: '2026-10-31' },
      ],
    ]);
    const { invoices, closes } = await store.books();
    expect(invoices.map((i) => i.status)).toEqual(['requested', 'held']);
    expect(closes).toMatchObject([{ status: 'awaiting_issue' }]);
    expect(await store.events('billing.requested')).toEqual([
      { on: '2026-11-05', event: 'billing.requested', account: 'acc_aoba', amount: 33_346 },
    ]);
  });
});

describe("mirroring NP's bills", () => {
  test('freezes number, dates and recipient, posts sale and assignment, records the event and stores the document', async () => {
    const store = await requested();
    store.np.bills = [bill(store, 'F-1-20261105-000001', AOBA), bill(store, 'F-1-20261105-000002', BUDOU)];

    await store.twice(() => mirrorAll(store));

    const { invoices, transactions, entries, documents } = await store.books();
    expect(invoices).toMatchObject([
      {
        id: 'inv_aoba_202610_np',
        status: 'issued',
        number: 'F-1-20261105-000001',
        documentId: 'doc_inv_aoba_202610_np_1',
        recipient: {
          company: 'aoba株式会社',
          department: '経理部',
          email_to: 'aoba@example.com',
          email_cc: ['cc-aoba@example.com'],
        },
      },
      { id: 'inv_budou_202610_np', status: 'issued', number: 'F-1-20261105-000002' },
    ]);
    expect(transactions.every((t) => t.status === 'billed')).toBe(true);
    expect(linesOf(entries)).toEqual([
      'np-assignment/inv_aoba_202610_np 2026-11-05 D 1150 33346',
      'np-assignment/inv_aoba_202610_np 2026-11-05 C 1130 33346',
      'np-assignment/inv_budou_202610_np 2026-11-05 D 1150 88000',
      'np-assignment/inv_budou_202610_np 2026-11-05 C 1130 88000',
      'sale/inv_aoba_202610_np 2026-10-31 D 1130 33346',
      'sale/inv_aoba_202610_np 2026-10-31 C 4110 30315',
      'sale/inv_aoba_202610_np 2026-10-31 C 2150 3031',
      'sale/inv_budou_202610_np 2026-10-31 D 1130 88000',
      'sale/inv_budou_202610_np 2026-10-31 C 4110 80000',
      'sale/inv_budou_202610_np 2026-10-31 C 2150 8000',
    ]);
    expect(await store.events('invoice.issued')).toEqual([
      {
        on: '2026-11-05',
        event: 'invoice.issued',
        account: 'acc_aoba',
        amount: 33_346,
        issuer: 'np',
        number: 'F-1-20261105-000001',
        due_on: '2026-11-30',
      },
      expect.objectContaining({ account: 'acc_budou', amount: 88_000, number: 'F-1-20261105-000002' }),
    ]);
    expect(documents).toMatchObject([
      {
        invoiceId: 'inv_aoba_202610_np',
        origin: 'received',
        kind: 'invoice',
        amount: 33_346n,
        counterparty: 'aoba株式会社',
      },
      { invoiceId: 'inv_budou_202610_np' },
    ]);
    expect(await store.twice(() => closeBook(store.deps).closePeriod(factOf(store)))).toEqual({ missing: 0 });
    const closed = await store.books();
    expect([closed.periods[0]!.status, closed.closes[0]!.status]).toEqual(['closed', 'closed']);
    expect(closed.incidents).toEqual([]);
  });

  test.each([
    ['the total by a yen', { total: yen(88_001) }, 'total 88001, ours 88000'],
    ['the tax by a yen', { taxes: [{ rate: 10 as const, total: yen(88_000), tax: yen(7_999) }] }, 'taxes 10%'],
    ['the payment method', { kind: 'debit_notice' as const }, 'paid by direct_debit'],
    ['the buyer', { buyerId: AOBA }, 'buyer 10000000001'],
  ])(
    'an invoice whose bill differs in %s stays requested, with an incident; the others are issued',
    async (_, over, detail) => {
      const store = await requested();
      store.np.bills = [
        bill(store, 'F-1-20261105-000001', AOBA),
        { ...bill(store, 'F-1-20261105-000002', BUDOU), ...over },
      ];

      await store.twice(() => mirrorAll(store));

      const { invoices, incidents } = await store.books();
      expect(invoices.map((i) => i.status)).toEqual(['issued', 'requested']);
      expect(incidents).toMatchObject([{ kind: 'np_bill_differs', owner: 'finance' }]);
      expect(JSON.stringify(incidents[0]!.detail)).toContain(detail);
      expect(await closeBook(store.deps).closePeriod(factOf(store))).toEqual({ missing: 1 });
      expect((await store.books()).periods).toMatchObject([{ status: 'frozen' }]);
    },
  );

  test('a document that cannot be fetched opens an incident, which is resolved once it is fetched', async () => {
    const store = await requested();
    store.np.bills = [bill(store, 'F-1-20261105-000001', AOBA), bill(store, 'F-1-20261105-000002', BUDOU)];
    store.np.missingDocuments.add('F-1-20261105-000002');
    await store.twice(() => mirrorAll(store));
    expect((await store.books()).invoices.map((i) => i.status)).toEqual(['issued', 'issued']);
    expect((await store.books()).incidents).toMatchObject([{ kind: 'document_missing', status: 'open' }]);

    store.np.missingDocuments.clear();
    await store.twice(() =>
      npBillingGateway(store.deps).fetchBillDocument({ storeId: store.id, at, invoiceId: 'inv_budou_202610_np' }),
    );
    const { documents, incidents } = await store.books();
    expect(documents).toHaveLength(2);
    expect(incidents).toMatchObject([{ status: 'resolved' }]);
  });
});

test('a month closes without its held invoices, but opens an incident', async () => {
  const store = await twoBuyers();
  const close = closeBook(store.deps);
  await close.freezePeriod(factOf(store));
  await store.twice(() => close.closePeriod(factOf(store)));
  expect((await store.books()).incidents).toMatchObject([
    { kind: 'unbilled_items', owner: 'finance', detail: { held_invoices: 0, items_on_no_invoice: 3 } },
  ]);
});

function linesOf(entries: Awaited<ReturnType<TestStore['books']>>['entries']): string[] {
  return entries.flatMap((entry) =>
    [...entry.journalLines]
      .sort((a, b) => a.lineNo - b.lineNo)
      .map((line) =>
        [entry.id, entry.bookedOn.toISOString().slice(0, 10), line.side, line.accountCode, line.amount].join(' '),
      ),
  );
}
