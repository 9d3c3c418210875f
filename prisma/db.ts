import { PrismaPg } from '@prisma/adapter-pg';
import { type Instant, type JstDate, instantOfMs, jstDate } from '../domain/calendar';
import { Prisma, PrismaClient } from '../generated/prisma/client';

export type Db = PrismaClient;
/** Inside a transaction; every write goes through one. */
export type Tx = Prisma.TransactionClient;
export type Json = Prisma.InputJsonValue;
export const sql = Prisma.sql;

/** PostgreSQL parses and plans a statement it knows only once a connection: a third of the cost of an order's. */
function statementNames(): (query: { sql: string }) => string | undefined {
  const known = new Map<string, string>();
  return ({ sql }) => {
    if (sql.includes(SET_BASED)) return undefined;
    let name = known.get(sql);
    // Lists of any length make statements without end; those beyond the first are planned anew each time.
    if (name === undefined && known.size < KEPT_STATEMENTS) known.set(sql, (name = `s${known.size}`));
    return name;
  };
}

/**
 * Marks a statement over many rows, planned each time for the values and sizes it meets. plan_cache_mode = force_custom_plan would
 * do so too, but plans each foreign key check of each row anew as well: seven times the CPU of a chunk of a close.
 */
const SET_BASED = '/* set */';

/** An api or worker of a month's story has about 250; each takes some 20 kB in each connection. */
const KEPT_STATEMENTS = 500;

/** @param connections per process; PostgreSQL's default of 100 is shared by api, worker and people */
export function openDb(url: string, connections = 20): Db {
  return new PrismaClient({
    adapter: new PrismaPg(
      { connectionString: url, max: connections },
      // Its type promises a name; without one it is not kept.
      { statementNameGenerator: statementNames() as (query: { sql: string }) => string },
    ),
    // A transaction waits for a connection at most 5 s and lives at most 30 s: a chunk of a close is the longest.
    transactionOptions: { maxWait: 5_000, timeout: 30_000 },
  });
}

// DATE and TIMESTAMPTZ travel as JavaScript Dates; these four are the only places that know it.

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

/** PostgreSQL was there and will not have it: a value (SQLSTATE 22), a constraint (23) or a trigger (P0001) is against it. */
export function isRefusal(e: unknown): boolean {
  if (!(e instanceof Prisma.PrismaClientKnownRequestError)) return false;
  const told = e.meta as { code?: string; driverAdapterError?: { cause?: { originalCode?: string } } } | undefined;
  return /^(22|23|P0001)/.test(told?.driverAdapterError?.cause?.originalCode ?? told?.code ?? '');
}

/** What PostgreSQL calls a broken unique constraint, also through Prisma. */
export function isUniqueViolation(e: unknown): boolean {
  return e instanceof Prisma.PrismaClientKnownRequestError && (e.code === 'P2002' || sqlStateOf(e) === '23505');
}

/** PostgreSQL's own code of an error that Prisma wraps. */
export function sqlStateOf(e: Error): unknown {
  const meta = (e as { meta?: { code?: unknown; driverAdapterError?: { cause?: { originalCode?: unknown } } } }).meta;
  return meta?.driverAdapterError?.cause?.originalCode ?? meta?.code;
}
