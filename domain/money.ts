declare const yenBrand: unique symbol;

/** An amount in whole yen as a safe integer, negative for reductions and credits. Each use says whether tax is included. */
export type Yen = number & { readonly [yenBrand]: true };

/** @throws RangeError unless `n` is a safe integer: fractional yen do not exist, and numbers beyond 2^53 lose single yen. */
export function yen(n: number): Yen {
  if (!Number.isSafeInteger(n)) throw new RangeError(`not a whole number of yen: ${n}`);
  return (n + 0) as Yen; // + 0 turns -0 into 0
}

/** Yen from a BIGINT column or a JSON number. @throws RangeError as {@link yen}. */
export function toYen(value: bigint | number): Yen {
  return yen(Number(value)); // Number() rounds only bigints beyond the safe integers, and `yen` rejects those
}

export function addYen(a: Yen, b: Yen): Yen {
  return yen(a + b);
}

export function subtractYen(a: Yen, b: Yen): Yen {
  return yen(a - b);
}

export function negate(amount: Yen): Yen {
  return yen(-amount);
}

/** The sum; 0 for an empty list. @throws RangeError when a partial sum is no safe integer */
export function sumYen(amounts: Iterable<Yen>): Yen {
  let sum = yen(0);
  for (const amount of amounts) sum = addYen(sum, amount);
  return sum;
}

/**
 * An amount for people: `33,000円`, `-500円`. It does not use toLocaleString, whose output depends on the ICU data of the process.
 */
export function formatYen(amount: Yen): string {
  return `${String(amount).replace(/\B(?=(\d{3})+$)/g, ',')}円`;
}
