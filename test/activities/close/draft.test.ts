import { closeBook } from '../../../activities/close/book';
import { periodBook } from '../../../activities/close/period';
import { instant, period } from '../../../domain/calendar';
import type { Db } from '../../../prisma/db';
import { TestStore, openTestDb } from './store';

const OCTOBER = period('2026-10');
const at = instant('2026-11-01T00:05:00+09:00');

let db: Db;
beforeAll(() => {
  db = openTestDb();
});
afterAll(() => db.$disconnect());

const factOf = (store: TestStore) => ({ storeId: store.id, at, period: OCTOBER });

async function frozen(store: TestStore) {
  const close = closeBook(store.deps);
  await periodBook(store.deps).openPeriod(factOf(store));
  await close.freezePeriod(factOf(store));
  return close;
}

async function drafted(store: TestStore) {
  const close = await frozen(store);
  await close.draftChunk({ ...factOf(store), after: null });
  return close;
}

const invoicesOf = async (store: TestStore) => (await store.books()).invoices;

describe('the new month', () => {
  test('bills subscriptions in force on at least one of its days, and no others', async () => {
    const store = await TestStore.make(db, 'in_house');
    await store.buyer('aoba');
    await store.order('runs', 'aoba');
    await store.order('ends', 'aoba', [{ status: 'ending', endsOn: '2026-10-01', startsOn: '2026-01-01' }], {
      status: 'ending',
    });
    await store.order('risk', 'aoba', [{}], { status: 'at_risk' });
    await store.order('last', 'aoba', [{ startsOn: '2026-10-31' }]);
    await store.order('gone', 'aoba', [{ status: 'ending', startsOn: '2026-01-01', endsOn: '2026-09-30' }], {
      status: 'ending',
    });
    await store.order('next', 'aoba', [{ startsOn: '2026-11-01' }]);
    await store.order('wait', 'aoba', [{ status: 'scheduled' }], { status: 'provisioning' });
    await store.order('susp', 'aoba', [{}], { status: 'suspended' });
    await store.order('over', 'aoba', [{ status: 'ended' }], { status: 'ended' });

    expect(await store.twice(() => periodBook(store.deps).openPeriod(factOf(store)))).toEqual({ items: 4 });

    const { items } = await store.books();
    expect(items.map((item) => item.orderId).sort()).toEqual(['ord_ends', 'ord_last', 'ord_risk', 'ord_runs']);
  });

  test('makes a transfer billable only after NP accepts it, and a card at once', async () => {
    const store = await TestStore.make(db, 'np');
    await store.buyer('aoba');
    await store.order('a1', 'aoba');
    await store.order('c1', 'aoba', [{}], { method: 'card' });
    await periodBook(store.deps).openPeriod(factOf(store));
    expect((await store.books()).items).toMatchObject([
      { orderId: 'ord_a1', settlement: 'np', status: 'pending' },
      { orderId: 'ord_c1', settlement: 'card', status: 'billable' },
    ]);
  });

  test('accepts no items once it is frozen', async () => {
    const store = await TestStore.make(db, 'in_house');
    await store.buyer('aoba');
    await closeBook(store.deps).freezePeriod(factOf(store));
    await store.order('a1', 'aoba');
    expect(await periodBook(store.deps).openPeriod(factOf(store))).toEqual({ items: 0 });
  });
});

describe('freeze and drafts', () => {
  test('October 2026: invoices are issued on 11-05, and billing is requested from NP by noon on 11-04', async () => {
    const store = await TestStore.make(db, 'np');
    expect(await store.twice(() => closeBook(store.deps).freezePeriod(factOf(store)))).toEqual({
      issueOn: '2026-11-05',
      cutoffAt: '2026-11-04T12:00:00.000+09:00',
    });
    expect((await store.books()).closes).toMatchObject([{ status: 'drafting' }]);
  });

  test('one draft per destination and settlement, or per order for a card; the mandate at the close decides the method', async () => {
    const store = await TestStore.make(db, 'in_house');
    for (const buyer of ['aoba', 'budou', 'chiyo', 'daichi']) await store.buyer(buyer);
    await store.order('a1', 'aoba');
    await store.order('a2', 'aoba', [{ amount: 1_000 }, { amount: 500, quantity: 2 }]);
    await store.order('b1', 'budou');
    await store.order('c1', 'chiyo', [{ amount: 12_000 }], { method: 'card' });
    await store.order('c2', 'chiyo', [{ amount: 15_000 }], { method: 'card' });
    await store.order('d1', 'daichi');
    await store.directDebit('aoba', '2026-10-31');
    await store.directDebit('budou', '2026-11-01');
    await store.directDebit('daichi', '2026-10-01', 'withdrawn');
    const close = await frozen(store);

    await store.twice(() => close.draftChunk({ ...factOf(store), after: null }));

    const { invoices, lines, items } = await store.books();
    expect(invoices.map(({ id, method, kind, issuer, total }) => [id, method, kind, issuer, total])).toEqual([
      ['inv_aoba_202610_in_house', 'direct_debit', 'debit_notice', 'store', 35_200n],
      ['inv_budou_202610_in_house', 'bank_transfer', 'invoice', 'store', 33_000n],
      ['inv_chiyo_202610_card_c1', 'card', 'receipt', 'store', 13_200n],
      ['inv_chiyo_202610_card_c2', 'card', 'receipt', 'store', 16_500n],
      ['inv_daichi_202610_in_house', 'bank_transfer', 'invoice', 'store', 33_000n],
    ]);
    expect(lines.filter((l) => l.invoiceId === 'inv_aoba_202610_in_house').map((l) => [l.lineNo, l.itemId])).toEqual([
      [1, 'sub_a1_1/2026-10'],
      [2, 'sub_a2_1/2026-10'],
      [3, 'sub_a2_2/2026-10'],
    ]);
    expect(items.every((item) => item.invoiceId !== null)).toBe(true);
  });

  test('chunks of 1,000 destinations cover all 1,203 of a store', async () => {
    const store = await TestStore.make(db, 'in_house');
    await store.buyer('aoba');
    await store.order('a1', 'aoba');
    await manyBuyers(store, 1_202);
    const close = await frozen(store);
    const counts: number[] = [];
    for (let after: string | null = null; ;) {
      const from: string | null = after;
      const chunk = await close.draftChunk({ ...factOf(store), after: from });
      counts.push(chunk.count);
      if (chunk.next === null) break;
      after = chunk.next;
    }
    expect(counts).toEqual([1_000, 203]);
    expect(await db.invoice.count({ where: { storeId: store.id, total: 33_000n } })).toBe(1_203);
    expect(await close.presentDrafts(factOf(store))).toEqual({ npDrafts: 0, ownDrafts: 1_203 });
  });
});

describe('review', () => {
  test('each draft is reported once, except card drafts', async () => {
    const store = await TestStore.make(db, 'in_house');
    await store.buyer('aoba');
    await store.buyer('chiyo');
    await store.order('a1', 'aoba');
    await store.order('c1', 'chiyo', [{}], { method: 'card' });
    const close = await drafted(store);

    expect(await store.twice(() => close.presentDrafts(factOf(store)))).toEqual({ npDrafts: 0, ownDrafts: 1 });

    expect(await store.events('close.drafted')).toEqual([
      { on: '2026-11-01', event: 'close.drafted', account: 'acc_aoba', amount: 33_000 },
    ]);
    expect((await store.books()).closes).toMatchObject([{ status: 'review' }]);
  });

  test('a draft that differs from the amount registered with NP by a yen is held, with an incident; the others continue', async () => {
    const store = await TestStore.make(db, 'np');
    await store.buyer('aoba');
    await store.buyer('budou');
    await store.order('a1', 'aoba');
    await store.order('b1', 'budou');
    await periodBook(store.deps).openPeriod(factOf(store));
    await registeredAs(store, 'a1', 'aoba', 33_000n);
    await registeredAs(store, 'b1', 'budou', 32_999n);
    const close = closeBook(store.deps);
    await close.freezePeriod(factOf(store));
    await close.draftChunk({ ...factOf(store), after: null });

    expect(await store.twice(() => close.presentDrafts(factOf(store)))).toEqual({ npDrafts: 2, ownDrafts: 0 });

    expect(await invoicesOf(store)).toMatchObject([
      { destinationId: 'dst_aoba', status: 'draft' },
      { destinationId: 'dst_budou', status: 'held' },
    ]);
    const { incidents } = await store.books();
    expect(incidents).toMatchObject([
      { kind: 'draft_check', owner: 'finance', detail: { total: 33_000, registered: 32_999 } },
    ]);
    expect(await store.events('close.drafted')).toMatchObject([{ account: 'acc_aoba' }]);
  });

  test('a draft whose lines do not add up to its total is held', async () => {
    const store = await TestStore.make(db, 'in_house');
    await store.buyer('aoba');
    await store.order('a1', 'aoba');
    const close = await drafted(store);
    await db.invoice.updateMany({ where: { storeId: store.id }, data: { net: 29_999n, total: 32_999n } });
    expect(await close.presentDrafts(factOf(store))).toEqual({ npDrafts: 0, ownDrafts: 1 });
    expect(await store.incidents()).toEqual(['draft_check']);
  });

  test('finance holds and releases a draft', async () => {
    const store = await TestStore.make(db, 'in_house');
    await store.buyer('aoba');
    await store.order('a1', 'aoba');
    const close = await drafted(store);
    const of = (held: boolean) => ({
      ...factOf(store),
      invoiceId: 'inv_aoba_202610_in_house',
      held,
      messageId: `m${held}`,
    });
    await store.twice(() => close.holdInvoice(of(true)));
    expect(await invoicesOf(store)).toMatchObject([{ status: 'held' }]);
    await store.twice(() => close.holdInvoice(of(false)));
    expect(await invoicesOf(store)).toMatchObject([{ status: 'draft' }]);
  });

  test('reopened drafts are deleted and made again from the current items; card drafts under collection stay', async () => {
    const store = await TestStore.make(db, 'in_house');
    await store.buyer('aoba');
    await store.buyer('chiyo');
    await store.order('a1', 'aoba');
    await store.order('a2', 'aoba');
    await store.order('c1', 'chiyo', [{}], { method: 'card' });
    const close = await drafted(store);
    await close.presentDrafts(factOf(store));

    await store.twice(() => close.reopenDrafts({ ...factOf(store), messageId: 'm1' }));
    expect(await invoicesOf(store)).toMatchObject([{ settlement: 'card' }]);

    await db.billableItem.updateMany({
      where: { storeId: store.id, orderId: 'ord_a2' },
      data: { status: 'withdrawn' },
    });
    await close.draftChunk({ ...factOf(store), after: null });
    await close.presentDrafts(factOf(store));
    expect(await invoicesOf(store)).toMatchObject([
      { id: 'inv_aoba_202610_in_house', total: 33_000n },
      { settlement: 'card' },
    ]);
    expect((await store.books()).closes).toMatchObject([{ status: 'review' }]);
  });
});

async function registeredAs(store: TestStore, order: string, buyer: string, total: bigint): Promise<void> {
  await db.creditTransaction.create({
    data: {
      storeId: store.id,
      key: `np-txn/ord_${order}/2026-10/1`,
      shopTransactionId: `ord_${order}.202610.1`,
      orderId: `ord_${order}`,
      destinationId: `dst_${buyer}`,
      period: period('2026-10'),
      n: 1,
      total,
      status: 'registered',
      npTransactionId: `np-${order}`,
    },
  });
  await db.billableItem.updateMany({
    where: { storeId: store.id, orderId: `ord_${order}` },
    data: { status: 'billable' },
  });
}

/** Adds that many buyers, each with a copy of the order `ord_a1`. */
async function manyBuyers(store: TestStore, count: number): Promise<void> {
  const { id } = store;
  const copy = (table: string, change: string) =>
    db.$executeRawUnsafe(`
      INSERT INTO ${table} SELECT (jsonb_populate_record(t, to_jsonb(t) || jsonb_build_object(${change}))).*
        FROM ${table} t, generate_series(1, ${count}) n WHERE t.store_id = '${id}'`);
  await copy('accounts', `'id', 'acc_n' || n, 'reference', 'n' || n`);
  await copy('billing_destinations', `'id', 'dst_n' || n, 'account_id', 'acc_n' || n`);
  await copy('orders', `'id', 'ord_n' || n, 'account_id', 'acc_n' || n, 'destination_id', 'dst_n' || n`);
  await copy('subscriptions', `'id', 'sub_n' || n, 'order_id', 'ord_n' || n`);
}
