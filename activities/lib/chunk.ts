import { asyncLocalStorage } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { Prisma } from '../../generated/prisma/client';
import { type Db, isRefusal } from '../../prisma/db';

/**
 * The number of tries of an activity, made within some 4 s, after which a statement that PostgreSQL refuses fails for good and an
 * incident is opened. More tries would be refused too.
 */
const TRIES = 4;

/**
 * Runs `work`, which handles one chunk of a long list of rows. If it fails, the error carries the id after which the next chunk
 * begins, so that an operator can skip the failed chunk alone.
 * @param next returns that id; null if this is the last chunk or the id is not known yet
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
 * Gives PostgreSQL statistics of a table after the first of many chunks that fill it. ANALYZE takes 0.1 s; autovacuum would come
 * only after up to a minute. Without statistics PostgreSQL assumes that a store has one or two rows in the table, so it uses any
 * index that starts with store_id. When the first 10,000 accounts of an empty database were billed, each foreign key check
 * therefore read all invoices, which took 80 s in all.
 */
export async function analyse(db: Db, table: 'invoices' | 'journal_entries'): Promise<void> {
  const statements = [Prisma.sql`SET LOCAL lock_timeout = '1s'`, Prisma.raw(`ANALYZE ${table}`)];
  // A failure is ignored, because only speed is at stake. If a vacuum holds the table, autovacuum is analysing it already.
  await db.$transaction(statements.map((statement) => db.$executeRaw(statement))).catch(() => {});
}

/** The number of this try of the running activity, from 1. Outside of an activity it is 1. */
function tries(): number {
  return asyncLocalStorage.getStore()?.info.attempt ?? 1;
}
