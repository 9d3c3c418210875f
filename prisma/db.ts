import { PrismaPg } from '@prisma/adapter-pg';
import { type Instant, type JstDate, instantOfMs, jstDate } from '../domain/calendar';
import { Prisma, PrismaClient } from '../generated/prisma/client';

export type Db = PrismaClient;
/** The client inside a transaction. Every write happens in a transaction. */
export type Tx = Prisma.TransactionClient;
export type Json = Prisma.InputJsonValue;
export const sql = Prisma.sql;

/**
 * Gives each statement a name, so that PostgreSQL parses and plans it only once per connection. Without names, parsing and
 * planning are a third of the cost of an order's statements.
 */
function statementNames(): (query: { sql: string }) => string | undefined {
  const names = new Map<string, string>();
  return ({ sql }) => {
    if (sql.includes(SET_BASED)) return undefined;
    let name = names.get(sql);
    // Each length of a list parameter makes another SQL text. Beyond the limit a text gets no name and is planned each time.
    if (name === undefined && names.size < MAX_STATEMENTS) names.set(sql, (name = `s${names.size}`));
    return name;
  };
}

/**
 * Marks a statement over many rows, so that PostgreSQL plans it each time for the actual values and table sizes. The setting
 * `plan_cache_mode = force_custom_plan` would do that too. But it also plans the foreign key checks of each row again, which
 * takes seven times the CPU for a chunk of a close.
 */
const SET_BASED = '/* set */';

/**
 * The highest number of statements that get a name, because a named statement takes some 20 kB per connection. In a month's work
 * the API and the worker each use about 250 statements.
 */
const MAX_STATEMENTS = 500;

/** @param connections limit for this process. The API, the worker and people share PostgreSQL's default limit of 100. */
export function openDb(url: string, connections = 20): Db {
  return new PrismaClient({
    adapter: new PrismaPg(
      { connectionString: url, max: connections },
      // The declared type demands a name, but the adapter also takes undefined. Such a statement has no name and is not kept.
      { statementNameGenerator: statementNames() as (query: { sql: string }) => string },
    ),
    // A transaction waits at most 5 s for a connection and lasts at most 30 s. The longest ones are the chunks of a close.
    transactionOptions: { maxWait: 5_000, timeout: 30_000 },
  });
}

// Prisma represents DATE and TIMESTAMPTZ as JavaScript Dates. Only these four functions convert from and to them.

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

/** True if PostgreSQL rejected the write because of a value (SQLSTATE 22), a constraint (23) or a trigger (P0001). */
export function isRefusal(e: unknown): boolean {
  if (!(e instanceof Prisma.PrismaClientKnownRequestError)) return false;
  const meta = e.meta as { code?: string; driverAdapterError?: { cause?: { originalCode?: string } } } | undefined;
  return /^(22|23|P0001)/.test(meta?.driverAdapterError?.cause?.originalCode ?? meta?.code ?? '');
}

/** True if the write violated a unique constraint. Prisma's own operations and raw SQL report that by different codes. */
export function isUniqueViolation(e: unknown): boolean {
  return e instanceof Prisma.PrismaClientKnownRequestError && (e.code === 'P2002' || sqlStateOf(e) === '23505');
}

/** PostgreSQL's error code (SQLSTATE) inside an error of Prisma. */
export function sqlStateOf(e: Error): unknown {
  const meta = (e as { meta?: { code?: unknown; driverAdapterError?: { cause?: { originalCode?: unknown } } } }).meta;
  return meta?.driverAdapterError?.cause?.originalCode ?? meta?.code;
}
