import { addBusinessDays, dateOf } from '../../domain/calendar';
import { type Tx, dateOut } from '../../prisma/db';
import type { ForOrder, OrderBook } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { send } from '../../books/lib/outbox';
import { once } from '../../books/lib/once';
import { type OrderRow, changeStatus, loadOrder, mailBuyer, unknownOrder } from '../../books/order/rows';
import { beginService, emitOrderEvent, endLines, orderStep } from '../../books/order/service';

/**
 * The database activities of an order up to its confirmation, refusal or cancellation. Most of them change the order's status
 * and, in the same transaction, emit an event and queue the mail to the buyer or the message to the next workflow.
 */
export function orderBook({ db }: Deps): OrderBook {
  /**
   * Runs `work` once per credit attempt. The key has the number of the attempt and no date, because an order may be released and
   * held again on the same day.
   */
  const holdOnce = async (input: ForOrder, work: (tx: Tx, order: OrderRow) => Promise<void>): Promise<void> => {
    const { creditAttempt } = await loadOrder(db, input);
    return orderStep(db, input, keys.step.hold(creditAttempt), work);
  };

  return {
    async orderFacts({ storeId, orderId }) {
      const order = await db.order.findUnique({
        where: { storeId_id: { storeId, id: orderId } },
        select: {
          method: true,
          firstPeriod: true,
          destinationId: true,
          destination: { select: { buyerStatus: true } },
          account: { select: { store: { select: { settlement: true } } } },
          cardAuthentications: { where: { purpose: 'order' }, select: { id: true }, take: 1 },
        },
      });
      if (!order) throw unknownOrder(storeId, orderId);
      const { method, firstPeriod, destinationId } = order;
      return {
        method: method,
        settlement: method === 'card' ? 'card' : order.account.store.settlement,
        firstPeriod: firstPeriod,
        destinationId,
        buyer: order.destination.buyerStatus,
        authenticationRef: order.cardAuthentications[0]?.id ?? null,
      };
    },

    askClearance: ({ accountId, destinationId, ...input }) =>
      orderStep(db, input, 'ask-clearance', async (tx) => {
        await changeStatus(tx, input, 'screening');
        const id = keys.message.clear(destinationId, input.orderId);
        const to = workflowIds.account(accountId);
        const { storeId, at } = input;
        await send(tx, { storeId, id, to, name: 'clear', payload: { destinationId }, at });
      }),

    screeningHeld: ({ until, ...input }) =>
      orderStep(db, input, 'screening-held', async (tx, order) => {
        await changeStatus(tx, input, 'screening', { waitUntil: until, reason: 'buyer_held' });
        await emitOrderEvent(tx, input, order, 'order.screening', 'screening-held', { until });
      }),

    confirmOrder: ({ period, ...input }) =>
      orderStep(db, input, 'confirm', async (tx, order) => {
        await emitOrderEvent(tx, input, order, 'order.confirmed', 'confirm', {});
        if (order.lines.every((line) => line.plan.provisioning === 'immediate')) {
          await changeStatus(tx, input, 'active', { waitUntil: null, reason: null, firstPeriod: period });
          await beginService(tx, input, { ...order, firstPeriod: period }, dateOf(input.at));
          return { status: 'active' as const, startBy: dateOf(input.at) };
        }
        const days = Math.max(...order.lines.map((line) => line.plan.startWithinDays));
        const startBy = addBusinessDays(dateOf(input.at), days);
        await changeStatus(tx, input, 'provisioning', { waitUntil: startBy, reason: null, firstPeriod: period });
        return { status: 'provisioning' as const, startBy };
      }),

    holdOrder: ({ until, ...input }) =>
      holdOnce(input, async (tx, order) => {
        await changeStatus(tx, input, 'held', { waitUntil: until, reason: 'credit_limit' });
        const event = keys.reported.orderHeld(input.orderId, order.creditAttempt);
        await emitOrderEvent(tx, input, order, 'order.held', keys.step.held(order.creditAttempt), { until });
        await mailBuyer(tx, input, order, event, 'order-held', (mail) => ({ order: mail, until }));
      }),

    releaseOrder: ({ messageId, ...input }) =>
      once(db, input.storeId, keys.once.orderStep(input.orderId, keys.step.release(messageId)), {}, async (tx) => {
        const { creditAttempt, status } = await tx.order.update({
          where: { storeId_id: { storeId: input.storeId, id: input.orderId } },
          data: { creditAttempt: { increment: 1 } },
        });
        if (status === 'held') await changeStatus(tx, input, 'screening', { waitUntil: null, reason: null });
        return { n: creditAttempt };
      }),

    declineOrder: ({ reason, ...input }) =>
      orderStep(db, input, 'end', async (tx, order) => {
        await changeStatus(tx, input, 'declined', { waitUntil: null, reason });
        await endLines(tx, input, null);
        await emitOrderEvent(tx, input, order, 'order.declined', 'declined', { reason });
        const event = keys.reported.orderDeclined(input.orderId);
        const until = order.waitUntil ? dateOut(order.waitUntil) : dateOf(input.at);
        switch (reason) {
          case 'judgement':
            return mailBuyer(tx, input, order, event, 'order-declined-judgement', (mail, orderUrl) => ({
              order: mail,
              orderUrl,
            }));
          case 'overdue':
            return mailBuyer(tx, input, order, event, 'order-declined-overdue', (mail) => ({ order: mail }));
          case 'hold_expired':
            return mailBuyer(tx, input, order, event, 'order-declined-hold-expired', (mail, orderUrl) => ({
              order: mail,
              until,
              orderUrl,
            }));
          case 'screening_denied':
          case 'screening_expired': {
            const expired = reason === 'screening_expired';
            return mailBuyer(tx, input, order, event, 'order-declined-screening', (mail, orderUrl) => ({
              order: mail,
              expired,
              orderUrl,
            }));
          }
        }
      }),

    cancelOrder: ({ reason, ...input }) =>
      orderStep(db, input, 'end', async (tx, order) => {
        await changeStatus(tx, input, 'cancelled', { waitUntil: null, reason });
        await endLines(tx, input, null);
        await emitOrderEvent(tx, input, order, 'order.cancelled', 'cancelled', { reason });
        if (reason === 'asked') return;
        const event = keys.reported.orderCancelled(input.orderId);
        await mailBuyer(tx, input, order, event, 'order-cancelled-card', (mail, orderUrl) => ({
          order: mail,
          orderUrl,
        }));
      }),
  };
}
