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

/** Orders of a chunk charged side by side; SBPS answers in tenths of seconds. */
const WIDTH = 4;
const CHUNK = 50;

/** The closed month's card receipts: the first period is captured, later ones authorised with the saved card and captured. */
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
        if (charged?.outcome === 'declined') await db.$transaction((tx) => tellOrder(tx, input));
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
  const standing = await deps.db.cardCharge.findFirst({
    where: { storeId, orderId, period, status: { in: ['committed', 'captured'] } },
  });
  return standing ? captureAndReceipt(deps, input) : chargeInvoice(deps, input);
}

/** What SBPS refuses for good or can't say concerns one order: a person looks, the others go on. */
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

/** The order's workflow knows the retry calendar; it tells the buyer. Where it has ended, unpaid, nobody tries again: finance collects. */
async function tellOrder(tx: Tx, { storeId, at, orderId, period, invoiceId }: Charge): Promise<void> {
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
