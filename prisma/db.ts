import { PrismaPg } from '@prisma/adapter-pg';
import { type Instant, type JstDate, instantOfMs, jstDate } from '../domain/calendar';
import { Prisma, PrismaClient } from '../generated/prisma/client';

export type Db = PrismaClient;
/** The client inside a transaction. Every write is part of a transaction. */
export type Tx = Prisma.TransactionClient;
export type Json = Prisma.InputJsonValue;
export const sql = Prisma.sql;

/**
 * Names statements, so that PostgreSQL parses and plans each only once per connection. Without names, that is a third of the cost
 * of an order's statements.
 */
function statementNames(): (query: { sql: string }) => string | undefined {
  const names = new Map<string, string>();
  return ({ sql }) => {
    if (sql.includes(SET_BASED)) return undefined;
    let name = names.get(sql);
    // Lists of different lengths make ever new statements. Statements beyond the limit get no name and are planned each time.
    if (name === undefined && names.size < MAX_STATEMENTS) names.set(sql, (name = `s${names.size}`));
    return name;
  };
}

/**
 * Marks a statement over many rows, which PostgreSQL plans each time for the actual values and sizes. The setting
 * `plan_cache_mode = force_custom_plan` would do that too, but it also plans the foreign key checks of each row again: seven times
 * the CPU for a chunk of a close.
 */
const SET_BASED = '/* set */';

/** The API and the worker each have about 250 statements in a story of a month. Each takes some 20 kB per connection. */
const MAX_STATEMENTS = 500;

/** @param connections for this process: the API, the worker and people share PostgreSQL's default limit of 100 */
export function openDb(url: string, connections = 20): Db {
  return new PrismaClient({
    adapter: new PrismaPg(
      { connectionString: url, max: connections },
      // The type requires a name. A statement without one is not kept.
      { statementNameGenerator: statementNames() as (query: { sql: string }) => string },
    ),
    // A transaction waits at most 5 s for a connection and lasts at most 30 s. The longest one is a chunk of a close.
    transactionOptions: { maxWait: 5_000, timeout: 30_000 },
  });
}

// Prisma represents DATE and TIMESTAMPTZ as JavaScript Dates. Only these four functions deal with that.

export function dateOut(d: Date): JstDate {
  return jstDate(d.toISOString().slice(0, 10));
}
export function dateIn(d: JstDate): Date {
  return new Date(`${d}T00:00:00Z`);
}
export function instantOut(d: Date): Instant {
  return instantOfMs(d.getTime());
}
export function instantIn(at: Instant): Date {
  return new Date(at);
}

/** PostgreSQL answered and rejected the write, because of a value (SQLSTATE 22), a constraint (23) or a trigger (P0001). */
export function isRefusal(e: unknown): boolean {
  if (!(e instanceof Prisma.PrismaClientKnownRequestError)) return false;
  const meta = e.meta as { code?: string; driverAdapterError?: { cause?: { originalCode?: string } } } | undefined;
  return /^(22|23|P0001)/.test(meta?.driverAdapterError?.cause?.originalCode ?? meta?.code ?? '');
}

/** A unique constraint was violated, as Prisma or PostgreSQL reports it. */
export function isUniqueViolation(e: unknown): boolean {
  return e instanceof Prisma.PrismaClientKnownRequestError && (e.code === 'P2002' || sqlStateOf(e) === '23505');
}

/** PostgreSQL's error code inside an error of Prisma. */
export function sqlStateOf(e: Error): unknown {
  const meta = (e as { meta?: { code?: unknown; driverAdapterError?: { cause?: { originalCode?: unknown } } } }).meta;
  return meta?.driverAdapterError?.cause?.originalCode ?? meta?.code;
}
