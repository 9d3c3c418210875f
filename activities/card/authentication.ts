import { toYen } from '../../domain/money';
import type { CardAuthorisation, CardProvider } from '../../providers/cards/port';
import type { ForOrder, GatewayActivities } from '../../workflows/contracts/activities';
import { keys, savingReference } from '../../workflows/contracts/keys';
import { authoriseAndCommit, chargeInvoice, isOrderIdUsed, itemOf, monthOf } from './charge';
import type { Deps } from '../lib/deps';
import { asked, gatewayCall } from '../lib/gateway-call';
import { changeStatus, loadOrder } from '../../books/order/rows';

type CardGateway = Pick<GatewayActivities, 'request3ds' | 'authoriseFirst' | 'chargePeriod' | 'saveCard'>;

/** Cards through SBPS: 3-D Secure, the first authorisation, the charge of a period, and another card to be kept. */
export function cardGateway(deps: Deps): CardGateway {
  const { db } = deps;
  return {
    async request3ds({ authenticationRef, ...input }) {
      const { storeId, at, orderId } = input;
      const order = await loadOrder(db, input);
      const where = { storeId_id: { storeId, id: authenticationRef } };
      const authentication = await db.cardAuthentication.findUniqueOrThrow({ where });
      const cards = await deps.cards(storeId);
      const back = `${deps.publicUrl}/v1/card_returns/${authenticationRef}`;
      type Answer = Awaited<ReturnType<CardProvider['request3ds']>>;
      const answer = await gatewayCall<Answer>(db, {
        storeId,
        key: keys.call.cardAuthentication(authenticationRef),
        provider: 'sbps',
        at,
        request: { orderId, authenticationRef },
        // The one-time token serves once: sent again it is taken now, or refused as spent by a try whose answer was lost.
        find: async () => null,
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
      return answer.outcome === 'redirect' ? { outcome: 'redirect' } : { outcome: 'declined', code: answer.code };
    },

    async authoriseFirst(input) {
      const result = await resultOf3ds(deps, input, input.authenticationRef);
      if (result !== 'passed') return unauthenticated(result);
      const order = await loadOrder(db, input);
      return authoriseAndCommit(deps, input, order, monthOf(order));
    },

    async chargePeriod(input) {
      const result = input.authenticationRef ? await resultOf3ds(deps, input, input.authenticationRef) : 'passed';
      return result === 'passed' ? chargeInvoice(deps, input) : unauthenticated(result);
    },

    async saveCard({ authenticationRef, ...input }) {
      const result = await resultOf3ds(deps, input, authenticationRef);
      if (result !== 'passed') return unauthenticated(result);
      const saved = await authoriseToSave(deps, { ...input, authenticationRef });
      return saved.outcome === 'authorised' ? { outcome: 'saved' } : { outcome: 'declined', code: saved.code };
    },
  };
}

/** Asks SBPS itself how 3-D Secure ended; what the browser brought back is never believed, nor that it has ended at all. */
async function resultOf3ds(
  deps: Deps,
  { storeId, at }: ForOrder,
  authenticationRef: string,
): Promise<'passed' | 'failed' | 'pending'> {
  const where = { storeId_id: { storeId, id: authenticationRef } };
  const { authenticationId, status } = await deps.db.cardAuthentication.findUniqueOrThrow({ where });
  if (status === 'passed' || status === 'failed') return status;
  if (!authenticationId) return 'failed';
  const cards = await deps.cards(storeId);
  const result = await asked(() => cards.result3ds(authenticationId, at));
  if (result !== 'pending')
    await deps.db.cardAuthentication.update({ where, data: { status: result, redirectUrl: null } });
  return result;
}

function unauthenticated(result: 'failed' | 'pending') {
  return result === 'pending' ? { outcome: result } : { outcome: 'declined' as const, code: '3ds_failed' };
}

type Saving = { outcome: 'authorised' } | Extract<CardAuthorisation, { outcome: 'declined' }>;

/**
 * SBPS keeps a card only as it authorises with it. So the month's amount, which 3-D Secure was passed for, is authorised under
 * an id of its own and never committed: it lapses, and nobody is charged. A card that is refused is not kept.
 */
async function authoriseToSave(
  { db, cards }: Deps,
  { authenticationRef, ...input }: ForOrder & { authenticationRef: string },
): Promise<Saving> {
  const { storeId, orderId, at } = input;
  const order = await loadOrder(db, input);
  const where = { storeId_id: { storeId, id: authenticationRef } };
  const { authenticationId } = await db.cardAuthentication.findUniqueOrThrow({ where });
  const sbps = await cards(storeId);
  const { total: amount, tax } = monthOf(order);
  return gatewayCall<Saving>(db, {
    storeId,
    key: keys.call.cardSaving(authenticationRef),
    provider: 'sbps',
    at,
    request: { orderId, authenticationRef },
    find: async () => null,
    send: () =>
      sbps
        .authorise({
          orderId: savingReference(authenticationRef),
          customerCode: orderId,
          amount,
          tax,
          ...itemOf(order),
          by: { authenticationId: authenticationId! },
          at,
        })
        .catch(async (e: unknown): Promise<Saving> => {
          if (!isOrderIdUsed(e)) throw e;
          // Authorised by a try whose answer was lost, so the card is kept, unless it is of a brand the store doesn't take.
          const kept = await sbps.savedCard(orderId, at);
          return kept ? { outcome: 'authorised' } : { outcome: 'declined', code: 'brand_not_accepted' };
        }),
    record: async (tx, answer) => {
      if (answer.outcome === 'declined') await tx.cardAuthentication.update({ where, data: { status: 'failed' } });
    },
  });
}
