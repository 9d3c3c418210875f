import { debitBook } from '../../../activities/direct-debit/debit-run';
import { closeBook } from '../../../activities/close/book';
import { npBillingGateway } from '../../../activities/close/np/billing';
import { periodBook } from '../../../activities/close/period';
import { type JstDate, instant, jstDate, period } from '../../../domain/calendar';
import type { Db } from '../../../prisma/db';
import { TestStore, openTestDb } from '../close/store';

const OCTOBER = period('2026-10');
const DEBIT_ON = jstDate('2026-11-27');
const KEY = { np: 'debit/inv_aoba_202610_np/1', in_house: 'debit/inv_aoba_202610_in_house/1' };

let db: Db;
beforeAll(() => {
  db = openTestDb();
});
afterAll(() => db.$disconnect());

const factOf = (store: TestStore) => ({ storeId: store.id, at: instant('2026-11-05T09:00:00+09:00'), period: OCTOBER });
/** The results are known on 2026-12-02, three business days after the debit. */
const runOf = (store: TestStore) => ({
  storeId: store.id,
  at: instant('2026-12-02T10:00:00+09:00'),
  nominal: period('2026-11'),
  debitOn: DEBIT_ON,
});
const results = (store: TestStore, ...list: { key: string; code: string }[]) => ({
  ...runOf(store),
  results: list,
  cause: 'news/1',
});

/** Issues aoba's debit notice and budou's invoice for October, and collects the debits of 11-27. */
async function collected(settlement: 'np' | 'in_house'): Promise<TestStore> {
  const store = await TestStore.make(db, settlement);
  for (const buyer of ['aoba', 'budou']) {
    await store.buyer(buyer);
    await store.order(buyer, buyer);
  }
  await store.directDebit('aoba', '2026-10-10');
  const fact = factOf(store);
  const first = { ...fact, after: null };
  const close = closeBook(store.deps);
  const np = npBillingGateway(store.deps);
  await periodBook(store.deps).openPeriod(fact);
  await np.registerPeriodChunk(first);
  await close.freezePeriod(fact);
  await close.draftChunk(first);
  await close.presentDrafts(fact);
  await close.approveClose({ ...fact, messageId: 'm1', by: 'key_finance' });
  if (settlement === 'np') {
    await np.requestBillingChunk(first);
    const notice = { kind: 'debit_notice' as const, dueOn: '2026-11-27' as JstDate, debitOn: DEBIT_ON };
    store.np.bills = [
      store.bill('F-1-20261105-000001', '10000000001', { period: OCTOBER, ...notice }),
      store.bill('F-1-20261105-000002', '10000000002', { period: OCTOBER }),
    ];
    await np.mirrorChunk(first);
  } else await close.issueChunk(first);
  const handInBy = settlement === 'np' ? null : '2026-11-13';
  expect(await store.twice(() => debitBook(store.deps).collectDebits(runOf(store)))).toEqual({ open: 1, handInBy });
  return store;
}

test('a debit run collects one debit for each notice of that day', async () => {
  const store = await collected('np');
  const { debits, runs } = await store.books();
  expect(debits).toMatchObject([{ key: KEY.np, amount: 33_000n, status: 'requested' }]);
  expect(runs).toMatchObject([{ nominal: '2026-11', status: 'collected' }]);
});

test('in house: 新規コード is 1 for the first debit, 0 for the next, 2 from another account', async () => {
  const store = await collected('in_house');
  const newCodeOf = async (nominal: string) => {
    const file = await db.debitFile.findFirstOrThrow({ where: { storeId: store.id, nominal: period(nominal) } });
    return Buffer.from(file.bytes).toString('latin1', 120 + 90, 120 + 91);
  };
  expect(await newCodeOf('2026-11')).toBe('1');
  /** Debits the unpaid notice again on another day, like the notice of a later month. */
  const again = async (nominal: string, debitOn: string) => {
    await db.invoice.updateMany({
      where: { storeId: store.id, method: 'direct_debit' },
      data: { debitOn: new Date(debitOn) },
    });
    await db.debit.updateMany({
      where: { storeId: store.id, key: KEY.in_house },
      data: { key: `${KEY.in_house}/${nominal}` },
    });
    await debitBook(store.deps).collectDebits({ ...runOf(store), nominal: period(nominal), debitOn: jstDate(debitOn) });
    return newCodeOf(nominal);
  };
  expect(await again('2026-12', '2026-12-28')).toBe('0');
  await store.debitAccount('aoba', '7654322');
  expect(await again('2027-01', '2027-01-27')).toBe('2');
  expect(await again('2027-02', '2027-03-01')).toBe('0');
});

test('code 0: the invoice is paid on the debit day and reported when the result is known; with NP no entry is posted', async () => {
  const store = await collected('np');
  const book = debitBook(store.deps);
  const before = (await store.books()).entries;

  expect(await store.twice(() => book.bookDebitResults(results(store, { key: KEY.np, code: '0' })))).toEqual({
    open: 0,
    rebilled: [],
  });

  const { invoices, payments, entries } = await store.books();
  expect(invoices[0]).toMatchObject({ status: 'paid', paidOn: new Date('2026-11-27') });
  expect(payments).toMatchObject([{ source: 'direct_debit', sourceKey: KEY.np, amount: 33_000n }]);
  expect(entries).toEqual(before);
  expect(await store.events('debit.succeeded', 'invoice.paid')).toEqual([
    { on: '2026-12-02', event: 'debit.succeeded', account: 'acc_aoba', amount: 33_000, code: 0 },
    {
      on: '2026-12-02',
      event: 'invoice.paid',
      account: 'acc_aoba',
      amount: 33_000,
      number: 'F-1-20261105-000001',
      paid_on: '2026-11-27',
    },
  ]);
  await store.twice(() => book.closeDebitRun(runOf(store)));
  expect((await store.books()).runs).toMatchObject([{ status: 'booked' }]);
});

test('code 0 in house: the payment is posted to the bank account on the debit day', async () => {
  const store = await collected('in_house');
  await store.twice(() => debitBook(store.deps).bookDebitResults(results(store, { key: KEY.in_house, code: '0' })));
  const entry = (await store.books()).entries.find((e) => e.kind === 'payment')!;
  expect(entry.bookedOn).toEqual(new Date('2026-11-27'));
  expect(entry.journalLines.map((l) => [l.side, l.accountCode, l.amount])).toEqual([
    ['D', '1110', 33_000n],
    ['C', '1130', 33_000n],
  ]);
});

test('code 1 資金不足: the same invoice is payable by transfer at the end of the month; one mail; the mandate stays', async () => {
  const store = await collected('np');
  const before = (await store.books()).entries;

  expect(
    await store.twice(() => debitBook(store.deps).bookDebitResults(results(store, { key: KEY.np, code: '1' }))),
  ).toEqual({ open: 0, rebilled: ['inv_aoba_202610_np'] });

  const { invoices, mails, entries, dispatch } = await store.books();
  expect(invoices[0]).toMatchObject({
    number: 'F-1-20261105-000001',
    revision: 2,
    method: 'bank_transfer',
    kind: 'invoice',
    status: 'issued',
    dueOn: new Date('2026-12-31'),
    payUntil: new Date('2027-01-04'), // banks are closed from 12-31 to 01-03
    debitOn: null,
  });
  expect(entries).toEqual(before);
  expect(await store.events('debit.failed', 'invoice.rebilled')).toEqual([
    { on: '2026-12-02', event: 'debit.failed', account: 'acc_aoba', amount: 33_000, code: 1, reason: '資金不足' },
    {
      on: '2026-12-02',
      event: 'invoice.rebilled',
      account: 'acc_aoba',
      amount: 33_000,
      number: 'F-1-20261105-000001',
      revision: 2,
      due_on: '2026-12-31',
    },
  ]);
  expect(mails).toMatchObject([
    {
      template: 'debit-failed',
      recipients: ['aoba@example.com', 'cc-aoba@example.com'],
      data: {
        invoice: { number: 'F-1-20261105-000001', issuer: '株式会社ネットプロテクションズ', total: 33_000 },
        debitOn: '2026-11-27',
        reason: '資金不足',
        dueOn: '2026-12-31',
      },
    },
  ]);
  expect(dispatch.map((row) => row.kind)).toEqual(['mail']);
});

test.each(['2', '4', '9'])('code %s ends the mandate', async (code) => {
  const store = await collected('np');
  await store.twice(() => debitBook(store.deps).bookDebitResults(results(store, { key: KEY.np, code })));
  expect((await store.books()).dispatch).toContainEqual(
    expect.objectContaining({ target: 'direct-debit/ddb_aoba', name: 'mandateEnded', payload: { code } }),
  );
});

test('a result with an unknown code, or one that contradicts a booked result, opens an incident; the others are booked', async () => {
  const store = await collected('np');
  const book = debitBook(store.deps);
  for (const code of ['7', '0', '1'])
    await store.twice(() => book.bookDebitResults(results(store, { key: KEY.np, code })));
  const { debits, invoices, incidents } = await store.books();
  expect(debits).toMatchObject([{ status: 'succeeded', code: '0' }]);
  expect(invoices[0]).toMatchObject({ status: 'paid', revision: 1 });
  expect(incidents.map(({ kind, status }) => [kind, status]).sort()).toEqual([
    ['debit_result_differs', 'open'],
    ['unknown_debit_code', 'resolved'],
  ]);
});

test('a debit after the buyer has paid by transfer is recorded as a second payment, with an incident for finance', async () => {
  const store = await collected('np');
  await db.invoice.updateMany({
    where: { storeId: store.id, id: 'inv_aoba_202610_np' },
    data: { status: 'paid', paidOn: new Date('2026-11-26') },
  });
  await store.twice(() => debitBook(store.deps).bookDebitResults(results(store, { key: KEY.np, code: '0' })));
  expect((await store.books()).payments).toHaveLength(1);
  expect(await store.incidents()).toEqual(['paid_twice']);
});

test('late results open one incident, however late they are', async () => {
  const store = await collected('np');
  await store.twice(() => debitBook(store.deps).debitsLate(runOf(store)));
  expect((await store.books()).incidents).toMatchObject([
    { kind: 'debit_results_late', owner: 'finance', detail: { debit_on: '2026-11-27', missing: 1 } },
  ]);
});
