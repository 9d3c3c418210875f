import type { Instant } from '../../domain/calendar';
import type { Prisma } from '../../generated/prisma/client';
import { type Tx, sql } from '../../prisma/db';
import type { WorkflowType } from '../../workflows/contracts/ids';
import { rowsIn } from './sql';

/*
 * Dispatch rows are written in the same transaction as the fact that causes them. Nothing is sent from inside a transaction:
 * dispatch/ delivers the rows afterwards.
 */

export interface DispatchRow {
  storeId: string;
  /** Message id: the workflow id or the business key of the message. The same message is sent once. */
  id: string;
  kind: 'start' | 'signal' | 'update' | 'tick' | 'mail' | 'news' | 'http';
  /** Workflow id, mail key, news id or URL. */
  target: string;
  /** Workflow type, message name, or the purpose of the URL. */
  name: string;
  payload: object;
  /** Instant of the fact. */
  at: Instant;
  /** When it may go out; by default the instant of the fact. */
  dueAt?: Instant;
  /** Wall-clock lease of a writer that delivers the row itself at once. */
  leaseSeconds?: number;
}

export async function enqueue(tx: Tx, ...rows: DispatchRow[]): Promise<void> {
  if (rows.length > 0) await tx.$executeRaw(enqueueing(...rows));
}

/** The statement that writes rows (store_id, id, kind, target, name, payload, at, due_at) from a query. */
export function enqueueFrom(select: Prisma.Sql): Prisma.Sql {
  return sql`
    INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
    ${select}
    ON CONFLICT DO NOTHING`;
}

/** The statement of `enqueue`, for those who write it together with its fact. */
export function enqueueing(...rows: DispatchRow[]): Prisma.Sql {
  const given = rows.map(({ dueAt, leaseSeconds, ...row }) => ({
    ...row,
    dueAt: dueAt ?? row.at,
    leaseUntil: leaseSeconds ? new Date(Date.now() + leaseSeconds * 1000) : null,
  }));
  return sql`
    INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at, lease_until)
    SELECT "storeId", id, kind, target, name, payload, at, "dueAt", "leaseUntil"
      FROM jsonb_to_recordset(${rowsIn(given)}) AS row ("storeId" text, id text, kind text, target text, name text,
           payload jsonb, at timestamptz, "dueAt" timestamptz, "leaseUntil" timestamptz)
    ON CONFLICT DO NOTHING`;
}

/** A workflow start as a dispatch row; `id` is the workflow id, so the same one is started once. */
export function startRow(
  type: WorkflowType,
  workflowId: string,
  storeId: string,
  at: Instant,
  payload: object,
  leaseSeconds?: number,
): DispatchRow {
  return {
    storeId,
    id: `start/${workflowId}`,
    kind: 'start',
    target: workflowId,
    name: type,
    payload,
    at,
    ...(leaseSeconds && { leaseSeconds }),
  };
}

/** The process that writes a row on a request delivers it at once. The loop takes over what is left after as many seconds. */
export const LEASE_SECONDS = 5;
