import {
  addBusinessDays,
  addDays,
  addMonths,
  atTime,
  businessDayOnOrAfter,
  dateOf,
  type Instant,
  type JstDate,
  periodEnd,
  periodOf,
} from '../../domain/calendar';
import { fileAlarm } from './alarm-clock';
import { mailBills } from './bill-mail';
import type { Bill, Guarantee, Merchant } from './books';
import { setGuarantee } from './buyers';
import { totalOf } from './bill-figures';

/** NP finds a transfer on its account and tells the shop this long after it. */
const CONFIRMATION_BUSINESS_DAYS = 2;

/** Result codes of a debit (全銀 91): these end the mandate, the others keep it. */
const ENDS_MANDATE = new Set([2, 4, 9]);

/** The buyer pays into its virtual account; NP knows at 09:00, two business days later. */
export async function pay(merchant: Merchant, bill: Bill, amount: number, paidOn: JstDate): Promise<void> {
  const payment = { amount, paidOn, confirmed: false };
  const n = bill.payments.push(payment);
  const at = atTime(addBusinessDays(paidOn, CONFIRMATION_BUSINESS_DAYS), '09:00');
  try {
    await fileAlarm(merchant, 'payment', `${bill.number}/${n}`, at, { bill_number: bill.number, n });
  } catch (error) {
    bill.payments.splice(bill.payments.indexOf(payment), 1);
    throw error;
  }
}

export async function confirmPayment(merchant: Merchant, bill: Bill, n: number, at: Instant): Promise<void> {
  const payment = bill.payments[n - 1];
  if (!payment) return;
  payment.confirmed = true;
  await settleIfPaid(merchant, bill, at);
  merchant.news.tell(`bill.paid/${bill.number}/${n}`, at, {
    type: 'bill.paid',
    data: { bill_number: bill.number, buyer_id: bill.buyerId, amount: payment.amount, paid_on: payment.paidOn },
  });
}

/** Results of the debits of that day. A failed one makes the same bill one to be paid by transfer until the month's end. */
export async function settleDebits(merchant: Merchant, debitOn: JstDate, at: Instant): Promise<void> {
  const today = dateOf(at);
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
      const dueOn = periodEnd(periodOf(today));
      const payUntil = businessDayOnOrAfter(dueOn);
      Object.assign(bill, { kind: 'invoice', revision: 2, debitOn: null, dueOn, payUntil });
    }
    merchant.news.tell(`debit.result/${bill.number}`, at, {
      type: 'debit.result',
      data: { bill_number: bill.number, buyer_id: bill.buyerId, debit_on: debitOn, code, amount },
    });
  }
  const unmailed = [...merchant.bills.values()].filter((bill) => bill.revision > 1 && bill.mailed < bill.revision);
  for (const payUntil of new Set(unmailed.map((bill) => bill.payUntil))) await fileOverdue(merchant, payUntil);
  await mailBills(merchant, unmailed, at);
}

/** NP confirms a payment two to three business days after it is made. */
const OVERDUE_BUSINESS_DAYS = 3;

/** Judges at 11:00, after the day's payments and debits are known: three business days after `payUntil`, and a month after. */
export async function fileOverdue(merchant: Merchant, payUntil: JstDate): Promise<void> {
  const alertOn = addBusinessDays(payUntil, OVERDUE_BUSINESS_DAYS);
  const data = { pay_until: payUntil };
  await fileAlarm(merchant, 'overdue', payUntil, atTime(alertOn, '11:00'), data);
  await fileAlarm(merchant, 'overdue-month', payUntil, atTime(addMonths(payUntil, 1), '11:00'), data);
}

export function judgeOverdue(merchant: Merchant, payUntil: JstDate, overdue: 'ALRT' | 'NG', at: Instant): void {
  for (const bill of merchant.bills.values()) {
    if (bill.payUntil !== payUntil || bill.kind !== 'invoice' || bill.status !== 'issued') continue;
    bill.overdue = overdue;
    const buyer = merchant.buyers.get(bill.buyerId)!;
    setGuarantee(merchant, buyer, worstOf(merchant, buyer.id), at);
  }
}

/** The day after a late payment was confirmed. */
export function restoreGuarantee(merchant: Merchant, buyerId: string, at: Instant): void {
  setGuarantee(merchant, merchant.buyers.get(buyerId)!, worstOf(merchant, buyerId), at);
}

async function settleIfPaid(merchant: Merchant, bill: Bill, at: Instant): Promise<void> {
  const received = bill.payments.reduce((sum, p) => (p.confirmed ? sum + p.amount : sum), 0);
  if (bill.status === 'void' || received < totalOf(bill.transactions)) return;
  bill.status = 'paid';
  if (!bill.overdue) return;
  const on = addDays(dateOf(at), 1);
  await fileAlarm(merchant, 'guarantee', `${bill.buyerId}/${on}`, atTime(on, '09:00'), { buyer_id: bill.buyerId });
}

/** What the buyer's unpaid overdue bills come to. */
function worstOf(merchant: Merchant, buyerId: string): Guarantee {
  let worst: Guarantee = 'OK';
  for (const bill of merchant.bills.values()) {
    if (bill.buyerId !== buyerId || bill.status !== 'issued' || !bill.overdue) continue;
    if (bill.overdue === 'NG') return 'NG';
    worst = 'ALRT';
  }
  return worst;
}
