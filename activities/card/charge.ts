import { ApplicationFailure } from '@temporalio/common';
import { type Instant, type Period, dateOf } from '../../domain/calendar';
import { type Yen, subtractYen, toYen } from '../../domain/money';
import { type Db, type Tx, dateIn } from '../../prisma/db';
import type { CardAuthorisation, CardProvider, CardStep } from '../../providers/cards/port';
import { ProviderError } from '../../providers/errors';
import type { ChargeOutcome, ForOrder } from '../../workflows/contracts/activities';
import { keys, providerReference } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { gatewayCall } from '../lib/gateway-call';
import { type OrderRow, loadOrder } from '../../books/order/rows';
import { issueReceipt, storeReceipt } from './receipts';

/** An authorisation that stands with SBPS under an id we were never told: it is never committed and lapses. */
export const LOST = 'lost';

export interface ChargeInput extends ForOrder {
  period: Period;
  n: number;
  /** The card just authenticated; without it the saved one. */
  authenticationRef?: string;
}

/** Yen with tax, and the tax in it. */
export interface Charged {
  total: Yen;
  tax: Yen;
}

/** A month of the order with all its lines: what is authorised before there is an invoice. */
export function monthOf(order: OrderRow): Charged {
  const total = toYen(order.total);
  return { total, tax: subtractYen(total, toYen(order.net)) };
}

/** Charges a month's invoice: authorises, commits, captures and issues the receipt. */
export async function chargeInvoice(deps: Deps, input: ChargeInput & { invoiceId: string }): Promise<ChargeOutcome> {
  const { storeId, invoiceId } = input;
  const order = await loadOrder(deps.db, input);
  const invoice = await deps.db.invoice.findUniqueOrThrow({ where: { storeId_id: { storeId, id: invoiceId } } });
  const charged = { total: toYen(invoice.total), tax: toYen(invoice.tax) };
  const authorised = await authoriseAndCommit(deps, input, order, charged);
  if (authorised.outcome === 'declined') return authorised;
  return captureAndReceipt(deps, input);
}

/**
 * Authorises under card-auth/<order>/<period>/<n> and commits. Where the answer to the authorisation was lost it is tried once
 * more at once, as the next n and by the saved card, which SBPS has kept with the lost one: nobody has refused anything.
 * @returns declined with code `lost` when that answer is lost as well, so that a decision makes the next n
 */
export async function authoriseAndCommit(
  deps: Deps,
  input: ChargeInput,
  order: OrderRow,
  charged: Charged,
): Promise<ChargeOutcome> {
  const first = await authoriseOnce(deps, input, order, charged);
  if (first.outcome !== 'declined' || first.code !== LOST) return first;
  const { storeId, at, orderId, period, n } = input;
  return authoriseOnce(deps, { storeId, at, orderId, period, n: n + 1 }, order, charged);
}

async function authoriseOnce(
  deps: Deps,
  input: ChargeInput,
  order: OrderRow,
  charged: Charged,
): Promise<ChargeOutcome> {
  const { db } = deps;
  const { storeId, orderId, period, n, at } = input;
  const cards = await deps.cards(storeId);
  const key = keys.call.cardAuthorisation(orderId, period, n);
  const by = await payingCard(db, input);
  const authorised = await gatewayCall<CardAuthorisation>(db, {
    storeId,
    key,
    provider: 'sbps',
    at,
    request: { orderId, period, n, amount: charged.total },
    // An order_id is authorised once: sent again it is authorised now, or refused as used by a try whose answer was lost.
    find: async () => null,
    send: () =>
      cards
        .authorise({
          orderId: providerReference(orderId, period, n),
          customerCode: orderId,
          amount: charged.total,
          tax: charged.tax,
          ...itemOf(order),
          by,
          at,
        })
        .catch((e: unknown): CardAuthorisation => {
          if (isOrderIdUsed(e)) return { outcome: 'declined', code: LOST };
          throw e;
        }),
    record: (tx, answer) => recordCharge(tx, input, charged.total, answer),
  });
  if (authorised.outcome === 'declined') return { outcome: 'declined', code: authorised.code };
  const { trackingId } = authorised;
  const committed = await stepOnce(
    db,
    cards,
    input,
    { step: 'commit', trackingId },
    {
      send: () => cards.commit(trackingId, at),
      done: (tx) => tx.cardCharge.update({ where: { storeId_key: { storeId, key } }, data: { status: 'committed' } }),
    },
  );
  return committed.outcome === 'done' ? { outcome: 'charged' } : { outcome: 'declined', code: committed.code };
}

/**
 * Captures what the invoice says of what is committed for its period, and issues the receipt in the same transaction. Less than
 * was authorised where a line has been cancelled since; more can't be captured.
 * @throws ApplicationFailure non-retryable InvalidInput when the invoice is over the authorised amount
 */
export async function captureAndReceipt(
  deps: Deps,
  input: ChargeInput & { invoiceId: string },
): Promise<ChargeOutcome> {
  const { db } = deps;
  const { storeId, orderId, period, at, invoiceId } = input;
  const charge = await db.cardCharge.findFirstOrThrow({
    where: { storeId, orderId, period, trackingId: { not: null } },
    orderBy: { n: 'desc' },
  });
  const invoice = await db.invoice.findUniqueOrThrow({ where: { storeId_id: { storeId, id: invoiceId } } });
  if (invoice.total > charge.amount)
    throw ApplicationFailure.nonRetryable(
      `invoice ${invoiceId} of ${invoice.total} yen is over the ${charge.amount} authorised`,
      'InvalidInput',
    );
  const cards = await deps.cards(storeId);
  const [amount, trackingId] = [toYen(invoice.total), charge.trackingId!];
  const step = { step: 'capture', trackingId, amount } as const;
  const captured = await stepOnce(db, cards, { ...input, n: charge.n }, step, {
    send: () => cards.capture(trackingId, amount, at),
    done: async (tx) => {
      const where = { storeId_key: { storeId, key: charge.key } };
      await tx.cardCharge.update({ where, data: { status: 'captured', capturedOn: dateIn(dateOf(at)) } });
      await issueReceipt(tx, { storeId, at, invoiceId });
    },
  });
  if (captured.outcome === 'refused') return { outcome: 'declined', code: captured.code };
  await storeReceipt(deps, { storeId, at, invoiceId });
  return { outcome: 'charged' };
}

/** SBPS's type 96: an authorisation stands under this order_id. */
export function isOrderIdUsed(e: unknown): boolean {
  return e instanceof ProviderError && e.codes.some((code) => code.slice(3, 5) === '96');
}

/** How SBPS's screens call what is paid for. */
export function itemOf(order: OrderRow): { itemId: string; itemName: string } {
  return { itemId: order.id.slice(0, 32), itemName: order.lines[0]!.planName };
}

async function payingCard(
  db: Db,
  { storeId, authenticationRef }: ChargeInput,
): Promise<{ authenticationId: string } | 'saved_card'> {
  if (!authenticationRef) return 'saved_card';
  const where = { storeId_id: { storeId, id: authenticationRef } };
  const { authenticationId } = await db.cardAuthentication.findUniqueOrThrow({ where });
  return authenticationId === null ? 'saved_card' : { authenticationId };
}

async function recordCharge(
  tx: Tx,
  { storeId, orderId, period, n, at }: ChargeInput,
  amount: number,
  answer: CardAuthorisation,
): Promise<void> {
  const authorised = answer.outcome === 'authorised';
  await tx.cardCharge.create({
    data: {
      storeId,
      key: keys.call.cardAuthorisation(orderId, period, n),
      sbpsOrderId: providerReference(orderId, period, n),
      orderId,
      period,
      n,
      amount: BigInt(amount),
      status: authorised ? 'authorised' : answer.code === LOST ? 'lapsed' : 'declined',
      trackingId: authorised ? answer.trackingId : null,
      brand: authorised ? answer.brand : null,
      code: authorised || answer.code === LOST ? null : answer.code,
      authorisedOn: authorised ? dateIn(dateOf(at)) : null,
    },
  });
}

/**
 * Commit and capture can be asked after: SBPS's inquiry says whether a lost one had its effect. A refused one leaves the charge
 * declined, so that the next n can stand.
 */
function stepOnce(
  db: Db,
  cards: CardProvider,
  { storeId, orderId, period, n, at }: ChargeInput,
  request: { step: 'commit' | 'capture'; trackingId: string; amount?: Yen },
  { send, done }: { send: () => Promise<CardStep>; done: (tx: Tx) => Promise<unknown> },
): Promise<CardStep> {
  const key = keys.call.cardAuthorisation(orderId, period, n);
  return gatewayCall<CardStep>(db, {
    storeId,
    key: keys.call.cardStep(key, request.step),
    provider: 'sbps',
    at,
    request,
    find: () => hadEffect(cards, request.step, request.trackingId, at),
    send,
    record: async (tx, answer) => {
      if (answer.outcome === 'done') return void (await done(tx));
      const where = { storeId_key: { storeId, key } };
      await tx.cardCharge.update({ where, data: { status: 'declined', code: answer.code } });
    },
  });
}

async function hadEffect(
  cards: CardProvider,
  step: 'commit' | 'capture',
  trackingId: string,
  at: Instant,
): Promise<CardStep | null> {
  const known = await cards.inquire(trackingId, at);
  if (!known) return null;
  const done = step === 'commit' ? known.commit === 'committed' : known.payment === 'captured';
  return done ? { outcome: 'done', processedOn: null } : null;
}
