import publishedHolidays from '@holiday-jp/holiday_jp/lib/holidays';

/** A date for which no holiday data exists. Business days there would be guesses, so nothing is computed. */
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

/** National holidays (国民の祝日・休日) by date `YYYY-MM-DD`, complete from `firstDate` to `lastDate`. */
export interface HolidayTable {
  readonly firstDate: string;
  readonly lastDate: string;
  readonly names: ReadonlyMap<string, string>;
}

/**
 * The table of `@holiday-jp/holiday_jp`, 1970–2050, including 振替休日 and 国民の休日. Only its data is used: its
 * `isHoliday(Date)` reads the process's time zone. The Cabinet Office has published dates up to 2027 (its list grows a
 * year each February); later ones follow the law as it stands, so a change of law needs {@link overrideHolidays}.
 */
export const publishedTable: HolidayTable = (() => {
  const names = new Map(Object.entries(publishedHolidays).map(([date, holiday]) => [date, holiday.name]));
  const years = [...names.keys()].map((date) => date.slice(0, 4)).sort();
  return { firstDate: `${years[0]}-01-01`, lastDate: `${years[years.length - 1]}-12-31`, names };
})();

/** A new table with days added (date → name) and removed; the horizon stays that of `table`. */
export function overrideHolidays(
  changes: { add?: Readonly<Record<string, string>>; remove?: readonly string[] },
  table: HolidayTable = publishedTable,
): HolidayTable {
  const names = new Map(table.names);
  for (const date of changes.remove ?? []) names.delete(within(date, table));
  for (const [date, name] of Object.entries(changes.add ?? {})) names.set(within(date, table), name);
  return { ...table, names };
}

/** The holiday's Japanese name, null on other days. @throws CalendarHorizonError outside the table. */
export function holidayName(date: string, table: HolidayTable = publishedTable): string | null {
  return table.names.get(within(date, table)) ?? null;
}

function within(date: string, table: HolidayTable): string {
  if (date < table.firstDate || date > table.lastDate)
    throw new CalendarHorizonError(date, table.firstDate, table.lastDate);
  return date;
}
