import Encoding from 'encoding-japanese';

/**
 * The error for a text with a character that Shift_JIS (CP932) does not have. Many encoders replace such a character by
 * `?`; this one refuses the text.
 */
export class UnencodableCharacter extends Error {
  override readonly name = 'UnencodableCharacter';
  constructor(readonly character: string) {
    super(`not a character of Shift_JIS (CP932): ${JSON.stringify(character)}`);
  }
}

/**
 * Encodes text as CP932, the Shift_JIS of Windows and of Java's MS932.
 *
 * CP932 has two codes for each of 374 characters (髙, 﨑, ⅰ …): an NEC code with the lead byte ED or EE, and an IBM code
 * with the lead byte FA, FB or FC. The library `encoding-japanese` writes the NEC codes. Windows and Java write the IBM
 * codes, so this function replaces each NEC code by the IBM code. Otherwise a server that decodes our request and encodes
 * it again would compute another hash than ours (sps_hashcode) and refuse the request.
 * @throws UnencodableCharacter
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
    // Finds the character for our error message, because the library's message shows only its UTF-8 bytes.
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
      // 7F is never the second byte of a character. After the lead byte FC, the last second byte in use is 4B.
      if (trail === 0x7f || (lead === 0xfc && trail > 0x4b)) continue;
      ibmByCharacter.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail]);
    }
  }
  return ibmByCharacter;
}
