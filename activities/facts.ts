import type { Instant, JstDate, Period } from '../domain/calendar';
import { dateOf } from '../domain/calendar';
import type { Yen } from '../domain/money';
import { type IncidentKind, incidentKinds } from '../domain/incidents';
import { mailTime } from '../domain/policy';
import type { Prisma } from '../generated/prisma/client';
import { type Tx, dateIn, instantIn, sql } from '../prisma/db';
import { type WorkflowType, keys } from '../workflows/contracts/ids';
import type { EventType } from '../workflows/contracts/events';
import type { MailTemplate } from '../documents/mails';
import { rowsIn } from './set-sql';

/*
 * What follows from a fact is written in the fact's transaction: events for those who read, dispatch rows for what must
 * happen next. Nothing is sent from inside a transaction.
 */

export interface EventFact {
  storeId: string;
  /** Business key: the same fact is told once, whoever finds it again. */
  key: string;
  type: EventType;
  /** Instant acted on. */
  at: Instant;
  /** Date the fact belongs to when that is not the date of `at` (a contract ends on its last day, told at midnight). */
  on?: JstDate;
  accountId: string;
  orderId?: string;
  invoiceId?: string;
  /** Yen with tax. */
  amount?: Yen;
  period?: Period;
  data?: Record<string, unknown>;
}

export async function emit(tx: Tx, fact: EventFact): Promise<void> {
  await tx.event.createMany({
    data: [
      {
        storeId: fact.storeId,
        key: fact.key,
        type: fact.type,
        businessDate: dateIn(fact.on ?? dateOf(fact.at)),
        at: instantIn(fact.at),
        accountId: fact.accountId,
        orderId: fact.orderId ?? null,
        invoiceId: fact.invoiceId ?? null,
        amount: fact.amount === undefined ? null : BigInt(fact.amount),
        period: fact.period ?? null,
        data: fact.data ?? {},
      },
    ],
    skipDuplicates: true,
  });
}

export interface DispatchRow {
  storeId: string;
  /** Message id: workflow id or business key of what it says; the same message is sent once. */
  id: string;
  kind: 'start' | 'signal' | 'update' | 'tick' | 'mail' | 'news' | 'http';
  /** Workflow id, mail key, news id or URL. */
  target: string;
  /** Workflow type, message name or what the URL is called for. */
  name: string;
  payload: object;
  /** Instant of the fact. */
  at: Instant;
  /** When it may go out; the fact's own instant unless later. */
  dueAt?: Instant;
  /** Wall-clock lease of the writer, who will deliver it itself at once. */
  leaseSeconds?: number;
}

export async function enqueue(tx: Tx, ...rows: DispatchRow[]): Promise<void> {
  if (rows.length > 0) await tx.$executeRaw(enqueueing(...rows));
}

/** The statement, for those who write it together with its fact. */
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

export interface MailFact {
  storeId: string;
  /** Key of the event it tells of. */
  event: string;
  template: MailTemplate;
  at: Instant;
  accountId: string;
  orderId?: string;
  invoiceId?: string;
  to: string[];
  data: PrismaJson.MailMembers;
}

/** Queues a mail for the next opening of the mail window (09:00–18:00). */
export async function queueMail(tx: Tx, mail: MailFact): Promise<void> {
  const key = keys.mail(mail.event, mail.template);
  await tx.mail.createMany({
    data: [
      {
        storeId: mail.storeId,
        key,
        template: mail.template,
        accountId: mail.accountId,
        orderId: mail.orderId ?? null,
        invoiceId: mail.invoiceId ?? null,
        data: mail.data,
        recipients: mail.to,
      },
    ],
    skipDuplicates: true,
  });
  await enqueue(tx, {
    storeId: mail.storeId,
    id: key,
    kind: 'mail',
    target: key,
    name: mail.template,
    payload: {},
    at: mail.at,
    dueAt: mailTime(mail.at),
  });
}

export interface IncidentFact {
  storeId: string;
  /** Business key of what failed: the same failure is one incident. */
  id: string;
  kind: IncidentKind;
  at: Instant;
  workflowId?: string;
  detail: Record<string, unknown>;
}

/** One that is open already stays as it is; one that a person took as done is open once more. */
export async function openIncident(tx: Tx, { storeId, id, kind, at, workflowId, detail }: IncidentFact): Promise<void> {
  const openedAt = instantIn(at);
  const { owner } = incidentKinds[kind];
  const { count } = await tx.incident.createMany({
    data: [{ storeId, id, kind, workflowId: workflowId ?? null, owner, detail, openedAt }],
    skipDuplicates: true,
  });
  if (count > 0) return;
  await tx.incident.updateMany({
    where: { storeId, id, status: 'resolved' },
    data: { status: 'open', detail, openedAt, resolution: null, reason: null, resolvedAt: null },
  });
}
