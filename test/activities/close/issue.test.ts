import { closeBook } from '../../../activities/close/book';
import { takeNumbers } from '../../../books/invoice/numbers';
import { periodBook } from '../../../activities/close/period';
import { instant, jstDate, period } from '../../../domain/calendar';
import type { Db } from '../../../prisma/db';
import { TestStore, openTestDb } from './store';

const OCTOBER = period('2026-10');
const at = instant('2026-11-05T09:00:00+09:00');

let db: Db;
beforeAll(() => {
  db = openTestDb();
});
afterAll(() => db.$disconnect());

const factOf = (store: TestStore) => ({ storeId: store.id, at, period: OCTOBER });

/** An approved close: aoba pays by debit, budou's invoice is held, chiyo pays by transfer. */
async function approved(): Promise<TestStore> {
  const store = await TestStore.make(db, 'in_house');
  for (const buyer of ['aoba', 'budou', 'chiyo']) {
    await store.buyer(buyer);
    await store.order(buyer, buyer);
  }
  await store.directDebit('aoba', '2026-10-10');
  const close = closeBook(store.deps);
  await periodBook(store.deps).openPeriod(factOf(store));
  await close.freezePeriod(factOf(store));
  await close.draftChunk({ ...factOf(store), after: null });
  await close.presentDrafts(factOf(store));
  await close.holdInvoice({ ...factOf(store), invoiceId: 'inv_budou_202610_in_house', held: true, messageId: 'm1' });
  await close.approveClose({ ...factOf(store), messageId: 'm2', by: 'key_finance' });
  return store;
}

test('one step issues the invoices: numbers without a gap, dates, recipient, journal entries, events', async () => {
  const store = await approved();
  expect((await store.books()).closes).toMatchObject([{ status: 'awaiting_issue' }]);

  await store.twiceComparingBooks(() => closeBook(store.deps).issueChunk({ ...factOf(store), after: null }));

  const { invoices, entries, series } = await store.books();
  const day = (date: Date | null) => date?.toISOString().slice(0, 10) ?? null;
  expect(
    invoices.map((i) => [i.status, i.number, day(i.issuedOn), day(i.dueOn), day(i.payUntil), day(i.debitOn)]),
  ).toEqual([
    ['issued', 'INV-2026-000001', '2026-11-05', '2026-11-27', '2026-11-27', '2026-11-27'],
    ['held', null, null, null, null, null],
    ['issued', 'INV-2026-000002', '2026-11-05', '2026-11-30', '2026-11-30', null],
  ]);
  expect(invoices[2]!.recipient).toEqual({
    company: 'chiyo株式会社',
    department: '経理部',
    person: '担当',
    postal_code: '1000001',
    address: '東京都',
    email_to: 'chiyo@example.com',
    email_cc: ['cc-chiyo@example.com'],
  });
  expect(series).toMatchObject([{ series: 'INV', fiscalYear: 2026, last: 2 }]);
  expect(entries.map((e) => [e.id, day(e.bookedOn), e.journalLines.length])).toEqual([
    ['sale/inv_aoba_202610_in_house', '2026-10-31', 3],
    ['sale/inv_chiyo_202610_in_house', '2026-10-31', 3],
  ]);
  expect(entries[0]!.journalLines.every((line) => line.accountId === 'acc_aoba')).toBe(true);
  expect(await store.events('invoice.issued', 'debit_notice.issued')).toEqual([
    {
      on: '2026-11-05',
      event: 'debit_notice.issued',
      account: 'acc_aoba',
      amount: 33_000,
      issuer: 'store',
      number: 'INV-2026-000001',
      debit_on: '2026-11-27',
    },
    {
      on: '2026-11-05',
      event: 'invoice.issued',
      account: 'acc_chiyo',
      amount: 33_000,
      issuer: 'store',
      number: 'INV-2026-000002',
      due_on: '2026-11-30',
    },
  ]);
  expect(await closeBook(store.deps).closePeriod(factOf(store))).toEqual({ missing: 0 });
  expect((await store.books()).incidents).toMatchObject([{ kind: 'unbilled_items', detail: { held_invoices: 1 } }]);
});

test('two concurrent chunks never share a number', async () => {
  const store = await approved();
  const issue = () => closeBook(store.deps).issueChunk({ ...factOf(store), after: null });
  await Promise.all([issue(), issue()]);
  const { invoices, series } = await store.books();
  expect(invoices.map((i) => i.number)).toEqual(['INV-2026-000001', null, 'INV-2026-000002']);
  expect(series).toMatchObject([{ last: 2 }]);
});

test('numbers restart with each fiscal year, and a rolled-back number is used again', async () => {
  const store = await TestStore.make(db, 'in_house');
  const take = (on: string, count: number) =>
    db.$transaction((tx) => takeNumbers(tx, store.id, 'INV', jstDate(on), count));
  expect(await take('2027-03-31', 2)).toEqual(['INV-2026-000001', 'INV-2026-000002']);
  expect(await take('2027-04-01', 1)).toEqual(['INV-2027-000001']);
  await expect(
    db.$transaction(async (tx) => {
      await takeNumbers(tx, store.id, 'INV', jstDate('2027-03-31'), 5);
      throw new Error('undone');
    }),
  ).rejects.toThrow('undone');
  expect(await take('2027-03-31', 1)).toEqual(['INV-2026-000003']);
});
