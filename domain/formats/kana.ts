import { type Result, ok, refuse } from '../refusal';

/*
 * Converts names to the text of bank files (全銀): JIS X 0201, one byte a character. A name may have digits, capitals, half-width
 * kana and spaces. The symbols that it may have depend on the kind of name (the banks' association's character rules).
 */

/** The kind of name. `party`: of an account holder or the collecting firm (委託者). `bank`: of a bank or branch. */
export type KanaOf = 'party' | 'bank';

const SYMBOLS: Record<KanaOf, string> = { party: '()-.', bank: '-' };

/**
 * The full-width kana in the order of their half-width forms ｱ (U+FF71) to ﾝ (U+FF9D). ヲ is left out: it has a half-width form,
 * but no name may contain it.
 */
const FULL = 'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン';
const HALF_A = 0xff71;
const [DAKUTEN, HANDAKUTEN] = ['ﾞ', 'ﾟ'];
const TAKES_DAKUTEN = 'ｳｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎ';
const TAKES_HANDAKUTEN = 'ﾊﾋﾌﾍﾎ';

const [SMALL, LARGE] = ['ァィゥェォッャュョヮヵヶ', 'アイウエオツヤユヨワカケ'];
/** The long-vowel mark (長音) and the dashes that people type for it. The character set has only the hyphen. */
const DASHES = 'ー‐‑‒–—―−─';

/**
 * Writes a name as banks store it. Kana of any width, hiragana, letters and digits become characters of the set above: small kana
 * become large, ー becomes a hyphen, ガ becomes ｶ and ﾞ. Characters without one certain reading (kanji, ヲ, ・) are
 * refused, never guessed.
 * @param max the bytes of the field. A longer name is refused, because a name cut short may be the name of someone else.
 * @returns refused `kana_not_convertible` with the character and its place (from 1), or refused `kana_too_long`
 */
export function toBankKana(text: string, of: KanaOf, max: number): Result<string> {
  let written = '';
  for (const [index, character] of [...text.trim()].entries()) {
    const half = halfOf(character, of);
    if (half === null || !isSound(written.slice(-1), half))
      return refuse('kana_not_convertible', { params: { character, position: index + 1 } });
    written += half;
  }
  if (written.length > max) return refuse('kana_too_long', { params: { length: written.length, max } });
  return ok(written);
}

/** One character of a name as one or two characters of the bank files' set; null when the set does not have it. */
function halfOf(character: string, of: KanaOf): string | null {
  if (character === '゛' || character === '゜') return character === '゛' ? DAKUTEN : HANDAKUTEN;
  const parts = [...character.normalize('NFKC').normalize('NFD').toUpperCase()].map((part) => halfOfPart(part, of));
  return parts.includes(null) ? null : parts.join('');
}

function halfOfPart(part: string, of: KanaOf): string | null {
  if (part === '\u3099') return DAKUTEN;
  if (part === '\u309a') return HANDAKUTEN;
  if (DASHES.includes(part)) return '-';
  const katakana = /[ぁ-ゖ]/.test(part) ? String.fromCharCode(part.charCodeAt(0) + 0x60) : part;
  const small = SMALL.indexOf(katakana);
  const kana = FULL.indexOf(small < 0 ? katakana : LARGE[small]!);
  if (kana >= 0) return String.fromCharCode(HALF_A + kana);
  return /^[0-9A-Z ]$/.test(part) || SYMBOLS[of].includes(part) ? part : null;
}

/**
 * True if each voicing mark (ﾞ or ﾟ) follows a kana that takes it. A mark without one shows that the name was cut in two.
 */
function isSound(before: string, next: string): boolean {
  if (next[0] === DAKUTEN) return before !== '' && TAKES_DAKUTEN.includes(before);
  if (next[0] === HANDAKUTEN) return before !== '' && TAKES_HANDAKUTEN.includes(before);
  return next[1] !== DAKUTEN || TAKES_DAKUTEN.includes(next[0]!);
}

/** The distance from a byte of half-width kana (0xA1 ｡ to 0xDF ﾟ in JIS X 0201 and CP932) to its Unicode character. */
const KANA_OFFSET = 0xff61 - 0xa1;

/** @throws RangeError for a character that is not one byte of JIS X 0201 */
export function bankBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    if (code >= 0x20 && code < 0x7f) return code;
    if (code >= 0xff61 && code <= 0xff9f) return code - KANA_OFFSET;
    throw new RangeError(`not a character of JIS X 0201: ${JSON.stringify(character)}`);
  });
}

/** The text of the bytes. A byte outside JIS X 0201 becomes U+FFFD. */
export function bankText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
    return byte >= 0xa1 && byte <= 0xdf ? String.fromCharCode(byte + KANA_OFFSET) : '\ufffd';
  }).join('');
}
