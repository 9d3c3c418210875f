import { type Period, dateOf } from '../../domain/calendar';
import { toYen } from '../../domain/money';
import { type OwnCredit, type Unbilled, decideOwnCredit } from '../../domain/order/own-credit';
import { netOf } from '../../domain/order/pricing';
import { policy } from '../../domain/policy';
import type { RateClass } from '../../domain/tax';
import { type Tx, dateIn, sql } from '../../prisma/db';
import type { ForOrder, OwnCreditBook } from '../../workflows/contracts/activities';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { type OrderRow, changeStatus } from '../../books/order/rows';
import { orderStep } from '../../books/order/service';
import { owed } from '../../books/lib/sql';

/**
 * The credit decision of a store that bills in house (docs/store.md P4). The credit that a billing destination has used is
 * computed from the database at each decision and never kept in a counter. A confirmed order counts with its monthly amount.
 * Once its service has begun, its billable items and unpaid invoices count instead. An order that was cancelled before its
 * service does not count.
 */
export function ownCreditBook({ db }: Deps): OwnCreditBook {
  return {
    decideOwnCredit: ({ period, n, ...input }) =>
      orderStep(db, input, keys.step.credit(period, n), async (tx, order) => {
        const credit = await lockCredit(tx, input, order);
        const answer = decideOwnCredit(credit, linesOf(order, period), order.store.taxRounding);
        if (answer === '00') {
          await changeStatus(tx, input, 'confirmed', { waitUntil: null, reason: null });
          const where = { storeId_id: { storeId: input.storeId, id: input.orderId } };
          await tx.order.update({ where, data: { firstPeriod: period } });
        }
        return answer;
      }),
  };
}

function linesOf(order: OrderRow, period: Period): Unbilled[] {
  return order.lines.map((line) => ({
    period,
    rateClass: line.rateClass,
    net: netOf(line),
  }));
}

interface UsedRow {
  kind: 'unbilled' | 'unpaid' | 'overdue';
  period: Period;
  rate_class: RateClass;
  yen: bigint;
}

/**
 * Reads the used credit of the order's billing destination. First it locks the destination until the transaction ends, so that
 * of two concurrent orders the second one counts the first. One statement reads all amounts, because an invoice that is issued
 * between two statements could be missed by both. The lock is FOR NO KEY UPDATE, so that another transaction can still insert
 * rows that refer to the destination (a billable item, an invoice).
 */
async function lockCredit(tx: Tx, { storeId, at }: ForOrder, order: OrderRow): Promise<OwnCredit> {
  const { destinationId, accountId } = order;
  const [held] = await tx.$queryRaw<{ credit_limit: bigint | null }[]>(sql`
    SELECT credit_limit FROM billing_destinations WHERE store_id = ${storeId} AND id = ${destinationId} FOR NO KEY UPDATE`);
  const rows = await tx.$queryRaw<UsedRow[]>(sql`
    WITH unpaid AS (
      SELECT i.destination_id, i.pay_until, i.method, ${owed} AS yen FROM invoices i
       WHERE i.store_id = ${storeId} AND i.account_id = ${accountId} AND i.settlement = 'in_house' AND i.status = 'issued'
    )
    SELECT 'unbilled' AS kind, b.period, b.rate_class, sum(b.net)::bigint AS yen
      FROM orders o
      JOIN billable_items b ON b.store_id = o.store_id AND b.order_id = o.id
      LEFT JOIN invoices i ON i.store_id = b.store_id AND i.id = b.invoice_id
     WHERE o.store_id = ${storeId} AND o.destination_id = ${destinationId} AND b.settlement = 'in_house'
       AND b.status = 'billable' AND coalesce(i.status, 'draft') IN ('draft', 'held')
     GROUP BY b.period, b.rate_class
    UNION ALL
    SELECT 'unbilled', o.first_period, s.rate_class, sum(s.unit_amount * s.quantity)::bigint
      FROM orders o JOIN subscriptions s ON s.store_id = o.store_id AND s.order_id = o.id
     WHERE o.store_id = ${storeId} AND o.destination_id = ${destinationId} AND o.method = 'bank_transfer'
       AND o.status IN ('confirmed', 'provisioning')
     GROUP BY o.first_period, s.rate_class
    UNION ALL
    SELECT 'unpaid', NULL, NULL, coalesce(sum(yen), 0)::bigint FROM unpaid WHERE destination_id = ${destinationId} AND yen > 0
    UNION ALL
    -- An invoice to be debited can be overdue only after its debit has failed and it is billed again by transfer.
    SELECT 'overdue', NULL, NULL, count(*) FROM unpaid
     WHERE yen > 0 AND method = 'bank_transfer' AND pay_until < ${dateIn(dateOf(at))}::date`);
  const sumOf = (kind: UsedRow['kind']) => toYen(rows.find((row) => row.kind === kind)!.yen);
  return {
    unbilled: rows.flatMap(({ kind, period, rate_class: rateClass, yen }) =>
      kind === 'unbilled' ? [{ period, rateClass, net: toYen(yen) }] : [],
    ),
    unpaid: sumOf('unpaid'),
    limit: held!.credit_limit === null ? policy.credit.ownLimit : toYen(held!.credit_limit),
    overdue: sumOf('overdue') > 0,
  };
}
