import { type Period, periodEnd, periodStart } from '../../domain/calendar';
import { type Yen, sumYen, toYen } from '../../domain/money';
import { chargeOf } from '../../domain/order/pricing';
import type { RateClass, Rounding } from '../../domain/tax';
import { type Tx, dateIn, sql } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';
import { holdOpenPeriod } from '../invoice/periods';
import { settlementIn } from '../lib/sql';

interface Line {
  id: string;
  plan_id: string;
  price_id: string;
  version: number;
  plan_name: string;
  quantity: number;
  unit_amount: bigint;
  rate_class: RateClass;
  account_id: string;
  destination_id: string;
  settlement: PrismaJson.Settlement;
  tax_rounding: Rounding;
  made_in: Period | null;
  made_gross: bigint | null;
}

/**
 * Makes a billable item for each line of an order and one month of service. If the items exist, returns them unchanged. If the
 * month is frozen (it takes no more items), new items go to the next open month, marked as late. The month is locked FOR SHARE,
 * so that no close can freeze it between the check and the write.
 * @returns the month that bills the items, and their sum in yen with tax
 */
export async function makeOrderItems(
  tx: Tx,
  input: { storeId: string; orderId: string; period: Period; status: 'pending' | 'billable' },
): Promise<{ period: Period; gross: Yen }> {
  const { storeId, orderId, period: usage, status } = input;
  const lines = await tx.$queryRaw<Line[]>(sql`
    SELECT s.id, s.plan_id, s.price_id, p.version, s.plan_name, s.quantity, s.unit_amount, s.rate_class,
           o.account_id, o.destination_id, ${settlementIn(usage)} AS settlement,
           st.tax_rounding, i.period AS made_in, i.gross AS made_gross
      FROM subscriptions s
      JOIN orders o ON o.store_id = s.store_id AND o.id = s.order_id
      JOIN stores st ON st.id = s.store_id
      JOIN prices p ON p.store_id = s.store_id AND p.id = s.price_id
      LEFT JOIN billable_items i ON i.store_id = s.store_id AND i.subscription_id = s.id AND i.usage_period = ${usage}
     WHERE s.store_id = ${storeId} AND s.order_id = ${orderId} AND s.status <> 'ended'
       AND (s.ends_on IS NULL OR s.ends_on >= ${dateIn(periodStart(usage))}::date)
     ORDER BY s.line_no`);
  if (lines.length === 0) throw new Error(`order ${orderId} of store ${storeId} has no lines`);
  const made = lines.find((line) => line.made_in !== null)?.made_in;
  if (made) return { period: made, gross: sumYen(lines.map((line) => toYen(line.made_gross ?? 0))) };

  const period = await holdOpenPeriod(tx, storeId, usage);
  const items = lines.map((line) => {
    const { unit_amount: unitAmount, quantity, rate_class: rateClass } = line;
    const { net, gross } = chargeOf({ unitAmount, quantity, rateClass }, periodEnd(usage), line.tax_rounding);
    const reason: PrismaJson.ItemReason = {
      plan_id: line.plan_id,
      price_id: line.price_id,
      price_version: line.version,
      order_id: orderId,
      usage_period: usage,
      quantity,
      proration: '1/1',
      ...(period !== usage && { late: true }),
    };
    return { line, net, gross, reason };
  });
  await tx.billableItem.createMany({
    data: items.map(({ line, net, gross, reason }) => ({
      storeId,
      id: keys.billableItem(line.id, usage),
      period,
      usagePeriod: usage,
      accountId: line.account_id,
      destinationId: line.destination_id,
      orderId,
      subscriptionId: line.id,
      settlement: line.settlement,
      description: line.plan_name,
      quantity: line.quantity,
      unitAmount: line.unit_amount,
      net: BigInt(net),
      rateClass: line.rate_class,
      gross: BigInt(gross),
      reason,
      status: line.settlement === 'np' ? status : 'billable',
    })),
    skipDuplicates: true,
  });
  return { period, gross: sumYen(items.map((item) => item.gross)) };
}

/**
 * Makes an order's items of a month billable, after the credit provider NP掛け払い (NP) has accepted them or finance has decided
 * to bill without NP. If the billing month has been frozen since, they move to the next open month, marked as late. Does nothing
 * if no items of the order wait for that.
 */
export async function makeBillable(
  tx: Tx,
  input: { storeId: string; orderId: string; usage: Period; settlement: 'np' | 'in_house' },
): Promise<void> {
  const { storeId, orderId, usage, settlement } = input;
  const waiting = await tx.$queryRaw<{ period: Period }[]>(sql`
    SELECT DISTINCT period FROM billable_items
     WHERE store_id = ${storeId} AND order_id = ${orderId} AND usage_period = ${usage} AND status IN ('pending', 'refused')`);
  for (const { period } of waiting) {
    const to = await holdOpenPeriod(tx, storeId, period);
    await tx.$executeRaw(sql`
      UPDATE billable_items
         SET status = 'billable', settlement = ${settlement}, period = ${to},
             reason = CASE ${to} WHEN ${period} THEN reason ELSE reason || '{"late": true}' END
       WHERE store_id = ${storeId} AND order_id = ${orderId} AND usage_period = ${usage} AND period = ${period}
         AND status IN ('pending', 'refused')`);
  }
}
