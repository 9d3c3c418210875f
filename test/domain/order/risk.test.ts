import fc from 'fast-check';
import { addBusinessDays, addDays, jstDate, period, periodOf, periodStart } from '../../../domain/calendar';
import { atRiskUntil, checkRiskDecision, riskDecisions } from '../../../domain/order/risk';
import { dates } from '../arbitraries';

it('a refused month has five business days, also over New Year', () => {
  expect(atRiskUntil(jstDate('2027-01-01'), period('2027-01'))).toBe('2027-01-08');
});

it('the guaranteed month before a refused one runs to its end', () => {
  expect(atRiskUntil(jstDate('2027-02-04'), period('2027-03'))).toBe('2027-02-28');
  expect(atRiskUntil(jstDate('2026-12-30'), period('2027-01'))).toBe('2027-01-08');
});

it('finance always has its five business days', () => {
  fc.assert(
    fc.property(dates, fc.boolean(), (on, coming) => {
      const month = coming ? periodOf(addDays(on, 31)) : periodOf(on);
      const until = atRiskUntil(on, month);
      expect(until >= addBusinessDays(on, 5)).toBe(true);
      expect(until === addBusinessDays(on, 5) || until === addDays(periodStart(month), -1)).toBe(true);
    }),
  );
});

it('a contract suspended for its risk can still be resumed or ended', () => {
  const allowed = (contract: { atRisk: boolean; suspended: boolean }) =>
    riskDecisions.filter((decision) => checkRiskDecision(decision, contract) === null);
  expect(allowed({ atRisk: true, suspended: false })).toEqual([...riskDecisions]);
  expect(allowed({ atRisk: true, suspended: true })).toEqual(['register_again', 'bill_in_house', 'end']);
  expect(allowed({ atRisk: false, suspended: true })).toEqual([]);
});
