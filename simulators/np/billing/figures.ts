import type { Bill, Transaction } from '../books';

/** Sum of the transactions in yen with tax, without cancelled ones. */
export function totalOf(transactions: Transaction[]): number {
  return transactions.reduce((sum, t) => (t.status === 'cancelled' ? sum : sum + t.total), 0);
}

/**
 * A bill's taxes: for each rate the total in yen with tax, and the tax contained in it (10/110 or 8/108). The tax is
 * truncated once per rate, not per line.
 */
export function taxesOf(bill: Bill): { rate: 10 | 8; total: number; tax: number }[] {
  const details = bill.transactions.filter((t) => t.status !== 'cancelled').flatMap((t) => t.details);
  return ([10, 8] as const).flatMap((rate) => {
    const ofRate = details.filter((detail) => detail.rate === rate);
    if (ofRate.length === 0) return [];
    const total = ofRate.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
    return [{ rate, total, tax: Math.trunc((total * rate) / (100 + rate)) + 0 }];
  });
}

/** The virtual bank account to which a buyer pays all its bills. */
export function virtualAccountOf(buyerId: string) {
  return {
    bank: '三井住友銀行',
    branch: 'シミュレータ支店',
    type: '普通' as const,
    number: buyerId.slice(-7),
    holder: 'カ）ネットプロテクションズ',
  };
}
