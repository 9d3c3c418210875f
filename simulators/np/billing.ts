import { atTime, type Instant, type JstDate, type Period, periodOf } from '../../domain/calendar';
import { closeTerms, debitResultOn } from '../../domain/close/terms';
import { fileAlarm } from './alarm-clock';
import { mailBills } from './bill-mail';
import { totalOf } from './bill-figures';
import type { Bill, Buyer, Merchant, Transaction } from './books';
import { NpError } from './errors';
import { fileOverdue } from './settlement';

/**
 * 請求確定依頼, all or none. The first for a month makes NP issue that month's bills at 10:00 of its issue day. The same
 * request again changes nothing.
 */
export async function requestBilling(merchant: Merchant, requests: { id: string; baseDate: JstDate }[]): Promise<void> {
  const check = () => requests.map((request) => billable(merchant, request)).filter((t) => t !== null);
  check();
  const months = new Set(requests.map(({ baseDate }) => periodOf(baseDate)));
  for (const month of months) {
    if (merchant.issued.has(month)) continue;
    await fileAlarm(merchant, 'issue', month, atTime(closeTerms(month).issue_on, '10:00'), { period: month });
  }
  // Anew: the month may have been issued while the alarm was being filed.
  for (const { transaction, baseDate } of check()) {
    transaction.status = 'bill_requested';
    transaction.billBaseDate = baseDate;
  }
}

/** Issues the month's bills, one a buyer, mails them and tells the shop. Run again, it does what is still to be done. */
export async function issueBills(merchant: Merchant, period: Period, at: Instant): Promise<void> {
  const { close_on, debit_on } = closeTerms(period);
  if (!merchant.issued.has(period)) {
    merchant.issued.add(period);
    for (const buyer of merchant.buyers.values()) issueBill(merchant, buyer, period);
  }
  const bills = billsOf(merchant, close_on);
  if (bills.some((bill) => bill.kind === 'debit_notice')) {
    await fileAlarm(merchant, 'debits', debit_on, atTime(debitResultOn(debit_on), '09:30'), { debit_on });
  }
  if (bills.some((bill) => bill.kind === 'invoice')) await fileOverdue(merchant, closeTerms(period).pay_until);
  await mailBills(merchant, bills, at);
  merchant.news.tell(`bills.issued/${close_on}`, at, { type: 'bills.issued', data: { close_on, count: bills.length } });
}

/** Of the month that closed on that day, in number order. */
export function billsOf(merchant: Merchant, closeOn: JstDate): Bill[] {
  return [...merchant.bills.values()].filter((bill) => bill.closeOn === closeOn);
}

function issueBill(merchant: Merchant, buyer: Buyer, period: Period): void {
  const transactions = buyer.transactions.filter(
    (t) => t.status === 'bill_requested' && t.billBaseDate !== null && periodOf(t.billBaseDate) === period,
  );
  if (transactions.length === 0) return;
  // Nothing to pay: no bill, and no number is used.
  if (totalOf(transactions) <= 0) return transactions.forEach((t) => (t.status = 'cancelled'));

  const terms = closeTerms(period);
  const byDebit = buyer.debitFrom !== null && buyer.debitFrom <= period;
  const number = `F-1-${terms.issue_on.replaceAll('-', '')}-${String(merchant.next('bill')).padStart(6, '0')}`;
  for (const transaction of transactions) transaction.status = 'billed';
  merchant.bills.set(number, {
    number,
    kind: byDebit ? 'debit_notice' : 'invoice',
    revision: 1,
    buyerId: buyer.id,
    issuedOn: terms.issue_on,
    closeOn: terms.close_on,
    dueOn: terms.due_on,
    payUntil: terms.pay_until,
    debitOn: byDebit ? terms.debit_on : null,
    transactions,
    status: 'issued',
    payments: [],
    overdue: null,
    mailed: 0,
  });
}

/** null = was requested for that month already. @throws NpError */
function billable(
  merchant: Merchant,
  { id, baseDate }: { id: string; baseDate: JstDate },
): { transaction: Transaction; baseDate: JstDate } | null {
  const transaction = merchant.transactions.get(id);
  if (!transaction || transaction.status === 'refused') throw new NpError('unknownTransaction', id);
  const requested = transaction.status === 'bill_requested' || transaction.status === 'billed';
  if (requested && transaction.billBaseDate === baseDate) return null;
  if (transaction.status !== 'registered') throw new NpError('transactionState', `${id}: ${transaction.status}`);
  if (merchant.issued.has(periodOf(baseDate))) throw new NpError('alreadyIssued', baseDate);
  return { transaction, baseDate };
}
