import { asyncLocalStorage } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { Prisma } from '../../generated/prisma/client';
import { type Db, isRefusal } from '../../prisma/db';

/** Retries do not mend a statement that PostgreSQL keeps refusing. After this many tries, about 4 s, it becomes an incident. */
const TRIES = 4;

/**
 * Does the work of one chunk. A failure carries the start of the next chunk, so that an operator can skip this chunk alone.
 * @param next the start of the next chunk, once it is known; null after the last chunk
 */
export async function chunkBefore<T>(next: () => string | null, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (e) {
    const { message, name } = e instanceof Error ? e : new Error(String(e));
    const failure = e instanceof ApplicationFailure ? e : null;
    throw ApplicationFailure.create({
      message,
      type: failure?.type ?? name,
      nonRetryable: failure?.nonRetryable ?? (isRefusal(e) && tries() >= TRIES),
      details: [{ next: next() }],
      ...(e instanceof Error && { cause: e }),
    });
  }
}

/**
 * Runs ANALYZE (0.1 s) after the first of many chunks that fill a table; autovacuum would take up to a minute. Until then the
 * planner assumes that a store has one or two rows and picks any index that starts with store_id. For the first 10,000 accounts
 * of an empty database each foreign key check then read all invoices, 80 s in all.
 */
export async function analyse(db: Db, table: 'invoices' | 'journal_entries'): Promise<void> {
  const statements = [Prisma.sql`SET LOCAL lock_timeout = '1s'`, Prisma.raw(`ANALYZE ${table}`)];
  // A failure is ignored, because only speed is at stake. If a vacuum holds the table, autovacuum is analysing it already.
  await db.$transaction(statements.map((statement) => db.$executeRaw(statement))).catch(() => {});
}

/** The number of this try of the activity; 1 outside of an activity. */
function tries(): number {
  return asyncLocalStorage.getStore()?.info.attempt ?? 1;
}
