import { type Yen, subtractYen, sumYen, yen } from '../money';

/** An invoice that a deposit names, with the amount still owed in yen with tax. */
export interface Owed {
  invoiceId: string;
  /** Zero or less when the invoice is paid. */
  owed: Yen;
}

export interface Matched {
  /** The part of the deposit that each invoice gets, in the order named. Invoices that get nothing are left out. */
  parts: { invoiceId: string; amount: Yen }[];
  /** The yen of the deposit that are left once all the invoices are paid. They belong to the buyer (仮受金, suspense). */
  over: Yen;
}

/**
 * Applies one deposit to the invoices that it names (消込), in the given order and each in full before the next. If the money
 * runs out, the difference stays owed, even if it is only the transfer fee, which the buyer bears (docs/store.md P7).
 * @param amount the yen received
 */
export function matchDeposit(amount: Yen, invoices: readonly Owed[]): Matched {
  let left: Yen = amount;
  const parts: Matched['parts'] = [];
  for (const { invoiceId, owed } of invoices) {
    const part = yen(Math.min(left, Math.max(owed, 0)));
    if (part === 0) continue;
    parts.push({ invoiceId, amount: part });
    left = subtractYen(left, part);
  }
  return { parts, over: subtractYen(amount, sumYen(parts.map((part) => part.amount))) };
}
