import { ApplicationFailure } from '@temporalio/common';
import { type Instant, type JstDate, type Period, dateOf, periodEnd, periodStart } from '../../domain/calendar';
import { sumYen, toYen, yen } from '../../domain/money';
import { type RateClass, type Rounding, grossOf } from '../../domain/tax';
import { type Db, type Tx, instantOut, sql } from '../../prisma/db';
import type { TransactionRequest, TransactionResult } from '../../providers/credit/port';
import { keys, providerReference } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { gatewayCall } from '../lib/gateway-call';
import { groupBy } from '../lib/group-by';
import { makeBillable } from '../../books/order/items';

/** An order's charge for one month of service as NP (the credit provider NP掛け払い) receives it, with tax. */
export interface OrderCharge {
  orderId: string;
  accountId: string;
  destinationId: string;
  buyerId: string | null;
  /**
   * 取引日: in the order's first month the day of the order, in a later month its first day. It is never the day on which the
   * request is sent: a retry on a later day must send an equal request, because another one with the same key is a conflict.
   */
  orderedOn: JstDate;
  poNumber: string | null;
  subject: string | null;
  lines: TransactionRequest['lines'];
}

export interface Registration {
  storeId: string;
  orderId: string;
  period: Period;
  /**
   * The number of the attempt to register this month, from 1. If staff release a held order, or register a month at risk
   * again, the new attempt gets the next number. If Temporal retries the activity, the number stays.
   */
  n: number;
  at: Instant;
}

/**
 * Registers one month of an order with NP (取引登録). If the month has billable items already, they are registered, and NP's answer
 * makes them `billable` or `refused`. A new order has no items yet, so its order lines are registered.
 * @throws ApplicationFailure non-retryable: InvalidInput when NP does not know the buyer yet, or as gatewayCall does
 */
export async function registerOrderPeriod(deps: Deps, input: Registration): Promise<TransactionResult> {
  const [charge] = await chargesOf(deps.db, input.storeId, input.period, [input.orderId]);
  if (!charge) throw ApplicationFailure.nonRetryable(`order ${input.orderId} has nothing to register`, 'InvalidInput');
  return registerCharge(deps, input, charge);
}

/**
 * Registers a charge with NP and books the answer.
 * @param also further writes in the transaction that books the answer
 */
export async function registerCharge(
  deps: Deps,
  input: Registration,
  charge: OrderCharge,
  also?: (tx: Tx, result: TransactionResult) => Promise<void>,
): Promise<TransactionResult> {
  const { storeId, orderId, period, n, at } = input;
  const { buyerId, destinationId, orderedOn, poNumber, subject, lines } = charge;
  if (buyerId === null)
    throw ApplicationFailure.nonRetryable(`billing destination ${destinationId} has no buyer id at NP`, 'InvalidInput');
  const credit = await deps.credit(storeId);
  const key = keys.call.npTransaction(orderId, period, n);
  const total = sumYen(lines.map(({ price, quantity }) => yen(price * quantity)));
  const request: TransactionRequest = {
    shopTransactionId: providerReference(orderId, period, n),
    buyerId,
    orderedOn,
    total,
    ...(poNumber !== null && { poNumber }),
    ...(subject !== null && { subject }),
    lines,
  };
  return gatewayCall<TransactionResult>(deps.db, {
    storeId,
    key,
    provider: 'np',
    at,
    request,
    find: () => credit.findTransaction(request.shopTransactionId),
    send: () => credit.registerTransaction(request),
    record: async (tx, result) => {
      const registered = result.outcome === 'registered';
      await tx.creditTransaction.create({
        data: {
          storeId,
          key,
          shopTransactionId: request.shopTransactionId,
          orderId,
          destinationId,
          period,
          n,
          total: BigInt(total),
          status: result.outcome,
          npTransactionId: registered ? result.transactionId : null,
          ngReason: registered ? null : result.reason,
        },
      });
      if (registered) await makeBillable(tx, { storeId, orderId, usage: period, settlement: 'np' });
      else
        await tx.billableItem.updateMany({
          where: { storeId, orderId, usagePeriod: period, status: 'pending' },
          data: { status: 'refused' },
        });
      await also?.(tx, result);
    },
  });
}

interface ChargeLine {
  order_id: string;
  account_id: string;
  destination_id: string;
  accepted_at: Date;
  po_number: string | null;
  subject: string | null;
  np_buyer_id: string | null;
  tax_rounding: Rounding;
  plan_name: string;
  quantity: number;
  net: bigint;
  rate_class: RateClass;
  gross: bigint | null;
}

/**
 * The charge of each of these orders for the month. It is made from the order's billable items of that month or, if there are
 * none yet, from the order's lines.
 */
export async function chargesOf(db: Db, storeId: string, period: Period, orderIds: string[]): Promise<OrderCharge[]> {
  const rows = await db.$queryRaw<ChargeLine[]>(sql`
    SELECT o.id AS order_id, o.account_id, o.destination_id, o.accepted_at, o.po_number, o.subject, d.np_buyer_id, st.tax_rounding,
           s.plan_name, s.quantity, s.unit_amount * s.quantity AS net, s.rate_class, i.gross
      FROM orders o
      JOIN stores st ON st.id = o.store_id
      JOIN billing_destinations d ON d.store_id = o.store_id AND d.id = o.destination_id
      JOIN subscriptions s ON s.store_id = o.store_id AND s.order_id = o.id
      LEFT JOIN billable_items i ON i.store_id = s.store_id AND i.subscription_id = s.id
            AND i.usage_period = ${period} AND i.status <> 'withdrawn'
     WHERE o.store_id = ${storeId} AND o.id = ANY(${orderIds})
     ORDER BY o.id, s.line_no`);
  return [...groupBy(rows, (row) => row.order_id).values()].map((lines) => {
    const made = lines.filter((line) => line.gross !== null);
    const first = lines[0]!;
    const [acceptedOn, beginsOn] = [dateOf(instantOut(first.accepted_at)), periodStart(period)];
    return {
      orderId: first.order_id,
      accountId: first.account_id,
      destinationId: first.destination_id,
      buyerId: first.np_buyer_id,
      orderedOn: acceptedOn > beginsOn ? acceptedOn : beginsOn,
      poNumber: first.po_number,
      subject: first.subject,
      lines: (made.length > 0 ? made : lines).map((line) => chargeLine(line, period)),
    };
  });
}

/**
 * One line of a charge as NP receives it. NP multiplies a tax-inclusive unit price in whole yen by the quantity. If the line's
 * total can't be divided by its quantity, the line is sent with the total as its unit price and the quantity 1.
 */
function chargeLine(line: ChargeLine, period: Period): TransactionRequest['lines'][number] {
  const gross =
    line.gross === null
      ? grossOf(toYen(line.net), line.rate_class, periodEnd(period), line.tax_rounding)
      : toYen(line.gross);
  const divides = gross % line.quantity === 0;
  const [price, quantity] = divides ? [yen(gross / line.quantity), line.quantity] : [gross, 1];
  return { text: line.plan_name, price, quantity, rateClass: line.rate_class };
}
