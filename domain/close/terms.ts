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

/**
 * The dates of one month's bills. A month closes at its end. Transfers are due at the end of the next month (docs/store.md P5),
 * and debits are made on its 27th (docs/store.md D4).
 */
export interface CloseTerms {
  period: Period;
  /** The last day of the period, and the date on which the journal books its sales. */
  close_on: JstDate;
  /** Day of issue of invoices and debit notices: the third business day after the close (docs/store.md P6, D5). */
  issue_on: JstDate;
  /** Printed due date: the calendar end of the next month, even when banks are closed. */
  due_on: JstDate;
  /** Last day on which a payment is in time: `due_on` or the next bank business day (民法142条; 最判平成11年3月11日). */
  pay_until: JstDate;
  /** Debit day: the 27th of the next month or the next bank business day (docs/store.md D4). */
  debit_on: JstDate;
}

/** @throws CalendarHorizonError when a date lies beyond the holiday table */
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

/**
 * The last moment at which NP (the credit provider NP掛け払い) takes the period's billing requests (請求確定依頼): noon of the
 * business day before the issue.
 */
export function billingCutoff(period: Period): Instant {
  return atTime(businessDayBefore(closeTerms(period).issue_on), policy.close.billingCutoffTime);
}

/** The day on which the engine chooses the invoices to debit on `debitOn`. */
export function debitCollectOn(debitOn: JstDate): JstDate {
  return addBusinessDays(debitOn, -policy.directDebit.collectBusinessDaysBefore);
}

/** The last day on which a store that settles in house can hand its request file in to the bank. */
export function debitHandInOn(debitOn: JstDate): JstDate {
  return addBusinessDays(debitOn, -policy.directDebit.handInBusinessDaysBefore);
}

/** The day on which the results of the debits of `debitOn` are expected. */
export function debitResultOn(debitOn: JstDate): JstDate {
  return addBusinessDays(debitOn, policy.directDebit.resultBusinessDaysAfter);
}

/** The last day on which the results of the debits of `debitOn` are not yet late. */
export function debitResultLateOn(debitOn: JstDate): JstDate {
  return addBusinessDays(debitOn, policy.directDebit.resultLateBusinessDaysAfter);
}

/** The 27th of the month, even when banks are closed. */
function nominalDebitDay(month: Period): JstDate {
  return `${month}-${policy.directDebit.nominalDay}` as JstDate;
}
