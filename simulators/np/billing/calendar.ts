import { addDays, addMonths, type Day, isWeekend, lastDayOf, type Month } from '../../dates';

/**
 * Weekdays of each year on which NP and the banks are closed: national holidays, their substitutes, and 31 December to 3
 * January. Up to 2027 the holidays are those that the Cabinet Office has published. Later years are calculated from
 * today's law.
 */
const CLOSED_WEEKDAYS: Record<string, string> = {
  2025: '01-01 01-02 01-03 01-13 02-11 02-24 03-20 04-29 05-05 05-06 07-21 08-11 09-15 09-23 10-13 11-03 11-24 12-31',
  2026: '01-01 01-02 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23 12-31',
  2027: '01-01 01-11 02-11 02-23 03-22 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-23 10-11 11-03 11-23 12-31',
  2028: '01-03 01-10 02-11 02-23 03-20 05-03 05-04 05-05 07-17 08-11 09-18 09-22 10-09 11-03 11-23',
  2029: '01-01 01-02 01-03 01-08 02-12 02-23 03-20 04-30 05-03 05-04 07-16 09-17 09-24 10-08 11-23 12-31',
  2030: '01-01 01-02 01-03 01-14 02-11 03-20 04-29 05-03 05-06 07-15 08-12 09-16 09-23 10-14 11-04 12-31',
  2031: '01-01 01-02 01-03 01-13 02-11 02-24 03-21 04-29 05-05 05-06 07-21 08-11 09-15 09-23 10-13 11-03 11-24 12-31',
  2032: '01-01 01-02 01-12 02-11 02-23 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-21 09-22 10-11 11-03 11-23 12-31',
};

/** @throws Error for a year that the table does not hold */
export function isBusinessDay(day: Day): boolean {
  const closed = CLOSED_WEEKDAYS[day.slice(0, 4)];
  if (closed === undefined) throw new Error(`NP's calendar does not cover ${day}`);
  return !isWeekend(day) && !closed.includes(day.slice(5));
}

/** The n-th business day after `day`, which itself does not count. */
export function businessDayAfter(day: Day, n: number): Day {
  let date = day;
  for (let left = n; left > 0;) {
    date = addDays(date, 1);
    if (isBusinessDay(date)) left -= 1;
  }
  return date;
}

/** `day` if it is a business day, otherwise the next business day. */
export function businessDayFrom(day: Day): Day {
  return isBusinessDay(day) ? day : businessDayAfter(day, 1);
}

/** The dates of NP's billing for one month of orders. */
export interface MonthDates {
  /** Last day of the month. */
  closeOn: Day;
  /** Day on which NP issues the bills: the third business day after the close. */
  issueOn: Day;
  /** Due date as printed: the last day of the next month, even if banks are closed on it. */
  dueOn: Day;
  /** Last day on which a payment is in time: `dueOn`, or the next business day if banks are closed. */
  payUntil: Day;
  /** Day of the direct debits: the 27th of the next month, or the next business day. */
  debitOn: Day;
  /** Day on which NP knows the results of the debits: the third business day after them. */
  debitResultOn: Day;
}

export function datesOf(month: Month): MonthDates {
  const closeOn = lastDayOf(month);
  const nextMonth = addMonths(month, 1);
  const dueOn = lastDayOf(nextMonth);
  const debitOn = businessDayFrom(`${nextMonth}-27`);
  return {
    closeOn,
    issueOn: businessDayAfter(closeOn, 3),
    dueOn,
    payUntil: businessDayFrom(dueOn),
    debitOn,
    debitResultOn: businessDayAfter(debitOn, 3),
  };
}

/** Day on which NP confirms a bank transfer and reports it to the shop: two business days after the payment. */
export function confirmedOn(paidOn: Day): Day {
  return businessDayAfter(paidOn, 2);
}

/**
 * Day on which NP judges an unpaid bill overdue: three business days after the last day to pay. NP waits, because it needs
 * two to three business days to confirm a payment.
 */
export function overdueOn(payUntil: Day): Day {
  return businessDayAfter(payUntil, 3);
}
