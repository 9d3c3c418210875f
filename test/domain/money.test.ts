import { addYen, formatYen, subtractYen, sumYen, toYen, yen } from '../../domain/money';

describe('yen', () => {
  it.each([0.1, NaN, Infinity, 2 ** 53])('refuses %p', (n) => expect(() => yen(n)).toThrow(RangeError));

  it('accepts negative amounts, and has only one zero', () => {
    expect(yen(-500)).toBe(-500);
    expect(Object.is(yen(-0), 0)).toBe(true);
  });

  it('comes exactly out of a BIGINT column or not at all', () => {
    expect(toYen(33_000n)).toBe(33_000);
    expect(toYen(33_000)).toBe(33_000);
    expect(() => toYen(9_007_199_254_740_993n)).toThrow(RangeError);
  });

  it('adds up, and rejects a sum that is no longer exact', () => {
    expect(sumYen([])).toBe(0);
    expect(sumYen([yen(33_000), yen(88_000), yen(-22_000)])).toBe(99_000);
    expect(subtractYen(yen(1), yen(3))).toBe(-2);
    expect(() => addYen(yen(Number.MAX_SAFE_INTEGER), yen(1))).toThrow(RangeError);
  });

  it.each([
    [0, '0円'],
    [999, '999円'],
    [33_000, '33,000円'],
    [-1_234_567, '-1,234,567円'],
  ])('prints %p', (n, words) => {
    expect(formatYen(yen(n))).toBe(words);
  });
});
