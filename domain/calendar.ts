import { holidayName } from './holidays';

/*
 * Dates, instants and months in Japan Standard Time (UTC+9, no summer time since 1951). They are strings, computed with integers
 * and without Date, ICU or the process's time zone. So a workflow replays the same everywhere.
 */

declare const brand: unique symbol;

/** A calendar date in Japan, `2026-10-05`. String order is date order. */
export type JstDate = string & { readonly [brand]: 'JstDate' };

/** A moment, always written as `2026-10-05T10:00:00.000+09:00`. String order is time order. */
export type Instant = string & { readonly [brand]: 'Instant' };

/** A calendar month, `2026-10`. String order is time order. */
export type Period = string & { readonly [brand]: 'Period' };

const DAY_MS = 86_400_000;
const JST_MS = 9 * 3_600_000;

// ── dates ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Null unless `s` is `YYYY-MM-DD` and that day exists. */
export function parseJstDate(s: string): JstDate | null {
  const m = /^(\d{4})-(\d\d)-(\d\d)$/.exec(s);
  return m && dayExists(Number(m[1]), Number(m[2]), Number(m[3])) ? (s as JstDate) : null;
}

/** @throws RangeError when {@link parseJstDate} gives null. */
export function jstDate(s: string): JstDate {
  return parseJstDate(s) ?? fail(`not an existing date (YYYY-MM-DD): ${s}`);
}

export function addDays(date: JstDate, days: number): JstDate {
  return dateOfEpochDay(epochDay(date) + days);
}

/** The same day `months` later, or that month's last day if it has no such day: 2026-01-31 + 1 → 2026-02-28. */
export function addMonths(date: JstDate, months: number): JstDate {
  const end = periodEnd(addPeriods(periodOf(date), months));
  return date.slice(8) > end.slice(8) ? end : ((end.slice(0, 8) + date.slice(8)) as JstDate);
}

const WEEKDAYS = ['日', '月', '火', '水', '木', '金', '土'] as const;

export function weekdayJa(date: JstDate): (typeof WEEKDAYS)[number] {
  return WEEKDAYS[weekday(date)]!;
}

// ── instants ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * The instant of an RFC 3339 date-time; null when `s` has another form or its date does not exist. Leap seconds are not
 * accepted. Digits below a millisecond are dropped.
 */
export function parseInstant(s: string): Instant | null {
  const m = RFC3339.exec(s);
  const date = m && parseJstDate(m[1]!);
  if (!m || !date) return null;
  const [hour, minute, second] = [Number(m[2]), Number(m[3]), Number(m[4])];
  const [offsetHour, offsetMinute] = [Number(m[7] ?? 0), Number(m[8] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) return null;
  const millis = Number((m[5] ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = (offsetHour * 60 + offsetMinute) * 60_000 * (m[6] === '-' ? -1 : 1);
  const ms = epochDay(date) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + millis - offset;
  return isPrintable(ms) ? instantOfMs(ms) : null;
}

/** The instant of an RFC 3339 date-time. @throws RangeError when {@link parseInstant} gives null. */
export function instant(rfc3339: string): Instant {
  return parseInstant(rfc3339) ?? fail(`not an existing RFC 3339 date-time: ${rfc3339}`);
}

/**
 * The instant `ms` milliseconds after 1970-01-01T00:00Z.
 * @throws RangeError unless `ms` is whole and falls in the years 0000–9999 in Japan
 */
export function instantOfMs(ms: number): Instant {
  if (!Number.isSafeInteger(ms) || !isPrintable(ms)) return fail(`not a moment in milliseconds: ${ms}`);
  const local = ms + JST_MS;
  const day = Math.floor(local / DAY_MS);
  const rest = local - day * DAY_MS;
  const [h, m, s, milli] = [rest / 3_600_000, (rest / 60_000) % 60, (rest / 1000) % 60, rest % 1000].map(Math.floor);
  return `${dateOfEpochDay(day)}T${pad(h!)}:${pad(m!)}:${pad(s!)}.${pad(milli!, 3)}+09:00` as Instant;
}

/** Milliseconds since 1970-01-01T00:00Z. */
export function msOf(at: Instant): number {
  const [h, m, s, milli] = [at.slice(11, 13), at.slice(14, 16), at.slice(17, 19), at.slice(20, 23)].map(Number);
  return epochDay(dateOf(at)) * DAY_MS + ((h! * 60 + m!) * 60 + s!) * 1000 + milli! - JST_MS;
}

/** The moment `ms` milliseconds later (earlier when negative). */
export function addMs(at: Instant, ms: number): Instant {
  return instantOfMs(msOf(at) + ms);
}

/** The date in Japan at that moment. */
export function dateOf(at: Instant): JstDate {
  return at.slice(0, 10) as JstDate;
}

/** The time of day in Japan at that moment, `HH:MM`. */
export function timeOf(at: Instant): string {
  return at.slice(11, 16);
}

/** The instant of a time of day in Japan. @throws RangeError unless `time` is `HH:MM` from 00:00 to 23:59. */
export function atTime(date: JstDate, time: string): Instant {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) return fail(`not a time of day (HH:MM): ${time}`);
  return `${date}T${time}:00.000+09:00` as Instant;
}

export function startOfDay(date: JstDate): Instant {
  return atTime(date, '00:00');
}

/** The end of a deadline "on `date`": 00:00 of the next day. This instant itself is too late. */
export function endOf(date: JstDate): Instant {
  return startOfDay(addDays(date, 1));
}

// ── periods ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Null unless `s` is `YYYY-MM` with a month from 01 to 12. */
export function parsePeriod(s: string): Period | null {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(s) ? (s as Period) : null;
}

/** @throws RangeError when {@link parsePeriod} gives null. */
export function period(s: string): Period {
  return parsePeriod(s) ?? fail(`not a month (YYYY-MM): ${s}`);
}

export function periodOf(date: JstDate): Period {
  return date.slice(0, 7) as Period;
}

export function addPeriods(from: Period, months: number): Period {
  const month = Number(from.slice(0, 4)) * 12 + Number(from.slice(5)) - 1 + months;
  const year = Math.floor(month / 12);
  if (!Number.isInteger(months) || year < 0 || year > 9999) return fail(`no month ${months} after ${from}`);
  return `${pad(year, 4)}-${pad(month - year * 12 + 1)}` as Period;
}

export function nextPeriod(of: Period): Period {
  return addPeriods(of, 1);
}

export function previousPeriod(of: Period): Period {
  return addPeriods(of, -1);
}

export function periodStart(of: Period): JstDate {
  return `${of}-01` as JstDate;
}

export function periodEnd(of: Period): JstDate {
  return `${of}-${pad(daysIn(Number(of.slice(0, 4)), Number(of.slice(5))))}` as JstDate;
}

// ── business days ────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * True on a national holiday (祝日法3条). A Saturday or Sunday is not a holiday in itself.
 * @throws CalendarHorizonError outside the holiday table
 */
export function isHoliday(date: JstDate): boolean {
  return holidayName(date) !== null;
}

/**
 * True on a day on which banks are open. Banks close at weekends, on holidays and from 12-31 to 01-03 (銀行法15条, 銀行法施行令
 * 5条1項).
 */
export function isBankBusinessDay(date: JstDate): boolean {
  if (isHoliday(date)) return false;
  const day = weekday(date);
  const yearEnd = date.endsWith('-12-31') || date.endsWith('-01-02') || date.endsWith('-01-03');
  return day !== 0 && day !== 6 && !yearEnd;
}

/** The n-th business day after `date`, or before it when n is negative. `date` itself does not count; n = 0 gives `date`. */
export function addBusinessDays(date: JstDate, n: number): JstDate {
  if (!Number.isInteger(n)) return fail(`not a number of days: ${n}`);
  const step = Math.sign(n);
  let day = date;
  for (let left = Math.abs(n); left > 0;) {
    day = addDays(day, step);
    if (isBankBusinessDay(day)) left -= 1;
  }
  return day;
}

export function businessDayOnOrAfter(date: JstDate): JstDate {
  return isBankBusinessDay(date) ? date : addBusinessDays(date, 1);
}

/** The last business day strictly before `date`. */
export function businessDayBefore(date: JstDate): JstDate {
  return addBusinessDays(date, -1);
}

// ── arithmetic of the Gregorian calendar ─────────────────────────────────────────────────────────────────────────────

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function dayExists(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

/**
 * Days since 1970-01-01. The computation lets years begin in March, so that the leap day comes last. 719468 is the number of days
 * from 0000-03-01 to 1970-01-01.
 */
function epochDay(date: JstDate): number {
  const month = Number(date.slice(5, 7));
  const year = Number(date.slice(0, 4)) - (month <= 2 ? 1 : 0);
  const leapDays = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + Number(date.slice(8)) - 1;
  return year * 365 + leapDays + dayOfYear - 719_468;
}

/** The inverse of {@link epochDay}. It computes in eras of 400 years, which always have 146097 days. */
function dateOfEpochDay(days: number): JstDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = ((shiftedMonth + 2) % 12) + 1;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  if (!Number.isInteger(days) || year < 0 || year > 9999) return fail(`no date ${days} days after 1970-01-01`);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}` as JstDate;
}

/** 0 is Sunday. The 4 is added because day 0, 1970-01-01, was a Thursday. */
function weekday(date: JstDate): number {
  return (((epochDay(date) + 4) % 7) + 7) % 7;
}

/** True if the moment falls in the years 0000–9999 in Japan. Only these years can be written with four digits. */
function isPrintable(ms: number): boolean {
  return ms + JST_MS >= -62_167_219_200_000 && ms + JST_MS < 253_402_300_800_000;
}

function pad(n: number, width = 2): string {
  return String(n).padStart(width, '0');
}

function fail(message: string): never {
  throw new RangeError(message);
}
