import { sendCommand } from '../../books/lib/outbox';
import type { Prisma } from '../../generated/prisma/client';
import { type Tx, sql } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';
import type { CommandName, Payload, Receiver } from '../../workflows/contracts/messages';
import { newId } from './input/ids';
import type { WriteContext } from './route';

export interface AuditFact {
  action: string;
  /** Id of what was changed. */
  target: string;
  reason?: string;
  before?: object;
  after?: object;
}

type Doer = Pick<WriteContext, 'store' | 'at' | 'actor' | 'role' | 'requestId'>;

/** Who did what, when and why; append-only. */
export async function audit(tx: Tx, context: Doer, fact: AuditFact): Promise<void> {
  await tx.$executeRaw(auditing(context, fact));
}

/** The statement, for those who write it together with its fact. */
export function auditing({ store, at, actor, role, requestId }: Doer, fact: AuditFact): Prisma.Sql {
  const { action, target, reason = null, before, after } = fact;
  return sql`
    INSERT INTO audit_log (store_id, at, actor, role, action, target, reason, before, after, request_id)
    VALUES (${store.id}, ${at}::timestamptz, ${actor}, ${role}, ${action}, ${target}, ${reason},
            ${before ? JSON.stringify(before) : null}::jsonb, ${after ? JSON.stringify(after) : null}::jsonb, ${requestId})`;
}

/**
 * A person's command to a running workflow: the update's row and its audit entry, which keeps the reason under the
 * message id. The payload gets `by`; delivery adds `messageId` and `at`.
 * @returns the message id
 */
export async function giveCommand<N extends CommandName>(
  tx: Tx,
  context: Doer,
  order: { to: Receiver<N>; name: N; target: string; payload: Payload<N>; reason?: string },
): Promise<string> {
  const message = keys.message.command(order.to, order.name, newId('msg'));
  await audit(tx, context, {
    action: order.name,
    target: order.target,
    ...(order.reason !== undefined && { reason: order.reason }),
    after: { message, ...order.payload },
  });
  await sendCommand(tx, {
    storeId: context.store.id,
    id: message,
    to: order.to,
    name: order.name,
    payload: order.payload,
    by: context.actor,
    at: context.at,
    leaseSeconds: LEASE_SECONDS,
  });
  return message;
}

/** The API delivers at once; the worker's loop takes over what it left after as many seconds. */
export const LEASE_SECONDS = 5;
