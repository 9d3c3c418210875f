import { type Actor, audit } from '../../books/lib/audit';
import { newId } from '../../books/lib/ids';
import { LEASE_SECONDS, enqueue } from '../../books/lib/outbox';
import type { Tx } from '../../prisma/db';

/**
 * A person's command to a running workflow: the update's row and its audit entry, which keeps the reason under the
 * message id. The payload gets `by`; delivery adds `messageId` and `at`.
 * @returns the message id
 */
export async function giveCommand(
  tx: Tx,
  by: Actor,
  order: { workflowId: string; name: string; target: string; payload?: object; reason?: string },
): Promise<string> {
  const message = `${order.workflowId}/${order.name}/${newId('msg')}`;
  await audit(tx, by, {
    action: order.name,
    target: order.target,
    ...(order.reason !== undefined && { reason: order.reason }),
    after: { message, ...order.payload },
  });
  await enqueue(tx, {
    storeId: by.store.id,
    id: message,
    kind: 'update',
    target: order.workflowId,
    name: order.name,
    payload: { ...order.payload, by: by.actor },
    at: by.at,
    leaseSeconds: LEASE_SECONDS,
  });
  return message;
}
