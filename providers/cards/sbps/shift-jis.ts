import Encoding from 'encoding-japanese';

/** Thrown for a character that Shift_JIS (CP932) does not have, so that it does not silently become `?`. */
export class UnencodableCharacter extends Error {
  override readonly name = 'UnencodableCharacter';
  constructor(readonly character: string) {
    super(`not a character of Shift_JIS (CP932): ${JSON.stringify(character)}`);
  }
}

/**
 * CP932 as Windows and Java's MS932 write it. @throws UnencodableCharacter
 *
 * `encoding-japanese` writes the 374 characters that CP932 holds twice (髙, 﨑, ⅰ …) with NEC codes (lead bytes ED and
 * EE). Other systems write the IBM codes (FA to FC). Both decode to the same text, but their hashes differ. A reader
 * that decodes and encodes again would refuse our hash.
 */
export function encodeShiftJis(text: string): Buffer {
  const bytes = Buffer.from(encodeOrName(text));
  for (let i = 0; i < bytes.length; i += isLeadByte(bytes[i]!) ? 2 : 1) {
    if (bytes[i] !== 0xed && bytes[i] !== 0xee) continue;
    const ibm = ibmCodes().get(decoder.decode(bytes.subarray(i, i + 2)));
    if (ibm) bytes.set(ibm, i);
  }
  return bytes;
}

/** @throws TypeError when the bytes are not Shift_JIS. */
export function decodeShiftJis(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function isShiftJis(character: string): boolean {
  try {
    encode(character);
    return true;
  } catch {
    return false;
  }
}

const decoder = new TextDecoder('shift_jis', { fatal: true });

function encode(text: string): number[] {
  return Encoding.convert(text, { from: 'UNICODE', to: 'SJIS', type: 'array', fallback: 'error' });
}

function encodeOrName(text: string): number[] {
  try {
    return encode(text);
  } catch {
    // The library's message names the character only as UTF-8 bytes.
    throw new UnencodableCharacter(Array.from(text).find((character) => !isShiftJis(character)) ?? text);
  }
}

function isLeadByte(byte: number): boolean {
  return (byte >= 0x81 && byte <= 0x9f) || byte >= 0xe0;
}

let ibmByCharacter: Map<string, [number, number]> | undefined;

function ibmCodes(): Map<string, [number, number]> {
  if (ibmByCharacter) return ibmByCharacter;
  ibmByCharacter = new Map();
  for (let lead = 0xfa; lead <= 0xfc; lead++) {
    for (let trail = 0x40; trail <= 0xfc; trail++) {
      // 4B is the last code of FC. 7F is never a trail byte.
      if (trail === 0x7f || (lead === 0xfc && trail > 0x4b)) continue;
      ibmByCharacter.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail]);
    }
  }
  return ibmByCharacter;
}
