import type { Instant } from '../../domain/calendar';
import type { Prisma } from '../../generated/prisma/client';
import { type Tx, sql } from '../../prisma/db';
import type { WorkflowId, WorkflowType } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import type {
  CommandName,
  MessageName,
  Payload,
  Receiver,
  SignalName,
  StartPayload,
} from '../../workflows/contracts/messages';
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

/** A message to a workflow. The compiler checks its receiver and its payload by its name. */
interface ToWorkflow<N extends MessageName> {
  storeId: string;
  /** By its business key the same message is sent once. */
  id: string;
  to: Receiver<N>;
  name: N;
  payload: Payload<N>;
  /** Instant of the fact. */
  at: Instant;
  leaseSeconds?: number;
}

/** Sends signals to workflows. */
export function send<N extends SignalName>(tx: Tx, ...signals: ToWorkflow<N>[]): Promise<void> {
  return enqueue(tx, ...signals.map(({ to, ...row }): DispatchRow => ({ ...row, kind: 'signal', target: to })));
}

/** Sends a person's command to a workflow. @param command.by the person */
export function sendCommand<N extends CommandName>(
  tx: Tx,
  { to, by, payload, ...row }: ToWorkflow<N> & { by: string },
): Promise<void> {
  return enqueue(tx, { ...row, kind: 'update', target: to, payload: { ...payload, by } });
}

/** A workflow start as a dispatch row; `id` is the workflow id, so the same one is started once. */
export function startRow<T extends WorkflowType>(
  type: T,
  workflowId: WorkflowId<T>,
  storeId: string,
  at: Instant,
  payload: StartPayload<T>,
  leaseSeconds?: number,
): DispatchRow {
  return {
    storeId,
    id: keys.message.start(workflowId),
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
