import fc from 'fast-check';
import {
  addBusinessDays,
  addDays,
  addMonths,
  addMs,
  addPeriods,
  atTime,
  businessDayBefore,
  businessDayOnOrAfter,
  dateOf,
  endOf,
  instant,
  instantOfMs,
  isBankBusinessDay,
  isHoliday,
  jstDate,
  msOf,
  nextPeriod,
  parseInstant,
  parseJstDate,
  parsePeriod,
  period,
  periodEnd,
  periodOf,
  periodStart,
  previousPeriod,
  startOfDay,
  timeOf,
  weekdayJa,
} from '../../domain/calendar';
import { CalendarHorizonError, holidayName } from '../../domain/holidays';
import { dates, instants, periods } from './arbitraries';

/** The platform's calendar in UTC, to check our arithmetic. */
const utcDate = (ms: number) => new Date(ms).toISOString().slice(0, 10);

describe('dates', () => {
  it.each([
    '2026-02-30',
    '2027-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '2026-4-1',
    '20260401',
    '',
    '2026-10-05 ',
  ])('rejects %p', (s) => {
    expect(parseJstDate(s)).toBeNull();
    expect(() => jstDate(s)).toThrow(RangeError);
  });

  it('accepts leap days', () => {
    expect(jstDate('2028-02-29')).toBe('2028-02-29');
    expect(jstDate('2000-02-29')).toBe('2000-02-29');
    expect(parseJstDate('2100-02-29')).toBeNull();
  });

  it('counts days like the platform, from year 0 to 9999', () => {
    const days = fc.integer({ min: -719_528, max: 2_932_896 });
    fc.assert(
      fc.property(days, (n) => {
        expect(addDays(jstDate('1970-01-01'), n)).toBe(utcDate(n * 86_400_000));
      }),
    );
    expect(() => addDays(jstDate('9999-12-31'), 1)).toThrow(RangeError);
    expect(() => addDays(jstDate('2026-10-05'), 0.5)).toThrow(RangeError);
  });

  it('names the day of the week', () => {
    expect([weekdayJa(jstDate('2026-10-05')), weekdayJa(jstDate('2027-01-31'))]).toEqual(['月', '日']);
    fc.assert(
      fc.property(dates, (date) => {
        expect(weekdayJa(date)).toBe('日月火水木金土'[new Date(`${date}T00:00:00Z`).getUTCDay()]);
      }),
    );
  });

  it('adds months, at most to the end of a shorter month', () => {
    expect(addMonths(jstDate('2026-11-02'), 2)).toBe('2027-01-02');
    expect(addMonths(jstDate('2027-01-31'), 1)).toBe('2027-02-28');
    expect(addMonths(jstDate('2028-01-31'), 1)).toBe('2028-02-29');
    expect(addMonths(jstDate('2027-03-31'), -1)).toBe('2027-02-28');
    fc.assert(
      fc.property(dates, fc.integer({ min: -50, max: 50 }), (date, n) => {
        const moved = addMonths(date, n);
        expect(parseJstDate(moved)).toBe(moved);
        expect(periodOf(moved)).toBe(addPeriods(periodOf(date), n));
        expect(moved.slice(8) <= date.slice(8)).toBe(true);
      }),
    );
  });
});

describe('instants', () => {
  it.each([
    ['2026-10-05T01:00:00Z', '2026-10-05T10:00:00.000+09:00'],
    ['2026-10-05t10:00:00+09:00', '2026-10-05T10:00:00.000+09:00'],
    ['2026-10-31T15:00:00.1239Z', '2026-11-01T00:00:00.123+09:00'],
    ['2026-12-31T10:30:00.5-05:30', '2027-01-01T01:00:00.500+09:00'],
  ])('brings %s into canonical form', (given, canonical) => expect(instant(given)).toBe(canonical));

  it.each([
    '2026-02-30T00:00:00Z',
    '2026-10-05T24:00:00Z',
    '2026-10-05T10:60:00Z',
    '2026-10-05T10:00:60Z',
    '2026-10-05T10:00:00',
    '2026-10-05T10:00:00+24:00',
    '2026-10-05',
    '9999-12-31T23:00:00Z',
    '0000-01-01T00:00:00+10:00',
  ])('rejects %p', (s) => {
    expect(parseInstant(s)).toBeNull();
    expect(() => instant(s)).toThrow(RangeError);
  });

  it('converts to milliseconds and back in any time zone of the process', () => {
    fc.assert(
      fc.property(instants, (at) => {
        expect(msOf(at)).toBe(Date.parse(at));
        expect(instantOfMs(msOf(at))).toBe(at);
        expect(instant(new Date(msOf(at)).toISOString())).toBe(at);
      }),
    );
  });

  it('sorts as strings in the order of time', () => {
    fc.assert(
      fc.property(instants, instants, (a, b) => {
        expect(Math.sign(msOf(a) - msOf(b))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  it('has a date and a time of day in Japan, and a day ends when the next begins', () => {
    const at = instant('2026-10-31T14:59:59.999Z');
    expect([dateOf(at), timeOf(at)]).toEqual(['2026-10-31', '23:59']);
    expect(endOf(jstDate('2026-10-31'))).toBe('2026-11-01T00:00:00.000+09:00');
    expect(addMs(at, 1)).toBe(endOf(jstDate('2026-10-31')));
    expect(startOfDay(jstDate('2026-11-01'))).toBe(endOf(jstDate('2026-10-31')));
    expect(atTime(jstDate('2026-11-04'), '12:00')).toBe('2026-11-04T12:00:00.000+09:00');
    expect(() => atTime(jstDate('2026-11-04'), '24:00')).toThrow(RangeError);
    expect(() => instantOfMs(0.5)).toThrow(RangeError);
    expect(() => instantOfMs(1e15)).toThrow(RangeError);
  });
});

describe('periods', () => {
  it.each(['2026-13', '2026-00', '2026-1', '2026', '2026-10-01'])('rejects %p', (s) => {
    expect(parsePeriod(s)).toBeNull();
    expect(() => period(s)).toThrow(RangeError);
  });

  it('follow one another across the year’s end, without gap or overlap', () => {
    expect([nextPeriod(period('2026-12')), previousPeriod(period('2027-01'))]).toEqual(['2027-01', '2026-12']);
    fc.assert(
      fc.property(periods, (p) => {
        expect(previousPeriod(nextPeriod(p))).toBe(p);
        expect(addDays(periodEnd(p), 1)).toBe(periodStart(nextPeriod(p)));
        expect(periodOf(periodEnd(p))).toBe(p);
      }),
    );
    expect(() => nextPeriod(period('9999-12'))).toThrow(RangeError);
  });
});

describe('holidays', () => {
  it.each([
    ['2026-05-06', 'こどもの日 振替休日'],
    ['2026-09-22', '休日'],
    ['2032-09-21', '休日'],
  ])('%s is a holiday', (date, name) => {
    expect(isHoliday(jstDate(date))).toBe(true);
    expect(holidayName(date)).toBe(name);
    expect(isBankBusinessDay(jstDate(date))).toBe(false);
  });

  it('are unknown outside the table', () => {
    expect(isHoliday(jstDate('2050-12-31'))).toBe(false);
    expect(() => isHoliday(jstDate('2051-01-01'))).toThrow(CalendarHorizonError);
    expect(() => isHoliday(jstDate('1969-12-31'))).toThrow(CalendarHorizonError);
    expect(() => addBusinessDays(jstDate('2050-12-30'), 1)).toThrow(CalendarHorizonError);
  });
});

describe('bank business days', () => {
  it.each(['2026-12-31', '2027-01-01', '2027-01-02', '2027-01-03', '2027-02-27', '2027-02-28'])(
    'banks are closed on %s',
    (date) => expect(isBankBusinessDay(jstDate(date))).toBe(false),
  );

  it.each(['2026-12-30', '2027-01-04', '2027-03-01'])('banks are open on %s', (date) => {
    expect(isBankBusinessDay(jstDate(date))).toBe(true);
  });

  it('are counted after the given day, or before it', () => {
    expect(addBusinessDays(jstDate('2026-10-09'), 10)).toBe('2026-10-26');
    expect(addBusinessDays(jstDate('2027-03-01'), -10)).toBe('2027-02-12');
    expect(businessDayBefore(jstDate('2026-11-04'))).toBe('2026-11-02');
    expect(businessDayOnOrAfter(jstDate('2026-12-31'))).toBe('2027-01-04');
    expect(businessDayOnOrAfter(jstDate('2026-11-30'))).toBe('2026-11-30');
    expect(() => addBusinessDays(jstDate('2026-10-05'), 1.5)).toThrow(RangeError);
  });

  it('n days forward are n business days, and n days back from there end on or before the start', () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: 1, max: 30 }), (date, n) => {
        const later = addBusinessDays(date, n);
        let open = 0;
        for (let day = addDays(date, 1); day <= later; day = addDays(day, 1)) if (isBankBusinessDay(day)) open += 1;
        expect(open).toBe(n);
        expect(isBankBusinessDay(later)).toBe(true);
        const back = addBusinessDays(later, -n);
        expect(isBankBusinessDay(date) ? back === date : back < date).toBe(true);
      }),
    );
  });
});
