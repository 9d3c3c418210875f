import { type JstDate, type Period, addDays, periodOf, periodStart, previousPeriod } from '../calendar';
import { closeTerms, debitCollectOn } from '../close/terms';

/**
 * A workflow that starts on a calendar day. `nominal` is the month of the debit: `debitOn` is its 27th or the next business day.
 */
export type DayWork =
  | { start: 'monthlyClose'; period: Period }
  | { start: 'periodOpen'; period: Period }
  | { start: 'debitRun'; nominal: Period; debitOn: JstDate };

/**
 * The workflows that start on a day, in their order. On the 1st these are the close of the last month and the opening of the
 * new one. A debit run starts ten business days before its debit day.
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

/** The first day after `after` and up to `until` (included) on which a workflow starts; null when there is none. */
export function nextWorkDay(after: JstDate, until: JstDate): JstDate | null {
  for (let day = addDays(after, 1); day <= until; day = addDays(day, 1)) {
    if (workOfDay(day).length > 0) return day;
  }
  return null;
}
