import fc from 'fast-check';
import { type JstDate, type Period, addDays, instantOfMs, jstDate, periodOf } from '../../domain/calendar';
import { yen } from '../../domain/money';
import { type Rounding, rateClasses } from '../../domain/tax';

/** Dates of the years in which the engine trades; the holiday table ends with 2050. */
export const dates: fc.Arbitrary<JstDate> = fc
  .integer({ min: 0, max: 30 * 365 })
  .map((days) => addDays(jstDate('2019-10-01'), days));

export const periods: fc.Arbitrary<Period> = dates.map(periodOf);

export const instants = fc
  .integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2100, 0, 1) })
  .map((ms) => instantOfMs(ms));

export const amounts = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map(yen);

export const charges = fc.integer({ min: 0, max: 1_000_000_000 }).map(yen);

export const rateClass = fc.constantFrom(...rateClasses);

export const roundings = fc.constantFrom<Rounding[]>('floor', 'round', 'ceil');

export const lines = fc.array(fc.record({ amount: amounts, rateClass }), { maxLength: 20 });
