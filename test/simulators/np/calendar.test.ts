import * as engine from '../../../domain/calendar';
import { billingCutoff, closeTerms, debitResultOn } from '../../../domain/close/terms';
import * as dates from '../../../simulators/dates';
import * as np from '../../../simulators/np/billing/calendar';

// The simulator and the engine each have a calendar of their own. Here the two are held against each other.

const day = (text: string) => engine.jstDate(text);
const monthsOf = (year: number) =>
  Array.from({ length: 12 }, (_, i) => engine.addPeriods(engine.period(`${year}-01`), i));

/** Every day of the years that NP's table covers. */
const coveredDays: engine.JstDate[] = [];
for (let d = day('2025-01-01'); d < '2033-01-01'; d = engine.addDays(d, 1)) coveredDays.push(d);

describe.each([2025, 2026, 2027, 2028, 2029, 2030, 2031])('the bills of %i', (year) => {
  test('have the same dates on both sides, month by month', () => {
    for (const month of monthsOf(year)) {
      const { close_on, issue_on, due_on, pay_until, debit_on } = closeTerms(month);
      const theirs = np.datesOf(month);
      expect(theirs).toEqual({
        closeOn: close_on,
        issueOn: issue_on,
        dueOn: due_on,
        payUntil: pay_until,
        debitOn: debit_on,
        debitResultOn: debitResultOn(debit_on),
      });
      expect(np.overdueOn(theirs.payUntil)).toBe(engine.addBusinessDays(pay_until, 3));
    }
  });

  test('are requested by noon of the last business day before the issue', () => {
    for (const month of monthsOf(year)) {
      const [cutoffOn, time] = billingCutoff(month).split('T') as [string, string];
      expect(time).toBe('12:00:00.000+09:00');
      expect(np.isBusinessDay(cutoffOn)).toBe(true);
      expect(np.businessDayAfter(cutoffOn, 1)).toBe(np.datesOf(month).issueOn);
    }
  });
});

test('both sides agree on every business day', () => {
  const differing = coveredDays.filter((d) => np.isBusinessDay(d) !== engine.isBankBusinessDay(d));
  expect(differing).toEqual([]);
});

test('both sides count days and months alike', () => {
  const differing = coveredDays.filter(
    (d) =>
      dates.addDays(d, 40) !== engine.addDays(d, 40) ||
      dates.sameDayAfter(d, 1) !== engine.addMonths(d, 1) ||
      dates.lastDayOf(dates.addMonths(dates.monthOf(d), 3)) !==
        engine.periodEnd(engine.addPeriods(engine.periodOf(d), 3)),
  );
  expect(differing).toEqual([]);
});

test.each([
  '2026-10-05T10:00:00+09:00',
  '2026-10-05t23:59:59.9876z',
  '2026-12-31T23:30:00-05:00',
  '2028-02-29T00:00:00.1+09:00',
  '2026-02-29T00:00:00+09:00',
  '2026-10-05T24:00:00+09:00',
  '2026-10-05T10:00:60+09:00',
  '2026-10-05T10:00:00+24:00',
  '2026-10-05T10:00:00',
  '2026-10-05',
])('both sides read %s alike', (text) => {
  expect(dates.momentOf(text)).toBe(engine.parseInstant(text));
});

test.each(['2026-10-05', '2028-02-29', '2026-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2026-4-1', 'today'])(
  'both sides agree whether %s is a date',
  (text) => {
    expect(dates.isDay(text)).toBe(engine.parseJstDate(text) !== null);
    expect(dates.isMonth(text.slice(0, 7))).toBe(engine.parsePeriod(text.slice(0, 7)) !== null);
  },
);

test('NP does not guess beyond its table', () => {
  expect(() => np.isBusinessDay('2033-01-04')).toThrow("NP's calendar does not cover 2033-01-04");
  expect(() => np.datesOf('2032-12')).toThrow('does not cover');
});
