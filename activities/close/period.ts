import { advance } from '../../books/lib/advance';
import { addPeriod } from '../../books/invoice/periods';
import { type Period, periodEnd, periodStart } from '../../domain/calendar';
import type { Rounding } from '../../domain/tax';
import { WHOLE_STORE, joinByHash, termsOf } from '../../books/lib/sets';
import { type Tx, dateIn, sql } from '../../prisma/db';
import type { PeriodBook } from '../../workflows/contracts/activities';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { keyFrom, ratesOn, settlementIn, taxOf } from '../../books/lib/sql';

export function periodBook({ db }: Deps): PeriodBook {
  return {
    /**
     * Opens a month: ends order lines whose last day has passed, and makes the month's billable items. A second run makes only
     * the missing items. The count that it returns covers all items of the month, so also those of the first run.
     */
    async openPeriod({ storeId, period }) {
      const { rounding } = await termsOf(db, storeId);
      return db.$transaction(async (tx) => {
        await addPeriod(tx, storeId, period);
        const [held] = await tx.$queryRaw<{ status: string }[]>(sql`
          SELECT status FROM periods WHERE store_id = ${storeId} AND period = ${period} FOR SHARE`);
        await joinByHash(tx);
        await endLines(tx, storeId, period);
        if (held?.status === 'open') await makeItems(tx, storeId, period, rounding);
        return { items: await tx.billableItem.count({ where: { storeId, period } }) };
      }, WHOLE_STORE);
    },
  };
}

/** Ends cancelled order lines whose last day was before this month. The order may run on with other lines. */
async function endLines(tx: Tx, storeId: string, period: Period): Promise<void> {
  await advance(tx, 'subscription', {
    where: { storeId, endsOn: { lt: dateIn(periodStart(period)) } },
    from: ['ending', 'paused'],
    to: 'ended',
  });
}

/**
 * Makes one billable item for each order line that is in force on at least one day of the month. If the line's first month has an
 * item already, made when its service began, this item stays.
 */
async function makeItems(tx: Tx, storeId: string, period: Period, rounding: Rounding): Promise<void> {
  const tax = taxOf(sql`(s.unit_amount * s.quantity)`, sql`rates.rate`, sql`100`, rounding);
  await tx.$executeRaw(sql`/* set */
    INSERT INTO billable_items (store_id, id, period, usage_period, account_id, destination_id, order_id, subscription_id, settlement,
                                description, quantity, unit_amount, net, rate_class, gross, reason, status)
    SELECT s.store_id, ${keyFrom(keys.billableItem('*', period), sql`s.id`)}, ${period}, ${period}, o.account_id,
           o.destination_id, o.id, s.id, terms.settlement, s.plan_name, s.quantity, s.unit_amount, s.unit_amount * s.quantity, s.rate_class,
           s.unit_amount * s.quantity + ${tax},
           jsonb_build_object('plan_id', s.plan_id, 'price_id', s.price_id, 'price_version', p.version, 'order_id', o.id,
                              'usage_period', ${period}::text, 'quantity', s.quantity, 'proration', '1/1'),
           CASE terms.settlement WHEN 'np' THEN 'pending' ELSE 'billable' END
      FROM subscriptions s
      JOIN orders o ON o.store_id = s.store_id AND o.id = s.order_id
      JOIN prices p ON p.store_id = s.store_id AND p.id = s.price_id
      JOIN stores st ON st.id = s.store_id
      JOIN ${ratesOn(periodEnd(period))} ON rates.rate_class = s.rate_class
     CROSS JOIN LATERAL (SELECT ${settlementIn(period)} AS settlement) terms
     WHERE s.store_id = ${storeId}
       AND s.status IN ('active', 'ending') AND o.status IN ('active', 'at_risk', 'ending')
       AND s.starts_on <= ${dateIn(periodEnd(period))}::date
       AND (s.ends_on IS NULL OR s.ends_on >= ${dateIn(periodStart(period))}::date)
    ON CONFLICT DO NOTHING`);
}
