import { type Yen, subtractYen, sumYen, yen } from '../money';

/** An invoice that a deposit names, and what is left to pay of it; yen with tax. */
export interface Owed {
  invoiceId: string;
  /** Zero or less once it is paid. */
  owed: Yen;
}

export interface Matched {
  /** What each invoice gets, in the order named; those that get nothing are left out. */
  parts: { invoiceId: string; amount: Yen }[];
  /** Paid beyond all of them: the buyer's money, 仮受金. */
  over: Yen;
}

/**
 * 消込 of one deposit: the invoices in the order named, each in full before the next. Short of the last one it stays owed by the
 * rest, also where only the transfer fee is missing (P7).
 * @param amount yen that arrived
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
