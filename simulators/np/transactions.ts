import { type Day, monthOf } from '../dates';
import { totalOf } from './billing/figures';
import type { Buyer, Merchant, Transaction, TransactionDetail } from './books';
import { registeredIn } from './buyers';
import { NpError } from './wire/errors';
import { magicOf } from './wire/magic';

/** A transaction of a registration request, before NP has decided on it. */
export interface NewTransaction {
  shopTransactionId: string;
  orderedOn: Day;
  total: number;
  details: TransactionDetail[];
  poNumber: string | null;
  subject: string | null;
  summaries: { rate: 10 | 8; total: number }[];
}

/**
 * The sum of a buyer's negative transactions (credits) in a month may not fall below this, in yen with tax. It is NP's
 * default.
 */
const NEGATIVE_FLOOR = -100_000;

/**
 * Registers transactions of a buyer (取引登録). If one of the rows is malformed, the whole request is refused. Otherwise NP
 * judges each row separately and registers or refuses it.
 * @throws NpError
 */
export function registerTransactions(merchant: Merchant, buyer: Buyer, rows: NewTransaction[]): Transaction[] {
  for (const row of rows) {
    const effect = merchant.effects.get(row.shopTransactionId) ?? { received: 0, registered: 0 };
    merchant.effects.set(row.shopTransactionId, { ...effect, received: effect.received + 1 });
  }
  rows.forEach(checkSums);
  const ids = rows.map((row) => row.shopTransactionId);
  for (const id of ids) {
    if (id.length > 40) throw new NpError('idTooLong', id);
    if (merchant.transactionsByShopId.has(id) || ids.indexOf(id) !== ids.lastIndexOf(id))
      throw new NpError('duplicateTransaction', id);
  }
  if (buyer.result !== 'passed') throw new NpError('buyerState', buyer.result);

  return rows.map(({ shopTransactionId, orderedOn, total, details, poNumber, subject }) => {
    const ngReason = refusal(buyer, total, orderedOn);
    const transaction: Transaction = {
      id: String(20_000_000_000 + merchant.next('transaction')),
      shopTransactionId,
      buyerId: buyer.id,
      orderedOn,
      total,
      details,
      poNumber,
      subject,
      status: ngReason ? 'refused' : 'registered',
      ngReason,
      billBaseDate: null,
    };
    merchant.transactions.set(transaction.id, transaction);
    merchant.transactionsByShopId.set(shopTransactionId, transaction);
    buyer.transactions.push(transaction);
    if (!ngReason) merchant.effects.get(shopTransactionId)!.registered += 1;
    return transaction;
  });
}

/**
 * Cancels all of the transactions, or none if one of them is unknown or NP has confirmed a payment of its bill. A
 * transaction that is already cancelled does not matter.
 * @throws NpError
 */
export function cancelTransactions(merchant: Merchant, ids: string[]): void {
  const transactions = ids.map((id) => {
    const transaction = merchant.transactions.get(id);
    if (!transaction || transaction.status === 'refused') throw new NpError('unknownTransaction', id);
    const bill = billOf(merchant, transaction);
    if (
      transaction.status !== 'cancelled' &&
      bill &&
      (bill.status === 'paid' || bill.payments.some((p) => p.confirmed))
    )
      throw new NpError('transactionState', `${id}: its bill is paid`);
    return transaction;
  });
  const bills = new Set(transactions.map((transaction) => billOf(merchant, transaction)));
  for (const transaction of transactions) transaction.status = 'cancelled';
  // If nothing remains to pay on a bill, the bill becomes void and its other transactions are cancelled too.
  for (const bill of bills) {
    if (!bill || totalOf(bill.transactions) > 0) continue;
    bill.status = 'void';
    for (const transaction of bill.transactions) transaction.status = 'cancelled';
  }
}

/**
 * NP's reason to refuse a transaction; null if NP registers it. 21 (unpaid before): the buyer's guarantee is NG (NP gives
 * none), or a test has chosen 21. 24 (overall judgement): a test has chosen 24. 22 (over the limit): the buyer's month would
 * exceed the credit limit, or the sum of its negative transactions would fall below NEGATIVE_FLOOR.
 */
function refusal(buyer: Buyer, total: number, orderedOn: Day): Transaction['ngReason'] {
  const asked = buyer.refusal && orderedOn >= buyer.refusal.from ? buyer.refusal.reason : null;
  const reason = asked ?? magicOf(buyer.profile).refusesWith;
  if (buyer.guarantee === 'NG' || reason === '21') return '21';
  if (reason === '24') return '24';
  const month = registeredIn(buyer, monthOf(orderedOn));
  const negative = month.reduce((sum, t) => sum + Math.min(t.total, 0), Math.min(total, 0));
  if (negative < NEGATIVE_FLOOR) return '22';
  // A negative transaction is never refused for the limit, even if the month already exceeds a limit that NP has lowered.
  return total > 0 && totalOf(month) + total > (buyer.limit ?? 0) ? '22' : null;
}

function checkSums({ shopTransactionId, total, details, summaries }: NewTransaction): void {
  const sum = (rows: TransactionDetail[]) => rows.reduce((s, { price, quantity }) => s + price * quantity, 0);
  if (total !== sum(details)) throw new NpError('total', shopTransactionId);
  const rates = new Set(details.map(({ rate }) => rate));
  const agree =
    summaries.length === rates.size &&
    summaries.every(({ rate, total: t }) => rates.delete(rate) && t === sum(details.filter((d) => d.rate === rate)));
  if (!agree) throw new NpError('taxRateSummaries', shopTransactionId);
}

function billOf(merchant: Merchant, transaction: Transaction) {
  for (const bill of merchant.bills.values()) if (bill.transactions.includes(transaction)) return bill;
  return null;
}
