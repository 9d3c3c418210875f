import fc from 'fast-check';
import { jstDate } from '../../domain/calendar';
import { type Yen, sumYen, yen } from '../../domain/money';
import { type Rounding, grossOf, rateOn, taxOnNet, taxWithinGross } from '../../domain/tax';
import { amounts, lines, rateClass, roundings } from './arbitraries';

const on = jstDate('2026-10-31');
const negative = (amount: Yen) => yen(-amount);

describe('rates', () => {
  it('are 10 and 8 percent since 2019-10-01, and unknown before', () => {
    expect(rateOn('standard', jstDate('2019-10-01'))).toBe(10);
    expect(rateOn('reduced', on)).toBe(8);
    expect(rateOn('exempt', on)).toBe(0);
    expect(rateOn('out_of_scope', on)).toBe(0);
    expect(() => rateOn('standard', jstDate('2019-09-30'))).toThrow(RangeError);
  });
});

describe('the two ways to tax', () => {
  it('differ by a yen for 105 + 105', () => {
    const inHouse = taxOnNet(
      [yen(105), yen(105)].map((amount) => ({ amount, rateClass: 'standard' })),
      on,
    );
    expect(inHouse).toEqual({
      rates: [{ rateClass: 'standard', rate: 10, net: 210, tax: 21, gross: 231 }],
      net: 210,
      tax: 21,
      gross: 231,
    });

    const registered = grossOf(yen(105), 'standard', on); // 105 + floor(10.5) = 115
    const np = taxWithinGross(
      [registered, registered].map((gross) => ({ gross, rateClass: 'standard' })),
      on,
    );
    expect(np).toEqual({
      rates: [{ rateClass: 'standard', rate: 10, net: 210, tax: 20, gross: 230 }], // floor(230 × 10/110) = 20
      net: 210,
      tax: 20,
      gross: 230,
    });
  });

  it('agree for the plans of the story', () => {
    for (const [net, gross] of [
      [30_000, 33_000],
      [80_000, 88_000],
      [20_000, 22_000],
      [12_000, 13_200],
    ] as const) {
      expect(grossOf(yen(net), 'standard', on)).toBe(gross);
      expect(taxWithinGross([{ gross: yen(gross), rateClass: 'standard' }], on).net).toBe(net);
      expect(taxOnNet([{ amount: yen(net), rateClass: 'standard' }], on).gross).toBe(gross);
    }
  });
});

it('an invoice has one row per rate class, in print order, for any order of its lines', () => {
  const summary = taxOnNet(
    [
      { amount: yen(1_000), rateClass: 'out_of_scope' },
      { amount: yen(199), rateClass: 'reduced' },
      { amount: yen(150), rateClass: 'standard' },
      { amount: yen(100), rateClass: 'reduced' },
    ],
    on,
  );
  expect(summary.rates).toEqual([
    { rateClass: 'standard', rate: 10, net: 150, tax: 15, gross: 165 },
    { rateClass: 'reduced', rate: 8, net: 299, tax: 23, gross: 322 }, // 23.92
    { rateClass: 'out_of_scope', rate: 0, net: 1_000, tax: 0, gross: 1_000 },
  ]);
  expect([summary.net, summary.tax, summary.gross]).toEqual([1_449, 38, 1_487]);
});

it.each<[number, Rounding, number]>([
  [105, 'floor', 10],
  [105, 'round', 11],
  [104, 'round', 10],
  [101, 'ceil', 11],
  [100, 'ceil', 10],
  [-105, 'floor', -10],
  [-105, 'round', -11],
  [-101, 'ceil', -11],
])('the tax on %i is rounded by %s to %i', (net, rounding, tax) => {
  expect(taxOnNet([{ amount: yen(net), rateClass: 'standard' }], on, rounding).tax).toBe(tax);
});

it('large sums are exact, because no fractions are used', () => {
  const most = yen(8_000_000_000_000_001);
  expect(taxOnNet([{ amount: most, rateClass: 'standard' }], on).tax).toBe(800_000_000_000_000);
});

describe('always', () => {
  it('net + tax = gross, per rate and in total, and every line counts', () => {
    fc.assert(
      fc.property(lines, roundings, (list, rounding) => {
        const onNet = taxOnNet(list, on, rounding);
        const within = taxWithinGross(
          list.map(({ amount: gross, rateClass }) => ({ gross, rateClass })),
          on,
          rounding,
        );
        for (const summary of [onNet, within]) {
          for (const total of [...summary.rates, summary]) expect(total.net + total.tax).toBe(total.gross);
          expect(sumYen(summary.rates.map((r) => r.gross))).toBe(summary.gross);
        }
        expect(onNet.net).toBe(sumYen(list.map((l) => l.amount)));
        expect(within.gross).toBe(sumYen(list.map((l) => l.amount)));
      }),
    );
  });

  it('tax is within a yen of the exact share, on the side of the rounding', () => {
    fc.assert(
      fc.property(amounts, rateClass, roundings, (amount, rateClass, rounding) => {
        const magnitude = Math.abs(amount);
        const [own] = taxOnNet([{ amount, rateClass }], on, rounding).rates;
        const missing = magnitude * own!.rate - Math.abs(own!.tax) * 100; // hundredths of a yen not charged
        const [low, high] = { floor: [0, 99], round: [-50, 49], ceil: [-99, 0] }[rounding];
        expect(missing).toBeGreaterThanOrEqual(low!);
        expect(missing).toBeLessThanOrEqual(high!);
      }),
    );
  });

  it('a credit and its charge sum to zero', () => {
    fc.assert(
      fc.property(lines, roundings, (list, rounding) => {
        const credit = list.map((l) => ({ ...l, amount: negative(l.amount) }));
        const [charged, credited] = [taxOnNet(list, on, rounding), taxOnNet(credit, on, rounding)];
        expect(credited.gross + charged.gross).toBe(0);
        expect(credited.tax + charged.tax).toBe(0);
      }),
    );
  });

  it('the tax within one registered charge equals the tax added to it; only sums of charges differ', () => {
    fc.assert(
      fc.property(amounts, rateClass, (net, rateClass) => {
        const gross = grossOf(net, rateClass, on);
        const inside = taxWithinGross([{ gross, rateClass }], on);
        expect(inside.net).toBe(net);
      }),
    );
  });
});
