import publishedHolidays from '@holiday-jp/holiday_jp/lib/holidays';

/** Thrown for a date without holiday data, because a business day computed there would be a guess. */
export class CalendarHorizonError extends Error {
  override readonly name = 'CalendarHorizonError';
  constructor(
    readonly date: string,
    readonly firstDate: string,
    readonly lastDate: string,
  ) {
    super(`no holiday data for ${date}: the table covers ${firstDate} to ${lastDate}`);
  }
}

/**
 * Japan's national holidays 1970–2050 by date `YYYY-MM-DD`, substitute holidays (振替休日) and 国民の休日 included. The package
 * `@holiday-jp/holiday_jp` gives only the data: its function `isHoliday(Date)` would read the process's time zone. The Cabinet
 * Office publishes holidays about a year ahead (in 2026 up to 2027). The package computes the later dates from the present law,
 * so they change when the law changes.
 */
const names = new Map(Object.entries(publishedHolidays).map(([date, holiday]) => [date, holiday.name]));
const years = [...names.keys()].map((date) => date.slice(0, 4)).sort();
const firstDate = `${years[0]}-01-01`;
const lastDate = `${years[years.length - 1]}-12-31`;

/** The Japanese name of the holiday; null on other days. @throws CalendarHorizonError outside the table */
export function holidayName(date: string): string | null {
  if (date < firstDate || date > lastDate) throw new CalendarHorizonError(date, firstDate, lastDate);
  return names.get(date) ?? null;
}
