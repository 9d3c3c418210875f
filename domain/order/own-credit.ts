import { type JstDate, type Period, periodEnd } from '../calendar';
import type { InvoiceState } from '../invoice/lifecycle';
import { type Yen, addYen, sumYen } from '../money';
import { type RateClass, type Rounding, taxOnNet } from '../tax';

/** NP's codes, so that an order takes the same path in both kinds of store: 00, 21 an invoice is overdue, 22 over the limit. */
export type OwnCreditAnswer = '00' | '21' | '22';

/** The items of one month and rate that are on no issued invoice yet; yen without tax. */
export interface Unbilled {
  period: Period;
  rateClass: RateClass;
  net: Yen;
}

/** The credit of a billing destination in an in-house store, used and allowed. Yen with tax, except `unbilled`. */
export interface OwnCredit {
  unbilled: readonly Unbilled[];
  /** Still owed on issued invoices. */
  unpaid: Yen;
  limit: Yen;
  /** Whether any invoice of the account {@link isOverdue}. */
  overdue: boolean;
}

/**
 * Whether an issued invoice paid by transfer still has yen owed after its last day of payment. An invoice paid by debit
 * counts only after its debit has failed and it is billed again by transfer. `lockCredit` computes the same in SQL.
 */
export function isOverdue(
  invoice: { status: InvoiceState; method: 'bank_transfer' | 'direct_debit'; owed: Yen; payUntil: JstDate },
  on: JstDate,
): boolean {
  return invoice.status === 'issued' && invoice.method === 'bank_transfer' && invoice.owed > 0 && invoice.payUntil < on;
}

/** Unbilled plus unpaid, yen with tax. Each month is taxed like its future invoice, once per rate (DESIGN §5). */
export function ownCreditUsed({ unbilled, unpaid }: OwnCredit, rounding: Rounding): Yen {
  const months = new Set(unbilled.map(({ period }) => period));
  const ofMonth = (month: Period): Yen => {
    const lines = unbilled.filter(({ period }) => period === month);
    const amounts = lines.map(({ net, rateClass }) => ({ amount: net, rateClass }));
    return taxOnNet(amounts, periodEnd(month), rounding).gross;
  };
  return addYen(unpaid, sumYen([...months].map(ofMonth)));
}

/** @param order the items of the order's first month. An order that adds no yen is within any limit. */
export function decideOwnCredit(credit: OwnCredit, order: readonly Unbilled[], rounding: Rounding): OwnCreditAnswer {
  if (credit.overdue) return '21';
  const used = ownCreditUsed({ ...credit, unbilled: [...credit.unbilled, ...order] }, rounding);
  return used <= credit.limit || used === ownCreditUsed(credit, rounding) ? '00' : '22';
}
