import { addDays, atTime, type Day, dayOf, lastDayOf, type Moment, monthOf, sameDayAfter } from '../../dates';
import { fileAlarm } from '../alarm-clock';
import { mailBills } from './mail';
import type { Bill, Guarantee, Merchant } from '../books';
import { setGuarantee } from '../buyers';
import { businessDayFrom, confirmedOn, overdueOn } from './calendar';
import { totalOf } from './figures';

/**
 * Results of a direct debit that end the mandate, the buyer's permission to debit: 2 no such account, 4 no application form
 * at the bank, 9 other.
 */
const ENDS_MANDATE = new Set([2, 4, 9]);

/** Records a buyer's bank transfer for a bill. NP confirms it two business days later at 09:00. */
export async function pay(merchant: Merchant, bill: Bill, amount: number, paidOn: Day): Promise<void> {
  const payment = { amount, paidOn, confirmed: false };
  const n = bill.payments.push(payment);
  const at = atTime(confirmedOn(paidOn), '09:00');
  try {
    await fileAlarm(merchant, 'payment', `${bill.number}/${n}`, at, { bill_number: bill.number, n });
  } catch (error) {
    bill.payments.splice(bill.payments.indexOf(payment), 1);
    throw error;
  }
}

/** NP confirms the n-th payment of a bill and sends news of it. The bill is paid once its confirmed payments reach its total. */
export async function confirmPayment(merchant: Merchant, bill: Bill, n: number, at: Moment): Promise<void> {
  const payment = bill.payments[n - 1];
  if (!payment) return;
  payment.confirmed = true;
  await settleIfPaid(merchant, bill, at);
  merchant.news.report(`bill.paid/${bill.number}/${n}`, at, {
    type: 'bill.paid',
    data: { bill_number: bill.number, buyer_id: bill.buyerId, amount: payment.amount, paid_on: payment.paidOn },
  });
}

/**
 * Applies the bank's results of the direct debits of one day, and sends news of each. After a failed debit, the debit
 * notice becomes an invoice with the same number. The buyer must pay it by bank transfer until the end of the month in
 * which the results arrive.
 */
export async function settleDebits(merchant: Merchant, debitOn: Day, at: Moment): Promise<void> {
  const dueOn = lastDayOf(monthOf(dayOf(at)));
  const payUntil = businessDayFrom(dueOn);
  for (const bill of merchant.bills.values()) {
    if (bill.debitOn !== debitOn || bill.kind !== 'debit_notice' || bill.status !== 'issued') continue;
    const buyer = merchant.buyers.get(bill.buyerId)!;
    const code = buyer.debitOutcomes.shift() ?? 0;
    const amount = totalOf(bill.transactions);
    if (code === 0) {
      bill.payments.push({ amount, paidOn: debitOn, confirmed: true });
      bill.status = 'paid';
    } else {
      if (ENDS_MANDATE.has(code)) buyer.debitFrom = null;
      Object.assign(bill, { kind: 'invoice', revision: 2, debitOn: null, dueOn, payUntil });
    }
    merchant.news.report(`debit.result/${bill.number}`, at, {
      type: 'debit.result',
      data: { bill_number: bill.number, buyer_id: bill.buyerId, debit_on: debitOn, code, amount },
    });
  }
  const unmailed = [...merchant.bills.values()].filter((bill) => bill.revision > 1 && bill.mailed < bill.revision);
  for (const payUntil of new Set(unmailed.map((bill) => bill.payUntil))) await fileOverdue(merchant, payUntil);
  await mailBills(merchant, unmailed, at);
}

/**
 * Schedules two checks for unpaid bills: three business days and one month after their last day to pay. The checks run at
 * 11:00. By then NP has booked the day's payments (09:00) and debits (09:30).
 */
export async function fileOverdue(merchant: Merchant, payUntil: Day): Promise<void> {
  const data = { pay_until: payUntil };
  await fileAlarm(merchant, 'overdue', payUntil, atTime(overdueOn(payUntil), '11:00'), data);
  await fileAlarm(merchant, 'overdue-month', payUntil, atTime(sameDayAfter(payUntil, 1), '11:00'), data);
}

/** Marks the unpaid invoices with this last day to pay as overdue, and lowers the guarantee of their buyers. */
export function judgeOverdue(merchant: Merchant, payUntil: Day, overdue: 'ALRT' | 'NG', at: Moment): void {
  for (const bill of merchant.bills.values()) {
    if (bill.payUntil !== payUntil || bill.kind !== 'invoice' || bill.status !== 'issued') continue;
    bill.overdue = overdue;
    const buyer = merchant.buyers.get(bill.buyerId)!;
    setGuarantee(merchant, buyer, guaranteeOf(merchant, buyer.id), at);
  }
}

/** Sets a buyer's guarantee by its remaining overdue bills. It runs the day after an overdue bill was paid in full. */
export function restoreGuarantee(merchant: Merchant, buyerId: string, at: Moment): void {
  setGuarantee(merchant, merchant.buyers.get(buyerId)!, guaranteeOf(merchant, buyerId), at);
}

async function settleIfPaid(merchant: Merchant, bill: Bill, at: Moment): Promise<void> {
  const received = bill.payments.reduce((sum, p) => (p.confirmed ? sum + p.amount : sum), 0);
  if (bill.status === 'void' || received < totalOf(bill.transactions)) return;
  bill.status = 'paid';
  if (!bill.overdue) return;
  const on = addDays(dayOf(at), 1);
  await fileAlarm(merchant, 'guarantee', `${bill.buyerId}/${on}`, atTime(on, '09:00'), { buyer_id: bill.buyerId });
}

/** The guarantee status that the buyer's unpaid overdue bills cause: the worst of them, or OK if there is none. */
function guaranteeOf(merchant: Merchant, buyerId: string): Guarantee {
  let worst: Guarantee = 'OK';
  for (const bill of merchant.bills.values()) {
    if (bill.buyerId !== buyerId || bill.status !== 'issued' || !bill.overdue) continue;
    if (bill.overdue === 'NG') return 'NG';
    worst = 'ALRT';
  }
  return worst;
}
