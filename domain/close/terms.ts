import {
  type Instant,
  type JstDate,
  type Period,
  addBusinessDays,
  atTime,
  businessDayBefore,
  businessDayOnOrAfter,
  nextPeriod,
  periodEnd,
} from '../calendar';
import { policy } from '../policy';

/** The dates of one month's bills: 月末締め翌月末払い (P5), 口座振替は翌月27日 (D4). */
export interface CloseTerms {
  period: Period;
  /** Last day of the period, and the date of the sale. */
  close_on: JstDate;
  /** Issue of invoices and debit notices: the third business day after the close (P6, D5). */
  issue_on: JstDate;
  /** Printed due date: the calendar end of the next month, even when banks are closed. */
  due_on: JstDate;
  /** Last day on which a payment is in time: `due_on` or the next bank business day (民法142条; 最判平成11年3月11日). */
  pay_until: JstDate;
  /** Debit day: the 27th of the next month or the next bank business day (D4). */
  debit_on: JstDate;
}

/** @throws CalendarHorizonError when one of the dates lies beyond the holiday table. */
export function closeTerms(period: Period): CloseTerms {
  const close_on = periodEnd(period);
  const due_on = periodEnd(nextPeriod(period));
  return {
    period,
    close_on,
    issue_on: addBusinessDays(close_on, policy.close.issueBusinessDaysAfter),
    due_on,
    pay_until: businessDayOnOrAfter(due_on),
    debit_on: businessDayOnOrAfter(nominalDebitDay(nextPeriod(period))),
  };
}

/** NP's cutoff for 請求確定依頼 of the period: noon of the business day before the issue (DESIGN §4). */
export function billingCutoff(period: Period): Instant {
  return atTime(businessDayBefore(closeTerms(period).issue_on), policy.close.billingCutoffTime);
}

/** The day on which the debits of `debitOn` are collected. */
export function debitCollectOn(debitOn: JstDate): JstDate {
  return addBusinessDays(debitOn, -policy.directDebit.collectBusinessDaysBefore);
}

/** In house: the last day to hand the request file in to the bank. */
export function debitHandInOn(debitOn: JstDate): JstDate {
  return addBusinessDays(debitOn, -policy.directDebit.handInBusinessDaysBefore);
}

/** The day on which the results of the debits of `debitOn` are expected. */
export function debitResultOn(debitOn: JstDate): JstDate {
  return addBusinessDays(debitOn, policy.directDebit.resultBusinessDaysAfter);
}

/** Results still missing after this day are late. */
export function debitResultLateOn(debitOn: JstDate): JstDate {
  return addBusinessDays(debitOn, policy.directDebit.resultLateBusinessDaysAfter);
}

/** The 27th of the month, even when banks are closed. */
function nominalDebitDay(month: Period): JstDate {
  return `${month}-${policy.directDebit.nominalDay}` as JstDate;
}
