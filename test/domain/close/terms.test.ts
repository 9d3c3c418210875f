import fc from 'fast-check';
import { addDays, endOf, isBankBusinessDay, nextPeriod, period, periodOf, startOfDay } from '../../../domain/calendar';
import { CalendarHorizonError } from '../../../domain/holidays';
import {
  billingCutoff,
  closeTerms,
  debitCollectOn,
  debitResultLateOn,
  debitResultOn,
} from '../../../domain/close/terms';
import { periods } from '../arbitraries';

describe('the fifteen months from October 2026', () => {
  it.each([
    ['2026-10', '2026-10-31', '2026-11-05', '2026-11-30', '2026-11-30', '2026-11-27'],
    ['2026-11', '2026-11-30', '2026-12-03', '2026-12-31', '2027-01-04', '2026-12-28'],
    ['2026-12', '2026-12-31', '2027-01-06', '2027-01-31', '2027-02-01', '2027-01-27'],
    ['2027-01', '2027-01-31', '2027-02-03', '2027-02-28', '2027-03-01', '2027-03-01'],
    ['2027-02', '2027-02-28', '2027-03-03', '2027-03-31', '2027-03-31', '2027-03-29'],
    ['2027-03', '2027-03-31', '2027-04-05', '2027-04-30', '2027-04-30', '2027-04-27'],
    ['2027-04', '2027-04-30', '2027-05-10', '2027-05-31', '2027-05-31', '2027-05-27'],
    ['2027-05', '2027-05-31', '2027-06-03', '2027-06-30', '2027-06-30', '2027-06-28'],
    ['2027-06', '2027-06-30', '2027-07-05', '2027-07-31', '2027-08-02', '2027-07-27'],
    ['2027-07', '2027-07-31', '2027-08-04', '2027-08-31', '2027-08-31', '2027-08-27'],
    ['2027-08', '2027-08-31', '2027-09-03', '2027-09-30', '2027-09-30', '2027-09-27'],
    ['2027-09', '2027-09-30', '2027-10-05', '2027-10-31', '2027-11-01', '2027-10-27'],
    ['2027-10', '2027-10-31', '2027-11-04', '2027-11-30', '2027-11-30', '2027-11-29'],
    ['2027-11', '2027-11-30', '2027-12-03', '2027-12-31', '2028-01-04', '2027-12-27'],
    ['2027-12', '2027-12-31', '2028-01-06', '2028-01-31', '2028-01-31', '2028-01-27'],
  ])('%s closes on %s, is issued on %s, due on %s (pay until %s), debited on %s', (month, ...expected) => {
    const { period: of, close_on, issue_on, due_on, pay_until, debit_on } = closeTerms(period(month));
    expect([of, close_on, issue_on, due_on, pay_until, debit_on]).toEqual([month, ...expected]);
  });
});

it('the terms have exactly six fields, in this order', () => {
  expect(JSON.stringify(closeTerms(period('2027-04')))).toBe(
    '{"period":"2027-04","close_on":"2027-04-30","issue_on":"2027-05-10","due_on":"2027-05-31","pay_until":"2027-05-31","debit_on":"2027-05-27"}',
  );
});

it('NP takes billing requests until noon of the business day before the issue', () => {
  expect(billingCutoff(period('2026-10'))).toBe('2026-11-04T12:00:00.000+09:00');
  expect(billingCutoff(period('2027-04'))).toBe('2027-05-07T12:00:00.000+09:00');
});

it('the debits of 2027-03-01 are collected on 02-12; results are expected on 03-04 and late after 03-08', () => {
  const { debit_on } = closeTerms(period('2027-01'));
  expect([debitCollectOn(debit_on), debitResultOn(debit_on), debitResultLateOn(debit_on)]).toEqual([
    '2027-02-12',
    '2027-03-04',
    '2027-03-08',
  ]);
  expect(debitResultOn(closeTerms(period('2027-02')).debit_on)).toBe('2027-04-01');
});

it('months beyond the holiday table have no terms', () => {
  expect(closeTerms(period('2050-10')).due_on).toBe('2050-11-30');
  expect(() => closeTerms(period('2050-12'))).toThrow(CalendarHorizonError);
});

it('always: close, issue, due date in this order; money moves on business days only', () => {
  fc.assert(
    fc.property(periods, (p) => {
      const t = closeTerms(p);
      expect(t.close_on < t.issue_on && t.issue_on < t.debit_on && t.debit_on <= t.pay_until).toBe(true);
      expect([t.issue_on, t.pay_until, t.debit_on].every((date) => isBankBusinessDay(date))).toBe(true);
      expect(periodOf(t.due_on)).toBe(nextPeriod(p));
      expect(t.pay_until <= addDays(t.due_on, 6)).toBe(true); // 2024-12-31 → 2025-01-06: year end, then a weekend
      expect(billingCutoff(p) < startOfDay(t.issue_on) && billingCutoff(p) > endOf(t.close_on)).toBe(true);
      expect(debitCollectOn(t.debit_on) > t.close_on).toBe(true);
    }),
  );
});
