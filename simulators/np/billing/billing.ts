import { atTime, type Day, type Moment, type Month, monthOf } from '../../dates';
import { fileAlarm } from '../alarm-clock';
import { mailBills } from './mail';
import { totalOf } from './figures';
import type { Bill, Buyer, Merchant, Transaction } from '../books';
import { datesOf } from './calendar';
import { NpError } from '../wire/errors';
import { fileOverdue } from './settlement';

/**
 * Requests the billing of all of the transactions (請求確定依頼), or of none if one of them cannot be billed. The bills of a
 * month are issued at 10:00 on the month's issue day. Repeating a request changes nothing.
 * @throws NpError
 */
export async function requestBilling(merchant: Merchant, requests: { id: string; baseDate: Day }[]): Promise<void> {
  const check = () => requests.map((request) => billable(merchant, request)).filter((t) => t !== null);
  check();
  const months = new Set(requests.map(({ baseDate }) => monthOf(baseDate)));
  for (const month of months) {
    if (merchant.issued.has(month)) continue;
    await fileAlarm(merchant, 'issue', month, atTime(datesOf(month).issueOn, '10:00'), { period: month });
  }
  // Checks again, because the month's bills may have been issued while this function waited for the store's clock.
  for (const { transaction, baseDate } of check()) {
    transaction.status = 'bill_requested';
    transaction.billBaseDate = baseDate;
  }
}

/**
 * Issues the bills of a month, one for each buyer, mails them to the buyers and sends news to the shop. If a run fails, the
 * next run does only what is still missing.
 */
export async function issueBills(merchant: Merchant, month: Month, at: Moment): Promise<void> {
  const { closeOn, debitOn, debitResultOn, payUntil } = datesOf(month);
  if (!merchant.issued.has(month)) {
    merchant.issued.add(month);
    for (const buyer of merchant.buyers.values()) issueBill(merchant, buyer, month);
  }
  const bills = billsOf(merchant, closeOn);
  if (bills.some((bill) => bill.kind === 'debit_notice')) {
    await fileAlarm(merchant, 'debits', debitOn, atTime(debitResultOn, '09:30'), { debit_on: debitOn });
  }
  if (bills.some((bill) => bill.kind === 'invoice')) await fileOverdue(merchant, payUntil);
  await mailBills(merchant, bills, at);
  const data = { close_on: closeOn, count: bills.length };
  merchant.news.report(`bills.issued/${closeOn}`, at, { type: 'bills.issued', data });
}

/** The bills of the month that closed on `closeOn`, in number order. */
export function billsOf(merchant: Merchant, closeOn: Day): Bill[] {
  return [...merchant.bills.values()].filter((bill) => bill.closeOn === closeOn);
}

function issueBill(merchant: Merchant, buyer: Buyer, month: Month): void {
  const transactions = buyer.transactions.filter(
    (t) => t.status === 'bill_requested' && t.billBaseDate !== null && monthOf(t.billBaseDate) === month,
  );
  if (transactions.length === 0) return;
  // If the total is not positive, the transactions are cancelled. The buyer gets no bill, and no bill number is used up.
  if (totalOf(transactions) <= 0) return transactions.forEach((t) => (t.status = 'cancelled'));

  const dates = datesOf(month);
  const byDebit = buyer.debitFrom !== null && buyer.debitFrom <= month;
  const number = `F-1-${dates.issueOn.replaceAll('-', '')}-${String(merchant.next('bill')).padStart(6, '0')}`;
  for (const transaction of transactions) transaction.status = 'billed';
  merchant.bills.set(number, {
    number,
    kind: byDebit ? 'debit_notice' : 'invoice',
    revision: 1,
    buyerId: buyer.id,
    issuedOn: dates.issueOn,
    closeOn: dates.closeOn,
    dueOn: dates.dueOn,
    payUntil: dates.payUntil,
    debitOn: byDebit ? dates.debitOn : null,
    transactions,
    status: 'issued',
    payments: [],
    overdue: null,
    mailed: 0,
  });
}

/**
 * Checks that a transaction can be billed. Returns null if nothing is left to do, because its billing was already requested
 * with the same base date.
 * @throws NpError
 */
function billable(
  merchant: Merchant,
  { id, baseDate }: { id: string; baseDate: Day },
): { transaction: Transaction; baseDate: Day } | null {
  const transaction = merchant.transactions.get(id);
  if (!transaction || transaction.status === 'refused') throw new NpError('unknownTransaction', id);
  const requested = transaction.status === 'bill_requested' || transaction.status === 'billed';
  if (requested && transaction.billBaseDate === baseDate) return null;
  if (transaction.status !== 'registered') throw new NpError('transactionState', `${id}: ${transaction.status}`);
  if (merchant.issued.has(monthOf(baseDate))) throw new NpError('alreadyIssued', baseDate);
  return { transaction, baseDate };
}
