import { type Period, dateOf, nextPeriod, periodOf, periodStart } from '../../domain/calendar';
import { type Tx, dateIn } from '../../prisma/db';
import type { ForAccount, ForOrder, RiskBook } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { send } from '../../books/lib/outbox';
import { makeBillable } from '../../books/order/items';
import { changeStatus } from '../../books/order/rows';
import { emitOrderEvent, orderStep } from '../../books/order/service';

/**
 * The database activities of an order in service after NP (the credit provider NP掛け払い) refuses to guarantee one of its months.
 */
export function riskBook({ db }: Deps): RiskBook {
  return {
    markAtRisk: ({ period, reason, until, cause, ...input }) =>
      orderStep(
        db,
        input,
        keys.step.atRisk(cause),
        async (tx, order) => {
          await changeStatus(tx, input, 'at_risk', { reason, waitUntil: until });
          await emitOrderEvent(tx, input, order, 'order.at_risk', keys.step.atRisk(cause), { reason, until, period });
        },
        { period, reason },
      ),

    async monthsAtRisk(input) {
      const { storeId, orderId } = input;
      const { guarantee } = await db.billingDestination.findFirstOrThrow({
        where: { storeId, orders: { some: { id: orderId } } },
      });
      return { refused: await refusedMonths(db, input), guaranteed: guarantee !== 'NG' };
    },

    billInHouse: ({ period, messageId, ...input }) =>
      orderStep(db, input, keys.step.billInHouse(messageId), async (tx, order) => {
        const { storeId, orderId } = input;
        const months = [...new Set([...(await refusedMonths(tx, input)), period])].sort();
        const unguaranteedMonths = [...new Set([...order.unguaranteedMonths, ...months])].sort();
        const where = { storeId_id: { storeId, id: orderId } };
        await tx.order.update({ where, data: { unguaranteedMonths } });
        for (const usage of months) await makeBillable(tx, { storeId, orderId, usage, settlement: 'in_house' });
        return { months };
      }),
  };
}

async function refusedMonths(tx: Tx, { storeId, orderId }: ForOrder): Promise<Period[]> {
  const items = await tx.billableItem.findMany({
    where: { storeId, orderId, status: 'refused' },
    distinct: ['usagePeriod'],
    orderBy: { usagePeriod: 'asc' },
    select: { usagePeriod: true },
  });
  return items.map((item) => item.usagePeriod);
}

/**
 * Sends a message to the workflow of each order in service of the buyer: the next month is at risk. NP's guarantee of the buyer
 * has become NG, so NP accepts no more registrations and will refuse the next month. Months that are registered already stay
 * guaranteed.
 */
export async function putComingMonthAtRisk(tx: Tx, { storeId, at, destinationId }: ForAccount, cause: string) {
  const period = nextPeriod(periodOf(dateOf(at)));
  const orders = await tx.order.findMany({
    where: {
      storeId,
      destinationId,
      method: 'bank_transfer',
      status: { in: ['active', 'at_risk', 'ending'] },
      subscriptions: { some: { OR: [{ endsOn: null }, { endsOn: { gte: dateIn(periodStart(period)) } }] } },
    },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  const row = (orderId: string) => ({
    storeId,
    id: keys.message.comingMonthAtRisk(orderId, cause),
    to: workflowIds.order(orderId),
    name: 'atRisk' as const,
    payload: { period, reason: 'guarantee_ng' },
    at,
  });
  await send(tx, ...orders.map(({ id }) => row(id)));
}
