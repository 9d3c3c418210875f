import type { JstDate } from '../calendar';
import { type Yen, sumYen, toYen } from '../money';
import { policy } from '../policy';
import { type Result, ok, refuse } from '../refusal';
import { type RateClass, type Rounding, grossOf, taxOnNet } from '../tax';

/** A line of an order with its monthly price. */
export interface PricedLine {
  /** Yen without tax. */
  unitAmount: bigint;
  quantity: number;
  rateClass: RateClass;
}

/** Yen without tax. @throws RangeError for more yen than a number holds */
export function netOf({ unitAmount, quantity }: Pick<PricedLine, 'unitAmount' | 'quantity'>): Yen {
  return toYen(unitAmount * BigInt(quantity));
}

/** A month of a line as one charge with its own tax. @param on date of supply */
export function chargeOf(line: PricedLine, on: JstDate, rounding: Rounding): { net: Yen; gross: Yen } {
  const net = netOf(line);
  return { net, gross: grossOf(net, line.rateClass, on, rounding) };
}

/**
 * A month of an order, in yen without and with tax. NP and SBPS receive one charge with tax per line, so their total is the
 * sum of those. A store that bills by itself takes the tax once per rate.
 * @returns refused invalid_amount for more than policy.order.maxTotal
 */
export function priceOfMonth(
  lines: readonly PricedLine[],
  taxed: { per: 'line' | 'rate'; on: JstDate; rounding: Rounding },
): Result<{ net: Yen; total: Yen }> {
  const { per, on, rounding } = taxed;
  const { maxTotal } = policy.order;
  const tooMuch = refuse('invalid_amount', { field: ['lines'], params: { max_total: maxTotal } });
  // A single line may exceed what a number holds: compare before converting.
  if (lines.some(({ unitAmount, quantity }) => unitAmount * BigInt(quantity) > BigInt(maxTotal))) return tooMuch;
  const amounts = lines.map((line) => ({ amount: netOf(line), rateClass: line.rateClass }));
  const net = sumYen(amounts.map(({ amount }) => amount));
  const total =
    per === 'rate'
      ? taxOnNet(amounts, on, rounding).gross
      : sumYen(lines.map((line) => chargeOf(line, on, rounding).gross));
  return total > maxTotal ? tooMuch : ok({ net, total });
}
