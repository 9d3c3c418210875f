import { createHash } from 'node:crypto';
import { addMonths, type Day, lastDayOf, monthOf } from '../dates';
import type { Card } from './cards';
import { dayOfDigits, refuse, type SpsRequest } from './wire';

/** An authorisation and its later steps, in SBPS's own states. */
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
  captured: number;
  refunded: number;
  commitStatus: 'unprocessed' | 'committed' | 'cancelled_after_commit' | 'cancelled_uncommitted';
  paymentStatus: 'authorised' | 'captured' | 'cancelled' | 'refunded';
  /** How often each step took effect; more than 1 would be a double charge. */
  commits: number;
  captures: number;
  refunds: number;
}

/** Transactions by merchant and tracking id, kept in memory. Every method @throws Refusal in a state that forbids it. */
export class Transactions {
  private readonly byTracking = new Map<string, Transaction>();
  private readonly byOrder = new Map<string, Transaction>();

  /**
   * @throws Refusal 96 when the order_id was authorised before. A declined authorisation leaves its order_id free
   * (assumed).
   */
  assertNewOrder(request: SpsRequest): void {
    if (this.byOrder.has(orderKey(request))) refuse('96', '004');
  }

  authorise(request: SpsRequest, card: Card): Transaction {
    // Ids are derived from the order, so a restarted simulator does not reuse the ids of another order.
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

  /** Captures the whole authorisation, or less when the request gives an amount. */
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

  /** ST02-00303-101. Before the capture it releases the authorisation. Afterwards it refunds the full amount. */
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

  /** ST02-00307-101 */
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

/** processing_datetime, or request_date when it is missing. */
export function processedOn(request: SpsRequest): Day {
  return dayIn(request.get('processing_datetime') || request.get('request_date'));
}

function dayIn(digits: string): Day {
  return dayOfDigits(digits) ?? refuse('06', '023');
}

/**
 * "3ヶ月目末日", read as the end of the third month after this one. The specification does not say whether the first month
 * counts. This is the wider reading, so a store can still apply a stricter one itself.
 */
function endOfThirdMonth(from: Day): Day {
  return lastDayOf(addMonths(monthOf(from), 3));
}

function orderKey(request: SpsRequest): string {
  return `${request.get('merchant_id')}/${request.get('order_id')}`;
}
