import type { JstDate } from '../../domain/calendar';
import type { PricedLine } from '../../domain/order/pricing';
import type { Refusal } from '../../domain/refusal';
import type { Plan, Price } from '../../generated/prisma/client';
import { type Tx, dateIn } from '../../prisma/db';

/** A plan and its quantity, as a buyer wants to order them. */
export interface WantedLine {
  planId: string;
  quantity: number;
}

/** A wanted line with its plan and the price in force. */
export interface LineOnSale extends PricedLine {
  plan: Plan;
  price: Price;
}

/**
 * Prices the lines by the newest version of each plan's price that is in force on the day.
 * @returns the lines whose plan has a price, and a refusal unknown_plan for each other line
 */
export async function linesOnSale(
  tx: Tx,
  storeId: string,
  wanted: readonly WantedLine[],
  on: JstDate,
): Promise<{ lines: LineOnSale[]; refusals: Refusal[] }> {
  const plans = await tx.plan.findMany({
    where: { storeId, id: { in: wanted.map((line) => line.planId) } },
    include: {
      prices: {
        where: { effectiveFrom: { lte: dateIn(on) } },
        orderBy: [{ effectiveFrom: 'desc' }, { version: 'desc' }],
        take: 1,
      },
    },
  });
  const onSale = new Map(plans.flatMap(({ prices: [price], ...plan }) => (price ? [[plan.id, { plan, price }]] : [])));
  const lines: LineOnSale[] = [];
  const refusals: Refusal[] = [];
  for (const [i, { planId, quantity }] of wanted.entries()) {
    const sale = onSale.get(planId);
    if (!sale) refusals.push({ code: 'unknown_plan', field: ['lines', i, 'planId'] });
    else {
      const { amount: unitAmount, rateClass } = sale.price;
      lines.push({ ...sale, quantity, unitAmount, rateClass: rateClass });
    }
  }
  return { lines, refusals };
}
