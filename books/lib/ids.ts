import { randomBytes } from 'node:crypto';

/** What each kind of thing is called by its id's first letters. */
export type IdPrefix =
  'sto' | 'acc' | 'dst' | 'pln' | 'prc' | 'ord' | 'sub' | 'ddb' | 'dac' | 'key' | 'doc' | 'dep' | 'pay' | 'ca' | 'msg';

// In the order of their bytes, so that ids sort as the numbers they write.
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^22 > 2^128 */
const WIDTH = 22;

/** `ord_` + 22 base62 characters of a UUIDv7: made by wall clock, so ids of one kind sort by when they were made. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${base62(uuidV7())}`;
}

let lastMs = 0;
let sequence = 0;

/** RFC 9562 §5.7 with method 1 of §6.2: 12 bits count within a millisecond, so one process never steps back. */
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
