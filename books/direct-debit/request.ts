import type { DirectDebitState } from '../../domain/direct-debit/lifecycle';
import { destinationNamed } from '../../domain/account/billing-destination';
import { dateOf } from '../../domain/calendar';
import { type Result, ok, refuse } from '../../domain/refusal';
import type { Store } from '../../generated/prisma/client';
import { type Tx, dateIn, isUniqueViolation } from '../../prisma/db';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { type Actor, audit } from '../lib/audit';
import { emit } from '../lib/events';
import { newId } from '../lib/ids';
import { LEASE_SECONDS, enqueue, startRow } from '../lib/outbox';

const LIVE: DirectDebitState[] = ['requested', 'form_posted', 'at_bank', 'active', 'defect'];

/**
 * Requests direct debit for a billing destination: writes the mandate's row, its event and its audit entry, and queues the start
 * of its workflow. If two requests come at once, the database refuses the second one's row. PostgreSQL then accepts no more
 * statements in that transaction, so after `mandate_already_running` the caller must not use it.
 * @returns the mandate's id; refused direct_debit_not_offered, not_found, unknown_billing_destination, mandate_already_running
 */
export async function requestDirectDebit(
  tx: Tx,
  by: Actor & { store: Store },
  wanted: { accountId: string; billingDestinationId?: string | undefined },
): Promise<Result<string>> {
  const { store, at } = by;
  if (store.settlement === 'in_house' && !store.directDebit) return refuse('direct_debit_not_offered');
  const account = await tx.account.findUnique({
    where: { storeId_id: { storeId: store.id, id: wanted.accountId } },
    include: { billingDestinations: true },
  });
  if (!account) return refuse('not_found', { field: ['accountId'] });
  const destination = destinationNamed(account.billingDestinations, wanted.billingDestinationId);
  if (!destination.ok) return destination;
  const destinationId = destination.value.id;
  const running = await tx.directDebit.findFirst({
    where: { storeId: store.id, destinationId, status: { in: LIVE } },
  });
  if (running) return refuse('mandate_already_running', { params: { id: running.id, state: running.status } });

  const directDebitId = newId('ddb');
  try {
    await tx.directDebit.create({
      data: {
        storeId: store.id,
        id: directDebitId,
        accountId: account.id,
        destinationId,
        status: 'requested',
        requestedOn: dateIn(dateOf(at)),
      },
    });
  } catch (e) {
    // The partial unique index allows one running mandate per destination, so the second of two simultaneous requests fails here.
    if (isUniqueViolation(e)) return refuse('mandate_already_running');
    throw e;
  }
  await emit(tx, {
    storeId: store.id,
    key: keys.event.directDebitRequested(directDebitId),
    type: 'direct_debit.requested',
    at,
    accountId: account.id,
    data: { direct_debit: directDebitId },
  });
  await audit(tx, by, { action: 'direct_debit.request', target: directDebitId });
  const payload = { directDebitId, accountId: account.id, settlement: store.settlement };
  const workflowId = workflowIds.directDebit(directDebitId);
  await enqueue(tx, startRow('directDebit', workflowId, store.id, at, payload, LEASE_SECONDS));
  return ok(directDebitId);
}
