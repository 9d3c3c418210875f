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

/**
 * The code of an authorisation that SBPS (the card gateway) has made but whose answer was lost. Nobody can commit it without the
 * tracking id in that answer, so it lapses.
 */
export const LOST = 'lost';

export interface ChargeInput extends ForOrder {
  period: Period;
  /** The number of the attempt to charge this month, from 1. */
  n: number;
  /** The card that was just authenticated. Without it, the saved card is charged. */
  authenticationRef?: string;
}

/** An amount to charge. `total` is in yen with tax and includes `tax`. */
export interface Charged {
  total: Yen;
  tax: Yen;
}

/** The amount of one month for all lines of the order. It is the amount to authorise for a month that has no invoice yet. */
export function monthOf(order: OrderRow): Charged {
  const total = toYen(order.total);
  return { total, tax: subtractYen(total, toYen(order.net)) };
}

/** Charges a month's invoice to the card: authorises, commits and captures the amount, and issues the receipt. */
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
 * Authorises and commits attempt `n` to charge the month, under the key card-auth/<order>/<period>/<n>. If SBPS says that
 * it has authorised attempt n but its answer never came (`LOST`), the card is good, so attempt n + 1 follows at once. It pays with
 * the saved card, which SBPS saved when it authorised attempt n, or earlier. Authorisation n can't be committed without the
 * tracking id in the lost answer. It lapses, so the buyer is not charged twice.
 * @returns declined with code `lost` if the second answer is lost too; this function makes no third attempt
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
    // SBPS can't be asked what became of an order_id. So if the answer was lost, the request is sent again. SBPS authorises an
    // order_id only once: it authorises now, or refuses because the earlier try has used the order_id.
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
 * Captures the invoice's amount from the committed charge of its month, and issues the receipt in the transaction that books
 * the capture. If an order line was cancelled after the authorisation, the invoice's amount is below the authorised amount. SBPS
 * can't capture more than the authorised amount.
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

/** True if the error is SBPS's error of type 96: this order_id has an authorisation already. */
export function isOrderIdUsed(e: unknown): boolean {
  return e instanceof ProviderError && e.codes.some((code) => code.slice(3, 5) === '96');
}

/** The item that SBPS's screens show for the order: the order's id, and the plan name of its first line. */
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
 * Commits or captures a charge once. If the answer to an earlier try was lost, SBPS is asked whether the commit or capture had
 * its effect. If SBPS refuses the commit or capture, the charge becomes `declined`, so that attempt n + 1 can take its place.
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
  const inquiry = await cards.inquire(trackingId, at);
  if (!inquiry) return null;
  const done = step === 'commit' ? inquiry.commit === 'committed' : inquiry.payment === 'captured';
  return done ? { outcome: 'done', processedOn: null } : null;
}
