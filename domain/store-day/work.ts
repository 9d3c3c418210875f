import { type JstDate, type Period, addDays, periodOf, periodStart, previousPeriod } from '../calendar';
import { closeTerms, debitCollectOn } from '../close/terms';

/** A piece of work that a calendar day starts. */
export type DayWork =
  | { start: 'monthlyClose'; period: Period }
  | { start: 'periodOpen'; period: Period }
  | { start: 'debitRun'; nominal: Period; debitOn: JstDate };

/**
 * The work of a day, in the order in which it starts. On the 1st the last month is closed and the new one opened. A debit run
 * starts ten business days before its debit day.
 */
export function workOfDay(day: JstDate): DayWork[] {
  const period = periodOf(day);
  const work: DayWork[] = [];
  if (day === periodStart(period)) {
    work.push({ start: 'monthlyClose', period: previousPeriod(period) }, { start: 'periodOpen', period });
  }
  const debitOn = closeTerms(previousPeriod(period)).debit_on;
  if (debitCollectOn(debitOn) === day) work.push({ start: 'debitRun', nominal: period, debitOn });
  return work;
}

/** The first day with work after `after` and not after `until`; null when there is none. */
export function nextWorkDay(after: JstDate, until: JstDate): JstDate | null {
  for (let day = addDays(after, 1); day <= until; day = addDays(day, 1)) {
    if (workOfDay(day).length > 0) return day;
  }
  return null;
}
