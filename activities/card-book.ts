import { type Period, addDays, dateOf } from '../domain/calendar';
import { toYen } from '../domain/money';
import { policy } from '../domain/policy';
import { type Tx, dateOut } from '../prisma/db';
import type { CardBook, GatewayActivities } from '../workflows/contracts/activities';
import { workflowIds } from '../workflows/contracts/ids';
import { authoriseAndCommit, captureAndReceipt } from './card';
import type { Deps } from './deps';
import { emit, enqueue, openIncident } from './facts';
import { once } from './once';
import { loadOrder, mailBuyer } from './order-rows';
import { inParallel } from './parallel';
import { sellerOf } from './seller';

/** Renewals that were declined, in the books. */
export function cardBook({ db }: Deps): CardBook {
  return {
    chargeDeclined: ({ period, invoiceId, n, retryOn, ...input }) =>
      once(db, input.storeId, `card-declined/${input.orderId}/${period}/${n}`, { retryOn }, async (tx) => {
        const order = await loadOrder(tx, input);
        const { storeId, at, orderId } = input;
        const amount = toYen(order.total);
        const event = `card.declined/${orderId}/${period}/${n}`;
        const charge = await tx.cardCharge.findFirst({ where: { storeId, orderId, period }, orderBy: { n: 'desc' } });
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
          data: { code: charge?.code ?? null, retry_on: retryOn },
        });
        const first = await tx.cardCharge.findFirst({ where: { storeId, orderId, period }, orderBy: { n: 'asc' } });
        const declinedOn = first?.authorisedOn ? dateOut(first.authorisedOn) : dateOf(at);
        const lastTry = policy.card.retryAfterDays.at(-1)!;
        await mailBuyer(tx, input, order, event, 'card-declined', (mail) => ({
          order: mail,
          period,
          amount,
          retryOn,
          replaceCardUrl: `${sellerOf(order.store).contactUrl}/account/orders/${orderId}/card`,
          replaceUntil: addDays(declinedOn, lastTry),
        }));
      }),

    nextChargeAttempt: ({ period, cause, ...input }) =>
      once(db, input.storeId, `card-attempt/${input.orderId}/${period}/${cause}`, {}, async (tx) => {
        const { storeId, orderId } = input;
        const last = await tx.cardCharge.aggregate({ where: { storeId, orderId, period }, _max: { n: true } });
        return { n: (last._max.n ?? 0) + 1 };
      }),

    chargeSettled: async () => {},

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
      await inParallel(drafts, WIDTH, async ({ id: invoiceId, settlementRef: orderId }) => {
        const input = { storeId, at, orderId, period: period as Period, n: 1, invoiceId };
        const charged = await chargeOrCapture(deps, input).catch((e: unknown) => failed(deps, input, e));
        if (charged?.outcome === 'declined') await db.$transaction((tx) => tellOrder(tx, input));
      });
      return { next: drafts.length === CHUNK ? drafts.at(-1)!.id : null, count: drafts.length };
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

async function chargeOrCapture(deps: Deps, input: Charge) {
  const { storeId, orderId, period } = input;
  const standing = await deps.db.cardCharge.findFirst({
    where: { storeId, orderId, period, status: { in: ['committed', 'captured'] } },
  });
  if (!standing) {
    const charged = await authoriseAndCommit(deps, input, await loadOrder(deps.db, input));
    if (charged.outcome === 'declined') return charged;
  }
  return captureAndReceipt(deps, input);
}

/** What SBPS refuses for good or can't say concerns one order: a person looks, the others go on. */
async function failed(deps: Deps, { storeId, at, orderId, period, invoiceId }: Charge, e: unknown): Promise<null> {
  if (!(e instanceof Error && 'nonRetryable' in e && e.nonRetryable)) throw e;
  await deps.db.$transaction((tx) =>
    openIncident(tx, {
      storeId,
      id: `card-charge/${orderId}/${period}`,
      kind: 'card_charge',
      owner: 'finance',
      at,
      workflowId: workflowIds.order(orderId),
      detail: { failure: e.message, invoice: invoiceId },
    }),
  );
  return null;
}

/** The order's workflow knows the retry calendar; it tells the buyer. A contract that has ended has none: finance collects. */
async function tellOrder(tx: Tx, { storeId, at, orderId, period, invoiceId }: Charge): Promise<void> {
  const { status } = await tx.order.findUniqueOrThrow({ where: { storeId_id: { storeId, id: orderId } } });
  if (status === 'ended')
    return openIncident(tx, {
      storeId,
      id: `last-charge-declined/${orderId}/${period}`,
      kind: 'last_charge_declined',
      owner: 'finance',
      at,
      detail: { failure: 'declined after the contract had ended', invoice: invoiceId },
    });
  await enqueue(tx, {
    storeId,
    id: `charge-declined/${orderId}/${period}`,
    kind: 'signal',
    target: workflowIds.order(orderId),
    name: 'chargeDeclined',
    payload: { period, invoiceId, declinedOn: dateOf(at) },
    at,
  });
}
