import { sellerOf } from '../../books/invoice/parties';
import { emit } from '../../books/lib/events';
import { once } from '../../books/lib/once';
import { loadOrder, mailBuyer } from '../../books/order/rows';
import { addDays } from '../../domain/calendar';
import { toYen } from '../../domain/money';
import { policy } from '../../domain/policy';
import type { CardBook } from '../../workflows/contracts/activities';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { LOST } from './charge';
import { chargeFailed } from './collection';

/**
 * The database activities for card payments: they record a declined charge, number the next attempt, report drafts that are
 * uncharged because their chunk was skipped, count an order's items that are not paid yet, and expire a 3-D Secure
 * authentication.
 */
export function cardBook({ db }: Deps): CardBook {
  return {
    chargeDeclined: ({ period, invoiceId, declinedOn, n, retryOn, ...input }) =>
      once(db, input.storeId, keys.once.cardDeclined(input.orderId, period, n), { retryOn }, async (tx) => {
        const order = await loadOrder(tx, input);
        const { storeId, at, orderId } = input;
        const invoice = await tx.invoice.findUniqueOrThrow({ where: { storeId_id: { storeId, id: invoiceId } } });
        const amount = toYen(invoice.total);
        const event = keys.event.cardDeclined(orderId, period, n);
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
        // SBPS's answer to the charge was lost. No bank has refused the card, so the buyer has nothing to do and gets no mail.
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
      once(db, input.storeId, keys.once.cardAttempt(input.orderId, period, cause), {}, async (tx) => {
        const { storeId, orderId } = input;
        const last = await tx.cardCharge.aggregate({ where: { storeId, orderId, period }, _max: { n: true } });
        return { n: (last._max.n ?? 0) + 1 };
      }),

    async tellUncharged(input) {
      const { storeId, period } = input;
      const drafts = await db.invoice.findMany({ where: { storeId, period, settlement: 'card', status: 'draft' } });
      for (const { id: invoiceId, settlementRef: orderId } of drafts)
        await db.$transaction(async (tx) => {
          // A charge that was declined was not skipped. The order's workflow has a message and charges again, or finance has an
          // incident. So it gets no incident here.
          const declined = [keys.message.chargeDeclined(orderId, period), keys.incident.lastCharge(orderId, period)];
          const handled =
            (await tx.dispatch.count({ where: { storeId, id: { in: declined } } })) +
            (await tx.incident.count({ where: { storeId, id: { in: declined } } }));
          if (handled === 0) await chargeFailed(tx, { ...input, orderId, invoiceId }, 'left out with its chunk');
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
