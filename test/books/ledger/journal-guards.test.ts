import { jstDate } from '../../../domain/calendar';
import { type Db, dateIn } from '../../../prisma/db';
import { ApiUnderTest } from '../../api/support';
import { TestStore } from '../../activities/close/store';

/* Changes to the journal that the database itself rejects. Runs in a separate database, because TRUNCATE locks a table for all. */

const api = new ApiUnderTest();
let db: Db;
beforeAll(async () => {
  await api.start();
  ({ db } = api);
});
afterAll(() => api.stop());

const line = (store: TestStore, entryId: string, lineNo: number, side: 'D' | 'C', amount: bigint) => ({
  storeId: store.id,
  entryId,
  lineNo,
  side,
  accountCode: '1130' as const,
  amount,
});

test('a balanced entry rejects a line that unbalances it, and accepts a pair that balances', async () => {
  const store = await TestStore.make(db, 'in_house');
  const post = (lines: ReturnType<typeof line>[]) => db.journalLine.createMany({ data: lines });
  await db.$transaction(async (tx) => {
    await tx.journalEntry.create({
      data: { storeId: store.id, id: 'e1', bookedOn: dateIn(jstDate('2026-10-31')), kind: 'sale' },
    });
    await tx.journalLine.createMany({ data: [line(store, 'e1', 1, 'D', 1100n), line(store, 'e1', 2, 'C', 1100n)] });
  });
  await expect(post([line(store, 'e1', 3, 'D', 1n)])).rejects.toThrow('does not balance');
  await expect(post([line(store, 'e1', 3, 'D', 5n), line(store, 'e1', 4, 'C', 5n)])).resolves.toEqual({ count: 2 });
});

test.each(['audit_log', 'prices', 'documents', 'payments', 'journal_entries', 'journal_lines', 'events'])(
  '%s can’t be emptied',
  async (table) => {
    // In a transaction that rolls back even if the TRUNCATE succeeds.
    const truncated = db.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`TRUNCATE ${table} CASCADE`);
      throw new Error('TRUNCATE succeeded');
    });
    await expect(truncated).rejects.toThrow('append-only');
  },
);
