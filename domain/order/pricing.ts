import type { JstDate } from '../calendar';
import { type Yen, sumYen, toYen } from '../money';
import { policy } from '../policy';
import { type Result, ok, refuse } from '../refusal';
import { type RateClass, type Rounding, grossOf, taxOnNet } from '../tax';

/** A line of an order with its price per unit and month. */
export interface PricedLine {
  /** Yen without tax. */
  unitAmount: bigint;
  quantity: number;
  rateClass: RateClass;
}

/** One month of a line, in yen without tax. @throws RangeError beyond the safe integers */
export function netOf({ unitAmount, quantity }: Pick<PricedLine, 'unitAmount' | 'quantity'>): Yen {
  return toYen(unitAmount * BigInt(quantity));
}

/**
 * One month of a line, in yen without tax (`net`) and with the tax of this line alone (`gross`).
 * @param on the date of supply, which decides the tax rate
 */
export function chargeOf(line: PricedLine, on: JstDate, rounding: Rounding): { net: Yen; gross: Yen } {
  const net = netOf(line);
  return { net, gross: grossOf(net, line.rateClass, on, rounding) };
}

/**
 * One month of an order, in yen without and with tax. NP (the credit provider NP掛け払い) and SBPS (the card gateway) get one
 * charge with tax per line, so the total is the sum of these charges. A store that settles in house (bills without NP) computes
 * the tax once per rate.
 * @returns refused `invalid_amount` above `policy.order.maxTotal`
 */
export function priceOfMonth(
  lines: readonly PricedLine[],
  taxed: { per: 'line' | 'rate'; on: JstDate; rounding: Rounding },
): Result<{ net: Yen; total: Yen }> {
  const { per, on, rounding } = taxed;
  const { maxTotal } = policy.order;
  const tooMuch = refuse('invalid_amount', { field: ['lines'], params: { max_total: maxTotal } });
  // A single line may exceed the safe integers, so compare as bigint before `netOf` converts.
  if (lines.some(({ unitAmount, quantity }) => unitAmount * BigInt(quantity) > BigInt(maxTotal))) return tooMuch;
  const amounts = lines.map((line) => ({ amount: netOf(line), rateClass: line.rateClass }));
  const net = sumYen(amounts.map(({ amount }) => amount));
  const total =
    per === 'rate'
      ? taxOnNet(amounts, on, rounding).gross
      : sumYen(lines.map((line) => chargeOf(line, on, rounding).gross));
  return total > maxTotal ? tooMuch : ok({ net, total });
}
