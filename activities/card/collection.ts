import { type Period, addDays, dateOf } from '../../domain/calendar';
import { toYen } from '../../domain/money';
import { policy } from '../../domain/policy';
import type { Tx } from '../../prisma/db';
import type { CardBook, ChargeOutcome, GatewayActivities } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { chunkBefore } from '../lib/chunk';
import { LOST, captureAndReceipt, chargeInvoice } from './charge';
import type { Deps } from '../lib/deps';
import { emit } from '../../books/lib/events';
import { enqueue } from '../../books/lib/outbox';
import { openIncident } from '../../books/lib/incidents';
import { once } from '../../books/lib/once';
import { loadOrder, mailBuyer } from '../../books/order/rows';
import { inParallel } from '../lib/parallel';
import { sellerOf } from '../../books/invoice/parties';

/** Renewals that were declined, in the books. */
export function cardBook({ db }: Deps): CardBook {
  return {
    chargeDeclined: ({ period, invoiceId, declinedOn, n, retryOn, ...input }) =>
      once(db, input.storeId, `card-declined/${input.orderId}/${period}/${n}`, { retryOn }, async (tx) => {
        const order = await loadOrder(tx, input);
        const { storeId, at, orderId } = input;
        const invoice = await tx.invoice.findUniqueOrThrow({ where: { storeId_id: { storeId, id: invoiceId } } });
        const amount = toYen(invoice.total);
        const event = `card.declined/${orderId}/${period}/${n}`;
        const last = await tx.cardCharge.findFirst({ where: { storeId, orderId, period }, orderBy: { n: 'desc' } });
        const lost = last?.status === 'lapsed';
        await emit(tx, {
          storeId,
          key: event,
          type: 'card.declined',
          at,
          accountId: order.accountId,
          orderId,
          invoiceId,
          amount,
          period,
          data: { code: lost ? LOST : (last?.code ?? null), retry_on: retryOn },
        });
        // No bank has refused anything: there is nothing to ask of the buyer.
        if (lost) return;
        await mailBuyer(tx, input, order, event, 'card-declined', (mail) => ({
          order: mail,
          period,
          amount,
          retryOn,
          replaceCardUrl: `${sellerOf(order.store).contactUrl}/account/orders/${orderId}/card`,
          replaceUntil: addDays(declinedOn, policy.card.retryAfterDays.at(-1)!),
        }));
      }),

    nextChargeAttempt: ({ period, cause, ...input }) =>
      once(db, input.storeId, `card-attempt/${input.orderId}/${period}/${cause}`, {}, async (tx) => {
        const { storeId, orderId } = input;
        const last = await tx.cardCharge.aggregate({ where: { storeId, orderId, period }, _max: { n: true } });
        return { n: (last._max.n ?? 0) + 1 };
      }),

    async tellUncharged(input) {
      const { storeId, period } = input;
      const drafts = await db.invoice.findMany({ where: { storeId, period, settlement: 'card', status: 'draft' } });
      for (const { id: invoiceId, settlementRef: orderId } of drafts)
        await db.$transaction(async (tx) => {
          // One that was declined is its order's to charge again, or finance's already.
          const told = [chargeDeclinedId(orderId, period), lastChargeId(orderId, period)];
          const known =
            (await tx.dispatch.count({ where: { storeId, id: { in: told } } })) +
            (await tx.incident.count({ where: { storeId, id: { in: told } } }));
          if (known === 0) await chargeFailed(tx, { ...input, orderId, invoiceId }, 'left out with its chunk');
        });
    },

    openCharges: async ({ storeId, orderId }) => ({
      open: await db.billableItem.count({
        where: {
          storeId,
          orderId,
          settlement: 'card',
          status: { not: 'withdrawn' },
          OR: [{ invoiceId: null }, { invoice: { status: 'draft' } }],
        },
      }),
    }),

    authenticationExpired: async ({ storeId, authenticationRef }) => {
      await db.cardAuthentication.updateMany({
        where: { storeId, id: authenticationRef, status: { in: ['open', 'redirected'] } },
        data: { status: 'expired', token: null, tokenKey: null, redirectUrl: null },
      });
    },
  };
}

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
  at: Parameters<typeof dateOf>[0];
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
  if (!(e instanceof Error && 'nonRetryable' in e && e.nonRetryable)) throw e;
  await deps.db.$transaction((tx) => chargeFailed(tx, charge, e.message));
  return null;
}

const chargeDeclinedId = (orderId: string, period: Period) => `charge-declined/${orderId}/${period}`;
const lastChargeId = (orderId: string, period: Period) => `last-charge-declined/${orderId}/${period}`;

function chargeFailed(
  tx: Tx,
  { storeId, at, orderId, period, invoiceId }: Omit<Charge, 'n'>,
  failure: string,
): Promise<void> {
  return openIncident(tx, {
    storeId,
    id: `card-charge/${orderId}/${period}`,
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
      id: lastChargeId(orderId, period),
      kind: 'last_charge_declined',
      at,
      detail: { failure: 'declined after the contract had ended', invoice: invoiceId },
    });
  await enqueue(tx, {
    storeId,
    id: chargeDeclinedId(orderId, period),
    kind: 'signal',
    target: workflowId,
    name: 'chargeDeclined',
    payload: { period, invoiceId, declinedOn: dateOf(at) },
    at,
  });
}
