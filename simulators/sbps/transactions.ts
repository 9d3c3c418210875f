import { createHash } from 'node:crypto';
import { addMonths, type Day, lastDayOf, monthOf } from '../dates';
import type { Card } from './cards';
import { dayOfDigits, refuse, type SpsRequest } from './wire';

/** An authorisation and its later steps (commit, capture, refunds), with the states that SBPS uses. */
export interface Transaction {
  merchantId: string;
  orderId: string;
  customerCode: string;
  trackingId: string;
  spsTransactionId: string;
  approval: string;
  card: Card;
  amount: number;
  authorisedOn: Day;
  capturedOn: Day | null;
  /** Yen captured and yen refunded so far. */
  captured: number;
  refunded: number;
  commitStatus: 'unprocessed' | 'committed' | 'cancelled_after_commit' | 'cancelled_uncommitted';
  paymentStatus: 'authorised' | 'captured' | 'cancelled' | 'refunded';
  /** How often each step took effect. More than one capture would be a double charge. */
  commits: number;
  captures: number;
  refunds: number;
}

/**
 * The transactions of all merchants, kept in memory. A method that changes a transaction throws Refusal when the
 * transaction's state does not allow it.
 */
export class Transactions {
  private readonly byTracking = new Map<string, Transaction>();
  private readonly byOrder = new Map<string, Transaction>();

  /**
   * Checks that the order_id is new.
   * @throws Refusal 96 when the order_id was authorised before. The order_id of a declined authorisation may be used
   * again (an assumption).
   */
  assertNewOrder(request: SpsRequest): void {
    if (this.byOrder.has(orderKey(request))) refuse('96', '004');
  }

  authorise(request: SpsRequest, card: Card): Transaction {
    // The ids are derived from order_id. If they were counted, a restarted simulator would give old ids to other orders.
    const digits = BigInt(`0x${createHash('sha1').update(orderKey(request)).digest('hex')}`).toString();
    const trackingId = digits.slice(-14);
    const { apiId } = request;
    const merchantId = request.get('merchant_id');
    const prefix = `B${merchantId}${request.get('service_id')}${apiId.replace(/\D/g, '')}`;
    const transaction: Transaction = {
      merchantId,
      orderId: request.get('order_id'),
      customerCode: request.get('cust_code'),
      trackingId,
      spsTransactionId: prefix + trackingId.slice(-(32 - prefix.length)),
      approval: digits.slice(0, 7),
      card,
      amount: Number(request.get('amount')),
      authorisedOn: requestedOn(request),
      capturedOn: null,
      captured: 0,
      refunded: 0,
      commitStatus: 'unprocessed',
      paymentStatus: 'authorised',
      commits: 0,
      captures: 0,
      refunds: 0,
    };
    this.byOrder.set(orderKey(request), transaction);
    this.byTracking.set(`${merchantId}/${trackingId}`, transaction);
    return transaction;
  }

  find(request: SpsRequest): Transaction {
    const found = this.byTracking.get(`${request.get('merchant_id')}/${request.get('tracking_id')}`);
    if (!found) return refuse('12', '027');
    const claimed = request.get('sps_transaction_id');
    return claimed && claimed !== found.spsTransactionId ? refuse('11', '026') : found;
  }

  commit(request: SpsRequest): void {
    const transaction = this.find(request);
    if (transaction.commitStatus !== 'unprocessed') refuse('60');
    transaction.commitStatus = 'committed';
    transaction.commits += 1;
  }

  /** Charges the card: the whole authorised amount, or the smaller amount in the request. */
  capture(request: SpsRequest): void {
    const transaction = this.find(request);
    const amount = Number(request.get('pay_option_manage/amount') || transaction.amount);
    if (transaction.paymentStatus === 'cancelled') refuse('40');
    if (transaction.commitStatus === 'unprocessed') refuse('39');
    if (transaction.paymentStatus !== 'authorised') refuse('41');
    if (amount > transaction.amount) refuse('79');
    if (processedOn(request) > endOfThirdMonth(transaction.authorisedOn)) refuse('42');
    transaction.paymentStatus = 'captured';
    transaction.captured = amount;
    transaction.capturedOn = processedOn(request);
    transaction.captures += 1;
  }

  /** Call ST02-00303-101. Before the capture it releases the authorisation. Afterwards it refunds the amount not yet refunded. */
  refundInFull(request: SpsRequest): void {
    const transaction = this.find(request);
    if (transaction.paymentStatus === 'cancelled') refuse('45');
    if (transaction.paymentStatus === 'refunded') refuse('46');
    if (transaction.paymentStatus === 'authorised') {
      const committed = transaction.commitStatus === 'committed';
      transaction.commitStatus = committed ? 'cancelled_after_commit' : 'cancelled_uncommitted';
      transaction.paymentStatus = 'cancelled';
      return;
    }
    this.recordRefund(transaction, transaction.captured - transaction.refunded, request);
  }

  /** Call ST02-00307-101. Refunds a part of the captured amount. */
  refundInPart(request: SpsRequest): void {
    const transaction = this.find(request);
    const amount = Number(request.get('pay_option_manage/amount'));
    if (transaction.paymentStatus === 'cancelled') refuse('45');
    if (transaction.paymentStatus === 'authorised') refuse('K0');
    if (transaction.paymentStatus === 'refunded') refuse('46');
    if (transaction.refunded + amount > transaction.captured) refuse('K1');
    this.recordRefund(transaction, amount, request);
  }

  ofMerchant(merchantId: string): Transaction[] {
    return [...this.byTracking.values()].filter((transaction) => transaction.merchantId === merchantId);
  }

  private recordRefund(transaction: Transaction, amount: number, request: SpsRequest): void {
    const on = processedOn(request);
    const soldOn = transaction.capturedOn ?? on;
    if (on < soldOn || on > endOfThirdMonth(soldOn)) refuse('56');
    transaction.refunded += amount;
    transaction.refunds += 1;
    if (transaction.refunded === transaction.captured) transaction.paymentStatus = 'refunded';
  }
}

export function requestedOn(request: SpsRequest): Day {
  return dayIn(request.get('request_date'));
}

/** Date on which the step counts as taken: processing_datetime, or request_date when that is missing. */
export function processedOn(request: SpsRequest): Day {
  return dayIn(request.get('processing_datetime') || request.get('request_date'));
}

function dayIn(digits: string): Day {
  return dayOfDigits(digits) ?? refuse('06', '023');
}

/**
 * Last day on which SBPS captures or refunds. The specification says "3ヶ月目末日", the end of the third month, but not
 * whether the month of `from` counts as the first. Here it does not count, so the simulator allows the later day.
 */
function endOfThirdMonth(from: Day): Day {
  return lastDayOf(addMonths(monthOf(from), 3));
}

function orderKey(request: SpsRequest): string {
  return `${request.get('merchant_id')}/${request.get('order_id')}`;
}
