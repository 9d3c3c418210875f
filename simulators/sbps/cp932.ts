/** CP932 as a Java server reads and writes it (MS932): two codes that read the same are written as one. */

const decoder = new TextDecoder('shift_jis', { fatal: true });

/** null when the bytes are no Shift_JIS. */
export function decodeCp932(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** @throws Error for what {@link decodeCp932} can't have given. */
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
    // ED and EE repeat what FA to FC hold, and are read but never written.
    if (lead === 0xed || lead === 0xee) continue;
    for (let trail = 0x40; trail <= 0xfc; trail++) add(canonical, Buffer.of(lead, trail));
  }
  return canonical;
}

/** The first code of a character wins, as in MS932 (∵ is 81E6, not 879A). */
function add(codes: Map<string, Buffer>, code: Buffer): void {
  const text = decodeCp932(code);
  if (text !== null && Array.from(text).length === 1 && !codes.has(text)) codes.set(text, code);
}

/**
 * Japanese sent as UTF-8 by mistake. Most such bytes also read as Shift_JIS (mojibake with half-width kana in between), so
 * only their being sound UTF-8 for Japanese gives them away; at least three characters of it, since a kanji followed by a
 * half-width kana can be both.
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
