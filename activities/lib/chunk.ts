import { asyncLocalStorage } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { Prisma } from '../../generated/prisma/client';
import { type Db, isRefusal } from '../../prisma/db';

/** What PostgreSQL keeps refusing is not mended by trying: after about 4 s of tries a person is asked. */
const TRIES = 4;

/**
 * Does the work of one chunk. A failure says where the next chunk begins, so that a person can have this one alone left out.
 * @param next as the chunk would have answered, once it knows
 */
export async function chunkBefore<T>(next: () => string | null, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (e) {
    const { message, name } = e instanceof Error ? e : new Error(String(e));
    const known = e instanceof ApplicationFailure ? e : null;
    throw ApplicationFailure.create({
      message,
      type: known?.type ?? name,
      nonRetryable: known?.nonRetryable ?? (isRefusal(e) && tries() >= TRIES),
      details: [{ next: next() }],
      ...(e instanceof Error && { cause: e }),
    });
  }
}

/**
 * To be called after the first of many chunks that fill a table: PostgreSQL then knows a store for many rows (0.1 s), where
 * autovacuum would tell it within a minute. It had taken it for a row or two, so that any index beginning with the store seemed as
 * good as the key: of the first 10,000 accounts in an empty database each foreign key check read all invoices there were, 80 s in all.
 */
export async function knowSize(db: Db, table: 'invoices' | 'journal_entries'): Promise<void> {
  const analyse = [Prisma.sql`SET LOCAL lock_timeout = '1s'`, Prisma.raw(`ANALYZE ${table}`)];
  // Only speed is at stake: while a vacuum holds the table, autovacuum is at it already.
  await db.$transaction(analyse.map((statement) => db.$executeRaw(statement))).catch(() => {});
}

/** Outside of an activity there is no second try. */
function tries(): number {
  return asyncLocalStorage.getStore()?.info.attempt ?? 1;
}
