import { enqueue } from '../activities/facts';
import { type Tx, instantIn } from '../prisma/db';
import { newId } from './ids';
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
  await tx.auditEntry.create({
    data: {
      storeId: context.store.id,
      at: instantIn(context.at),
      actor: context.actor,
      role: context.role,
      action: fact.action,
      target: fact.target,
      reason: fact.reason ?? null,
      ...(fact.before && { before: fact.before }),
      ...(fact.after && { after: fact.after }),
      requestId: context.requestId,
    },
  });
}

/**
 * A person's command to a running workflow: the update's row and its audit entry, which keeps the reason under the
 * message id. The payload gets `by`; delivery adds `messageId` and `at`.
 * @returns the message id
 */
export async function giveCommand(
  tx: Tx,
  context: Doer,
  order: { workflowId: string; name: string; target: string; payload?: object; reason?: string },
): Promise<string> {
  const message = `${order.workflowId}/${order.name}/${newId('msg')}`;
  await audit(tx, context, {
    action: order.name,
    target: order.target,
    ...(order.reason !== undefined && { reason: order.reason }),
    after: { message, ...order.payload },
  });
  await enqueue(tx, {
    storeId: context.store.id,
    id: message,
    kind: 'update',
    target: order.workflowId,
    name: order.name,
    payload: { ...order.payload, by: context.actor },
    at: context.at,
    leaseSeconds: LEASE_SECONDS,
  });
  return message;
}

/** The API delivers at once; the worker's loop takes over what it left after as many seconds. */
export const LEASE_SECONDS = 5;
