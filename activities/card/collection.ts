import { type Instant, type Period, dateOf } from '../../domain/calendar';
import { openIncident } from '../../books/lib/incidents';
import { send } from '../../books/lib/outbox';
import type { Tx } from '../../prisma/db';
import type { ChargeOutcome, GatewayActivities } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { chunkBefore } from '../lib/chunk';
import type { Deps } from '../lib/deps';
import { isFinalFailure } from '../lib/failures';
import { inParallel } from '../lib/parallel';
import { captureAndReceipt, chargeInvoice } from './charge';

/**
 * The number of orders that are charged at the same time. A charge mostly waits for SBPS (the card gateway), which takes some
 * tenths of a second per call, so charging one order after another would be slow.
 */
const WIDTH = 4;
/** The number of card drafts that one call of `chargeChunk` charges. */
const CHUNK = 50;

/**
 * Charges the card drafts (invoices not yet issued) of a month whose drafts are made. The first month of an order was
 * authorised and committed when the order was placed, so it is only captured. A later month is authorised with the saved card,
 * committed and captured.
 */
export function cardCollection(deps: Deps): Pick<GatewayActivities, 'chargeChunk'> {
  const { db } = deps;
  return {
    async chargeChunk({ storeId, at, period, after }) {
      const drafts = await db.invoice.findMany({
        where: { storeId, period, settlement: 'card', status: 'draft', ...(after && { id: { gt: after } }) },
        orderBy: { id: 'asc' },
        take: CHUNK,
      });
      const next = drafts.length === CHUNK ? drafts.at(-1)!.id : null;
      const charge = async ({ id: invoiceId, settlementRef: orderId }: (typeof drafts)[number]) => {
        const input = { storeId, at, orderId, period, n: 1, invoiceId };
        const charged = await chargeOrCapture(deps, input).catch((e: unknown) => failed(deps, input, e));
        if (charged?.outcome === 'declined') await db.$transaction((tx) => notifyOrder(tx, input));
      };
      await chunkBefore(
        () => next,
        () => inParallel(drafts, WIDTH, charge),
      );
      return { next, count: drafts.length };
    },
  };
}

interface Charge {
  storeId: string;
  at: Instant;
  orderId: string;
  period: Period;
  n: number;
  invoiceId: string;
}

async function chargeOrCapture(deps: Deps, input: Charge): Promise<ChargeOutcome> {
  const { storeId, orderId, period } = input;
  const committed = await deps.db.cardCharge.findFirst({
    where: { storeId, orderId, period, status: { in: ['committed', 'captured'] } },
  });
  return committed ? captureAndReceipt(deps, input) : chargeInvoice(deps, input);
}

/**
 * Opens an incident for a charge that no retry can mend, for example because SBPS has rejected the request or can't say what
 * became of it. The charges of the other orders go on. Any other failure is thrown, so that Temporal runs the activity again.
 */
async function failed(deps: Deps, charge: Charge, e: unknown): Promise<null> {
  if (!isFinalFailure(e)) throw e;
  await deps.db.$transaction((tx) => chargeFailed(tx, charge, e.message));
  return null;
}

export function chargeFailed(
  tx: Tx,
  { storeId, at, orderId, period, invoiceId }: Omit<Charge, 'n'>,
  failure: string,
): Promise<void> {
  return openIncident(tx, {
    storeId,
    id: keys.incident.cardCharge(orderId, period),
    kind: 'card_charge_failed',
    at,
    workflowId: workflowIds.order(orderId),
    detail: { failure, invoice: invoiceId },
  });
}

/**
 * Sends a message about a declined charge to the order's workflow, which mails the buyer and charges again on later days. If the
 * workflow has ended, nobody charges again, so an incident asks finance to collect the month.
 */
async function notifyOrder(tx: Tx, { storeId, at, orderId, period, invoiceId }: Charge): Promise<void> {
  const workflowId = workflowIds.order(orderId);
  const living = await tx.wait.findUnique({ where: { storeId_workflowId: { storeId, workflowId } } });
  if (!living)
    return openIncident(tx, {
      storeId,
      id: keys.incident.lastCharge(orderId, period),
      kind: 'last_charge_declined',
      at,
      detail: { failure: 'declined after the contract had ended', invoice: invoiceId },
    });
  await send(tx, {
    storeId,
    id: keys.message.chargeDeclined(orderId, period),
    to: workflowId,
    name: 'chargeDeclined',
    payload: { period, invoiceId, declinedOn: dateOf(at) },
    at,
  });
}
