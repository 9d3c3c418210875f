/**
 * CP932 (the Shift_JIS of Windows) as a Java server reads and writes it under the name MS932. Some characters have two
 * codes; MS932 reads both and always writes the same one.
 */

const decoder = new TextDecoder('shift_jis', { fatal: true });

/** Returns null when the bytes are not Shift_JIS. */
export function decodeCp932(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** @throws Error for a character that CP932 does not have. */
export function encodeCp932(text: string): Buffer {
  const codes = canonicalCodes();
  return Buffer.concat(
    Array.from(text, (character) => {
      const code = codes.get(character);
      if (!code) throw new Error(`not in CP932: ${character}`);
      return code;
    }),
  );
}

let canonical: Map<string, Buffer> | undefined;

function canonicalCodes(): Map<string, Buffer> {
  if (canonical) return canonical;
  canonical = new Map();
  for (let byte = 0; byte <= 0xff; byte++) add(canonical, Buffer.of(byte));
  for (let lead = 0x81; lead <= 0xfc; lead++) {
    // The codes with the lead bytes ED and EE mean the same characters as codes with FA to FC. MS932 never writes them.
    if (lead === 0xed || lead === 0xee) continue;
    for (let trail = 0x40; trail <= 0xfc; trail++) add(canonical, Buffer.of(lead, trail));
  }
  return canonical;
}

/** Adds a code unless its character has one already. So the lower code is written, as in MS932: ∵ is 81E6, not 879A. */
function add(codes: Map<string, Buffer>, code: Buffer): void {
  const text = decodeCp932(code);
  if (text !== null && Array.from(text).length === 1 && !codes.has(text)) codes.set(text, code);
}

/**
 * True if the bytes are probably Japanese text in UTF-8, sent by mistake. Most such bytes are also valid Shift_JIS with a
 * senseless meaning, so decoding does not find the mistake. The function checks instead whether the bytes are valid UTF-8
 * of at least three Japanese characters. With fewer, correct Shift_JIS would be suspected: one kanji and one half-width kana
 * can by chance be valid UTF-8.
 */
export function looksLikeUtf8(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return (
      /^[\x00-\x7f\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e]*$/.test(text) && text.replace(/[\x00-\x7f]/g, '').length >= 3
    );
  } catch {
    return false;
  }
}
