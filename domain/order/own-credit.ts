import { type JstDate, type Period, periodEnd } from '../calendar';
import type { InvoiceState } from '../invoice/lifecycle';
import { type Yen, addYen, sumYen } from '../money';
import { type RateClass, type Rounding, taxOnNet } from '../tax';

/**
 * The credit decision of a store that settles in house (bills without NP): 00 accepted, 21 an invoice is overdue, 22 over the
 * limit. These are codes of NP (the credit provider NP掛け払い), so that an order takes the same path in both kinds of store.
 */
export type OwnCreditAnswer = '00' | '21' | '22';

/** The sum of the items of one month and one rate class that are on no issued invoice yet, in yen without tax. */
export interface Unbilled {
  period: Period;
  rateClass: RateClass;
  net: Yen;
}

/**
 * The credit that a billing destination of an in-house store uses (`unbilled` and `unpaid`) and its limit. Amounts are yen with
 * tax, except `unbilled`.
 */
export interface OwnCredit {
  unbilled: readonly Unbilled[];
  /** The amount still owed on issued invoices. */
  unpaid: Yen;
  limit: Yen;
  /** True if {@link isOverdue} is true for any invoice of the account. */
  overdue: boolean;
}

/**
 * True if an issued invoice to be paid by transfer is not paid in full after its last day of payment. An invoice paid by debit
 * counts only once its debit has failed, because it is then billed again by transfer. `lockCredit`
 * (activities/order/own-credit.ts) computes the same in SQL.
 */
export function isOverdue(
  invoice: { status: InvoiceState; method: 'bank_transfer' | 'direct_debit'; owed: Yen; payUntil: JstDate },
  on: JstDate,
): boolean {
  return invoice.status === 'issued' && invoice.method === 'bank_transfer' && invoice.owed > 0 && invoice.payUntil < on;
}

/**
 * The sum of the unbilled and the unpaid amounts, in yen with tax. The tax of an unbilled month is computed as on its future
 * invoice: once per rate (消費税法施行令70条の10).
 */
export function ownCreditUsed({ unbilled, unpaid }: OwnCredit, rounding: Rounding): Yen {
  const months = new Set(unbilled.map(({ period }) => period));
  const ofMonth = (month: Period): Yen => {
    const lines = unbilled.filter(({ period }) => period === month);
    const amounts = lines.map(({ net, rateClass }) => ({ amount: net, rateClass }));
    return taxOnNet(amounts, periodEnd(month), rounding).gross;
  };
  return addYen(unpaid, sumYen([...months].map(ofMonth)));
}

/**
 * Decides whether the store gives credit for an order. An order that costs nothing is within any limit.
 * @param order the items of the order's first month
 */
export function decideOwnCredit(credit: OwnCredit, order: readonly Unbilled[], rounding: Rounding): OwnCreditAnswer {
  if (credit.overdue) return '21';
  const used = ownCreditUsed({ ...credit, unbilled: [...credit.unbilled, ...order] }, rounding);
  return used <= credit.limit || used === ownCreditUsed(credit, rounding) ? '00' : '22';
}
