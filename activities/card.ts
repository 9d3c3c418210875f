import type { Instant, Period } from '../domain/calendar';
import { dateOf } from '../domain/calendar';
import { toYen, yen } from '../domain/money';
import { taxWithinGross } from '../domain/tax';
import type { Db, Tx } from '../prisma/db';
import { dateIn } from '../prisma/db';
import type { CardAuthorisation, CardProvider, CardStep } from '../providers/cards/port';
import type { ChargeOutcome, ForOrder, GatewayActivities } from '../workflows/contracts/activities';
import { keys, providerReference } from '../workflows/contracts/ids';
import type { Deps } from './deps';
import { gatewayCall } from './gateway-call';
import { type OrderRow, changeStatus, loadOrder } from './order-rows';
import { issueReceipt, storeReceipt } from './receipts';

/** What is told where SBPS can't say what became of an authorisation: it is never committed and lapses. */
const LOST = 'lost';

export interface ChargeInput extends ForOrder {
  period: Period;
  n: number;
  authenticationRef?: string;
}

/** Cards through SBPS: 3-D Secure, the first authorisation, and the charge of a period. */
export function cardGateway(deps: Deps): Pick<GatewayActivities, 'request3ds' | 'authoriseFirst' | 'chargePeriod'> {
  const { db } = deps;
  return {
    async request3ds({ authenticationRef, ...input }) {
      const { storeId, at, orderId } = input;
      const order = await loadOrder(db, input);
      const where = { storeId_id: { storeId, id: authenticationRef } };
      const authentication = await db.cardAuthentication.findUniqueOrThrow({ where });
      const cards = await deps.cards(storeId);
      const back = `${deps.publicUrl}/v1/card_returns/${authenticationRef}`;
      type Asked = Awaited<ReturnType<CardProvider['request3ds']>>;
      const asked = await gatewayCall<Asked>(db, {
        storeId,
        key: `card-3ds/${authenticationRef}`,
        provider: 'sbps',
        at,
        request: { orderId, authenticationRef },
        // The one-time token is spent with the first try: after a lost answer the buyer is asked for a new one.
        find: async () => ({ outcome: 'declined', code: LOST }),
        send: () =>
          cards.request3ds({
            customerCode: orderId,
            amount: toYen(order.total),
            card: { token: authentication.token ?? '', tokenKey: authentication.tokenKey ?? '' },
            okUrl: `${back}/ok`,
            ngUrl: `${back}/ng`,
            at,
          }),
        record: async (tx, answer) => {
          const redirected = answer.outcome === 'redirect';
          await tx.cardAuthentication.update({
            where,
            data: {
              token: null,
              tokenKey: null,
              status: redirected ? 'redirected' : 'failed',
              authenticationId: redirected ? answer.authenticationId : null,
              redirectUrl: redirected ? answer.redirectUrl : null,
            },
          });
          if (authentication.purpose === 'order') await changeStatus(tx, input, 'authorising');
        },
      });
      return asked.outcome === 'redirect' ? { outcome: 'redirect' } : { outcome: 'declined', code: asked.code };
    },

    async authoriseFirst(input) {
      const passed = await passed3ds(deps, input, input.authenticationRef);
      if (!passed) return { outcome: 'declined', code: '3ds_failed' };
      return authoriseAndCommit(deps, input, await loadOrder(db, input));
    },

    async chargePeriod({ invoiceId, ...input }) {
      if (input.authenticationRef && !(await passed3ds(deps, input, input.authenticationRef)))
        return { outcome: 'declined', code: '3ds_failed' };
      const charged = await authoriseAndCommit(deps, input, await loadOrder(db, input));
      if (charged.outcome === 'declined') return charged;
      return captureAndReceipt(deps, { ...input, invoiceId });
    },
  };
}

/** Asks SBPS itself how 3-D Secure ended; what the browser brought back is never believed. */
async function passed3ds(deps: Deps, { storeId, at }: ForOrder, authenticationRef: string): Promise<boolean> {
  const where = { storeId_id: { storeId, id: authenticationRef } };
  const { authenticationId, status } = await deps.db.cardAuthentication.findUniqueOrThrow({ where });
  if (status === 'passed') return true;
  if (!authenticationId) return false;
  const passed = (await (await deps.cards(storeId)).result3ds(authenticationId, at)) === 'passed';
  await deps.db.cardAuthentication.update({ where, data: { status: passed ? 'passed' : 'failed', redirectUrl: null } });
  return passed;
}

/**
 * Authorises under card-auth/<order>/<period>/<n> and commits. An authorisation whose answer was lost is never committed: it
 * lapses, and the outcome is `declined` with code `lost`, so that a decision (a retry date, the buyer) makes the next n.
 */
export async function authoriseAndCommit(deps: Deps, input: ChargeInput, order: OrderRow): Promise<ChargeOutcome> {
  const { db } = deps;
  const { storeId, orderId, period, n, at } = input;
  const cards = await deps.cards(storeId);
  const key = keys.cardAuthorisation(orderId, period, n);
  const amount = toYen(order.total);
  const { tax } = taxWithinGross(
    order.lines.map((line) => ({
      gross: toYen(line.unitAmount * BigInt(line.quantity)),
      rateClass: line.rateClass as 'standard',
    })),
    dateOf(at),
  );
  const authentication =
    input.authenticationRef &&
    (await db.cardAuthentication.findUniqueOrThrow({ where: { storeId_id: { storeId, id: input.authenticationRef } } }))
      .authenticationId;
  const authorised = await gatewayCall<CardAuthorisation>(db, {
    storeId,
    key,
    provider: 'sbps',
    at,
    request: { orderId, period, n, amount },
    find: async () => ({ outcome: 'declined', code: LOST }),
    send: () =>
      cards.authorise({
        orderId: providerReference(orderId, period, n),
        customerCode: orderId,
        amount,
        tax: yen(Math.max(0, tax)),
        itemId: orderId.slice(0, 32),
        itemName: order.lines[0]!.planName,
        by: authentication ? { authenticationId: authentication } : 'saved_card',
        at,
      }),
    record: (tx, answer) => recordCharge(tx, input, amount, answer),
  });
  if (authorised.outcome === 'declined') return { outcome: 'declined', code: authorised.code };
  const { trackingId } = authorised;
  const committed = await stepOnce(
    db,
    cards,
    input,
    'commit',
    trackingId,
    () => cards.commit(trackingId, at),
    (tx) => tx.cardCharge.update({ where: { storeId_key: { storeId, key } }, data: { status: 'committed' } }),
  );
  if (committed.outcome === 'done') return { outcome: 'charged' };
  await db.cardCharge.update({
    where: { storeId_key: { storeId, key } },
    data: { status: 'declined', code: committed.code },
  });
  return { outcome: 'declined', code: committed.code };
}

/** Captures what is committed for the period, and issues the receipt in the same transaction. */
export async function captureAndReceipt(
  deps: Deps,
  input: ChargeInput & { invoiceId: string },
): Promise<ChargeOutcome> {
  const { db } = deps;
  const { storeId, orderId, period, at, invoiceId } = input;
  const charge = await db.cardCharge.findFirstOrThrow({
    where: { storeId, orderId, period, status: { in: ['committed', 'captured'] } },
  });
  const cards = await deps.cards(storeId);
  const trackingId = charge.trackingId!;
  const done = await stepOnce(
    db,
    cards,
    { ...input, n: charge.n },
    'capture',
    trackingId,
    () => cards.capture(trackingId, toYen(charge.amount), at),
    async (tx) => {
      const where = { storeId_key: { storeId, key: charge.key } };
      await tx.cardCharge.update({ where, data: { status: 'captured', capturedOn: dateIn(dateOf(at)) } });
      await issueReceipt(tx, { storeId, at, invoiceId });
    },
  );
  if (done.outcome === 'refused') return { outcome: 'declined', code: done.code };
  await storeReceipt(deps, { storeId, at, invoiceId });
  return { outcome: 'charged' };
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
      key: keys.cardAuthorisation(orderId, period, n),
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

/** Commit and capture can be asked after: SBPS's inquiry says whether a lost one had its effect. */
function stepOnce(
  db: Db,
  cards: CardProvider,
  input: ChargeInput,
  step: 'commit' | 'capture',
  trackingId: string,
  send: () => Promise<CardStep>,
  book: (tx: Tx) => Promise<unknown>,
): Promise<CardStep> {
  const { storeId, orderId, period, n, at } = input;
  return gatewayCall<CardStep>(db, {
    storeId,
    key: `${keys.cardAuthorisation(orderId, period, n)}/${step}`,
    provider: 'sbps',
    at,
    request: { trackingId },
    find: () => hadEffect(cards, step, trackingId, at),
    send,
    record: async (tx, answer) => {
      if (answer.outcome === 'done') await book(tx);
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
