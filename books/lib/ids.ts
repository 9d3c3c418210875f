import { randomBytes } from 'node:crypto';

/** The first letters of an id, which tell the kind of thing it names (`ord` = order). */
export type IdPrefix =
  'sto' | 'acc' | 'dst' | 'pln' | 'prc' | 'ord' | 'sub' | 'ddb' | 'dac' | 'key' | 'doc' | 'dep' | 'pay' | 'ca' | 'msg';

// The characters are in byte order, so that ids sort like the numbers that they encode.
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The number of characters that any 128-bit number fits into: 62^22 > 2^128. */
const WIDTH = 22;

/** Makes an id: `ord_` and a UUIDv7 in 22 base62 characters. A UUIDv7 begins with the time, so ids sort by creation. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${base62(uuidV7())}`;
}

let lastMs = 0;
let sequence = 0;

/** A UUIDv7 (RFC 9562 §5.7). 12 bits count within a millisecond (§6.2, method 1), so a process's ids always increase. */
function uuidV7(): bigint {
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    sequence = randomBytes(2).readUInt16BE() & 0x07ff;
  } else if (++sequence > 0x0fff) {
    lastMs += 1;
    sequence = 0;
  }
  const tail = randomBytes(8).readBigUInt64BE() & 0x3fffffffffffffffn;
  return (BigInt(lastMs) << 80n) | (0x7n << 76n) | (BigInt(sequence) << 64n) | (0x2n << 62n) | tail;
}

function base62(n: bigint): string {
  let text = '';
  for (let rest = n; text.length < WIDTH; rest /= 62n) text = ALPHABET[Number(rest % 62n)] + text;
  return text;
}
