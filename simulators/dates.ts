/*
 * The simulators' calculation of dates in Japan (UTC+9). It shares no code with the engine's calendar, so a test against a
 * simulator finds a wrong date of the engine.
 */

/** A date in Japan, e.g. `2026-10-05`. Dates compare correctly as strings. */
export type Day = string;

/** A calendar month, e.g. `2026-10`. */
export type Month = string;

/** A date and time in Japan, e.g. `2026-10-05T10:00:00.000+09:00`. */
export type Moment = string;

const DAY_MS = 86_400_000;
const JST_MS = 9 * 3_600_000;

const isoDay = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);

/** True if the text is an existing date. False for 2026-02-29. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && isoDay(ms) === text;
}

export function isMonth(text: string): boolean {
  return /^\d{4}-\d\d$/.test(text) && isDay(`${text}-01`);
}

export function addDays(day: Day, days: number): Day {
  return isoDay(Date.parse(day) + days * DAY_MS);
}

export function isWeekend(day: Day): boolean {
  return [0, 6].includes(new Date(Date.parse(day)).getUTCDay());
}

export function monthOf(day: Day): Month {
  return day.slice(0, 7);
}

export function addMonths(month: Month, months: number): Month {
  return isoDay(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + months)).slice(0, 7);
}

export function lastDayOf(month: Month): Day {
  return addDays(`${addMonths(month, 1)}-01`, -1);
}

/** The same day of a later month, or that month's last day if it is too short: 2026-01-31 + 1 month is 2026-02-28. */
export function sameDayAfter(day: Day, months: number): Day {
  const last = lastDayOf(addMonths(monthOf(day), months));
  const same = last.slice(0, 8) + day.slice(8);
  return same < last ? same : last;
}

const RFC3339 =
  /^(\d{4}-\d\d-\d\d)[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:(\.\d{1,3})\d*)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Converts an RFC 3339 date-time to the time in Japan. Returns null when the text is not an existing date-time. */
export function momentOf(text: string): Moment | null {
  const [, day, clock, fraction = '', zone] = RFC3339.exec(text) ?? [];
  if (!day || !isDay(day)) return null;
  const ms = Date.parse(`${day}T${clock}${fraction}${zone!.toUpperCase()}`);
  return new Date(ms + JST_MS).toISOString().replace('Z', '+09:00');
}

/** The moment of a day at a time in Japan, e.g. `atTime('2026-10-05', '09:00')`. */
export function atTime(day: Day, time: string): Moment {
  return `${day}T${time}:00.000+09:00`;
}

export function dayOf(at: Moment): Day {
  return at.slice(0, 10);
}
