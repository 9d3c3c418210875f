import { type Actor, audit } from '../../books/lib/audit';
import { newId } from '../../books/lib/ids';
import { LEASE_SECONDS, sendCommand } from '../../books/lib/outbox';
import type { Tx } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';
import type { CommandName, Payload, Receiver } from '../../workflows/contracts/messages';

/**
 * Stores a person's command to a running workflow. It writes a row in `dispatch`, which is delivered as a Temporal update, and an
 * audit entry with the reason. The workflow also gets `by` (the id of the
 * API key that gave the command), `messageId` and `at`.
 * @returns the message id, which both rows contain
 */
export async function giveCommand<N extends CommandName>(
  tx: Tx,
  by: Actor,
  order: { to: Receiver<N>; name: N; target: string; payload: Payload<N>; reason?: string },
): Promise<string> {
  const message = keys.message.command(order.to, order.name, newId('msg'));
  await audit(tx, by, {
    action: order.name,
    target: order.target,
    ...(order.reason !== undefined && { reason: order.reason }),
    after: { message, ...order.payload },
  });
  await sendCommand(tx, {
    storeId: by.store.id,
    id: message,
    to: order.to,
    name: order.name,
    payload: order.payload,
    by: by.actor,
    at: by.at,
    leaseSeconds: LEASE_SECONDS,
  });
  return message;
}
