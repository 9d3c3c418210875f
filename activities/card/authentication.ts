import { toYen } from '../../domain/money';
import type { CardAuthorisation, CardProvider } from '../../providers/cards/port';
import type { ForOrder, GatewayActivities } from '../../workflows/contracts/activities';
import { keys, savingReference } from '../../workflows/contracts/keys';
import { authoriseAndCommit, chargeInvoice, isOrderIdUsed, itemOf, monthOf } from './charge';
import type { Deps } from '../lib/deps';
import { callProvider, gatewayCall } from '../lib/gateway-call';
import { changeStatus, loadOrder } from '../../books/order/rows';

type CardGateway = Pick<GatewayActivities, 'request3ds' | 'authoriseFirst' | 'chargePeriod' | 'saveCard'>;

/**
 * The calls to SBPS (the card gateway) for an order: 3-D Secure, the first authorisation, the charge of a month, and saving
 * another card.
 */
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
        // SBPS can't be asked what became of a one-time token. So if the answer was lost, the request is sent again. SBPS accepts
        // a token only once: it accepts the token now, or refuses it because the earlier try has used it.
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

/**
 * Asks SBPS for the result of 3-D Secure. That the buyer's browser came back to our return address proves nothing, because
 * anybody can open this address, even before there is a result.
 */
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
  const result = await callProvider(() => cards.result3ds(authenticationId, at));
  if (result !== 'pending')
    await deps.db.cardAuthentication.update({ where, data: { status: result, redirectUrl: null } });
  return result;
}

function unauthenticated(result: 'failed' | 'pending') {
  return result === 'pending' ? { outcome: result } : { outcome: 'declined' as const, code: '3ds_failed' };
}

type Saving = { outcome: 'authorised' } | Extract<CardAuthorisation, { outcome: 'declined' }>;

/**
 * Saves a card without charging it. SBPS saves a card only together with an authorisation. So this function authorises the
 * month's amount, because the buyer has passed 3-D Secure for this amount. It uses a separate order_id, so that the month can
 * still be charged under its usual one. The authorisation is never committed and therefore lapses. If SBPS refuses it, the card
 * is not saved.
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
          // An earlier try has used this order_id, and its answer was lost. In that try SBPS has authorised and saved the card.
          // So SBPS is asked for the saved card. It comes back as null if the store does not accept the card's brand.
          const savedCard = await sbps.savedCard(orderId, at);
          return savedCard ? { outcome: 'authorised' } : { outcome: 'declined', code: 'brand_not_accepted' };
        }),
    record: async (tx, answer) => {
      if (answer.outcome === 'declined') await tx.cardAuthentication.update({ where, data: { status: 'failed' } });
    },
  });
}
