import type { JstDate } from './calendar';
import { type Yen, addYen, subtractYen, sumYen, toYen } from './money';

/** Classes of consumption tax: standard rate (標準税率), reduced rate (軽減税率), exempt (非課税), out of scope (不課税). */
export type RateClass = 'standard' | 'reduced' | 'exempt' | 'out_of_scope';

/** The rate classes in the order in which documents and the journal list them. */
export const rateClasses = ['standard', 'reduced', 'exempt', 'out_of_scope'] as const satisfies readonly RateClass[];

/** Consumption tax in percent, national and local together. */
export type Rate = 10 | 8 | 0;

/**
 * How fractions of a yen of tax are rounded: 切捨て, 四捨五入, 切上げ. The absolute value is rounded, so a credit of the
 * same amount has exactly the negative tax of the charge.
 */
export const roundings = ['floor', 'round', 'ceil'] as const;
export type Rounding = (typeof roundings)[number];

/**
 * The rates by their first day, newest last. Since 2019-10-01: 10 % (7.8 national + 2.2 local), reduced 8 % (6.24 + 1.76). Older
 * rates are left out because no sale is that old.
 */
const DATED_RATES: readonly { from: string; rates: Record<RateClass, Rate> }[] = [
  { from: '2019-10-01', rates: { standard: 10, reduced: 8, exempt: 0, out_of_scope: 0 } },
];

/** The rate in force on the date of supply. @throws RangeError before 2019-10-01. */
export function rateOn(rateClass: RateClass, on: JstDate): Rate {
  const dated = DATED_RATES.findLast(({ from }) => from <= on);
  if (!dated) throw new RangeError(`no consumption tax rate known for ${on}: rates begin ${DATED_RATES[0]!.from}`);
  return dated.rates[rateClass];
}

/** The total of one rate class. `gross` = `net` + `tax`. */
export interface RateTotal {
  rateClass: RateClass;
  rate: Rate;
  /** Yen without tax. */
  net: Yen;
  tax: Yen;
  /** Yen with tax. */
  gross: Yen;
}

/** The totals of each rate class that occurs, in the order of {@link rateClasses}, and the sums over all of them. */
export interface TaxSummary {
  rates: RateTotal[];
  net: Yen;
  tax: Yen;
  gross: Yen;
}

/**
 * The totals of an invoice of a store that settles in house (bills without NP, the credit provider NP掛け払い). The tax is computed
 * once per invoice and rate from the tax-exclusive sum, never per line (消費税法施行令70条の10).
 * @param on the date of supply, which decides the rates
 */
export function taxOnNet(
  lines: readonly { amount: Yen; rateClass: RateClass }[],
  on: JstDate,
  rounding: Rounding = 'floor',
): TaxSummary {
  return summarise(lines, on, (net, rate) => {
    const tax = share(net, rate, 100, rounding);
    return { net, tax, gross: addYen(net, tax) };
  });
}

/**
 * The tax-inclusive total of one charge, as it is registered with NP or charged to a card.
 * @param net yen without tax
 */
export function grossOf(net: Yen, rateClass: RateClass, on: JstDate, rounding: Rounding = 'floor'): Yen {
  return addYen(net, share(net, rateOn(rateClass, on), 100, rounding));
}

/**
 * The totals of a document that adds up tax-inclusive amounts: an invoice of NP, our copy of it, or a card receipt. The tax of
 * each rate is the sum of its gross amounts × 10/110 or 8/108, rounded once.
 */
export function taxWithinGross(
  totals: readonly { gross: Yen; rateClass: RateClass }[],
  on: JstDate,
  rounding: Rounding = 'floor',
): TaxSummary {
  const amounts = totals.map(({ gross, rateClass }) => ({ amount: gross, rateClass }));
  return summarise(amounts, on, (gross, rate) => {
    const tax = share(gross, rate, 100 + rate, rounding);
    return { net: subtractYen(gross, tax), tax, gross };
  });
}

function summarise(
  lines: readonly { amount: Yen; rateClass: RateClass }[],
  on: JstDate,
  split: (sum: Yen, rate: Rate) => { net: Yen; tax: Yen; gross: Yen },
): TaxSummary {
  const rates = rateClasses.flatMap((rateClass): RateTotal[] => {
    const ofClass = lines.filter((line) => line.rateClass === rateClass);
    if (ofClass.length === 0) return [];
    const rate = rateOn(rateClass, on);
    return [{ rateClass, rate, ...split(sumYen(ofClass.map((line) => line.amount)), rate) }];
  });
  return {
    rates,
    net: sumYen(rates.map((r) => r.net)),
    tax: sumYen(rates.map((r) => r.tax)),
    gross: sumYen(rates.map((r) => r.gross)),
  };
}

/**
 * amount × numerator / denominator, with its absolute value rounded. It is computed in bigint, because 10 × a safe integer may
 * not be safe.
 */
function share(amount: Yen, numerator: number, denominator: number, rounding: Rounding): Yen {
  const whole = BigInt(denominator);
  const product = BigInt(Math.abs(amount)) * BigInt(numerator);
  const quotient = product / whole;
  const rest = product % whole;
  const up = rounding === 'ceil' ? rest > 0n : rounding === 'round' && rest * 2n >= whole;
  const magnitude = up ? quotient + 1n : quotient;
  return toYen(amount < 0 ? -magnitude : magnitude);
}
