import type { CardBrand } from './card-rules';

/** The prefixes and length of the card numbers of each accepted brand (docs/store.md P8), as the brands publish them. */
const BRANDS: readonly { brand: CardBrand; pattern: RegExp }[] = [
  { brand: 'VISA', pattern: /^4\d{15}$/ },
  { brand: 'Mastercard', pattern: /^(5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}$/ },
  { brand: 'JCB', pattern: /^35(2[89]|[3-8]\d)\d{12}$/ },
  { brand: 'American Express', pattern: /^3[47]\d{13}$/ },
  { brand: 'Diners Club', pattern: /^3(0[0-59]|6\d|[89]\d)\d{11}$/ },
];

/**
 * The place of the first thing in a text that looks like a card number: 14–16 digits with the prefix and length of an accepted
 * brand and a right Luhn check digit. White space, hyphens, dots or slashes may group the digits. Digits and separators may be
 * full-width. Part of a longer unbroken run of digits is an id, not a card. The result gives no digits, so that
 * it may be logged.
 */
export function findCardNumber(text: string): { brand: CardBrand; start: number; end: number } | null {
  for (const run of halfWidth(text).matchAll(/\d+(?:[\s./-]{1,4}\d+)*/g)) {
    const groups = [...run[0].matchAll(/\d+/g)];
    for (const [first, from] of groups.entries()) {
      let digits = '';
      for (const to of groups.slice(first)) {
        digits += to[0];
        if (digits.length > 16) break;
        const brand = brandOf(digits);
        if (brand && hasLuhnDigit(digits))
          return { brand, start: run.index + from.index, end: run.index + to.index + to[0].length };
      }
    }
  }
  return null;
}

function brandOf(digits: string): CardBrand | null {
  return BRANDS.find(({ pattern }) => pattern.test(digits))?.brand ?? null;
}

/** The Luhn check: with every second digit from the right doubled, the sum of all digits must be a multiple of 10. */
function hasLuhnDigit(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, char, i) => {
    const value = Number(char) * (i % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** Converts full-width digits, spaces and hyphens. Each character becomes one character, so positions stay the same. */
function halfWidth(text: string): string {
  return text
    .replace(/[０-９]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .replace(/[\u3000\u00a0]/g, ' ')
    .replace(/[－‐‑–—―−ー]/g, '-');
}
