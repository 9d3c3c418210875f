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
 * A dispatch row is a message to a workflow, a mail, a call to a simulator, or a provider's news to be booked. It is written in
 * the same transaction as the fact that causes it. Nothing is sent from inside a transaction: dispatch/ delivers the rows
 * afterwards.
 */

export interface DispatchRow {
  storeId: string;
  /** Business key of the message; a start's key is made of the workflow's id. The same message is sent once. */
  id: string;
  /** `tick` wakes a workflow of a simulated store at its deadline, `news` is a provider's report, `http` calls a simulator. */
  kind: 'start' | 'signal' | 'update' | 'tick' | 'mail' | 'news' | 'http';
  /** Workflow id, mail key, news id or URL, according to `kind`. */
  target: string;
  /** Workflow type, message name, mail template, type of news, or the purpose of the URL. */
  name: string;
  payload: object;
  /** Instant of the fact. */
  at: Instant;
  /** Earliest time of delivery; by default the instant of the fact. */
  dueAt?: Instant;
  /** For this many seconds of real time the dispatch loop leaves the row to its writer, which delivers it itself. */
  leaseSeconds?: number;
}

export async function enqueue(tx: Tx, ...rows: DispatchRow[]): Promise<void> {
  if (rows.length > 0) await tx.$executeRaw(enqueueing(...rows));
}

/** The SQL that writes dispatch rows from a query for (store_id, id, kind, target, name, payload, at, due_at). */
export function enqueueFrom(select: Prisma.Sql): Prisma.Sql {
  return sql`
    INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
    ${select}
    ON CONFLICT DO NOTHING`;
}

/** The SQL of `enqueue`, for a caller that makes it part of the statement that writes the fact. */
export function enqueueing(...rows: DispatchRow[]): Prisma.Sql {
  const values = rows.map(({ dueAt, leaseSeconds, ...row }) => ({
    ...row,
    dueAt: dueAt ?? row.at,
    leaseUntil: leaseSeconds ? new Date(Date.now() + leaseSeconds * 1000) : null,
  }));
  return sql`
    INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at, lease_until)
    SELECT "storeId", id, kind, target, name, payload, at, "dueAt", "leaseUntil"
      FROM jsonb_to_recordset(${rowsIn(values)}) AS row ("storeId" text, id text, kind text, target text, name text,
           payload jsonb, at timestamptz, "dueAt" timestamptz, "leaseUntil" timestamptz)
    ON CONFLICT DO NOTHING`;
}

/** A message to a workflow. The message's name determines the types of its receiver and its payload. */
interface ToWorkflow<N extends MessageName> {
  storeId: string;
  /** Business key: the same message is sent once. */
  id: string;
  to: Receiver<N>;
  name: N;
  payload: Payload<N>;
  /** Instant of the fact. */
  at: Instant;
  leaseSeconds?: number;
}

/** Queues signals to workflows as dispatch rows. */
export function send<N extends SignalName>(tx: Tx, ...signals: ToWorkflow<N>[]): Promise<void> {
  return enqueue(tx, ...signals.map(({ to, ...row }): DispatchRow => ({ ...row, kind: 'signal', target: to })));
}

/** Queues a person's command to a workflow as a dispatch row. @param command.by the person */
export function sendCommand<N extends CommandName>(
  tx: Tx,
  { to, by, payload, ...row }: ToWorkflow<N> & { by: string },
): Promise<void> {
  return enqueue(tx, { ...row, kind: 'update', target: to, payload: { ...payload, by } });
}

/** The dispatch row that starts a workflow. Its id is made of the workflow id, so a workflow is started once. */
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

/** The API delivers a row that it writes for a request itself. After this many seconds the dispatch loop takes the row over. */
export const LEASE_SECONDS = 5;
