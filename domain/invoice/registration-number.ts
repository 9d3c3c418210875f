/** The registration number of an issuer of qualified invoices (適格請求書発行事業者の登録番号): T and 13 digits. */
export const registrationNumberPattern = /^T\d{13}$/;

/**
 * A warning that a registration number may be mistyped; null when its check digit is right. A corporation's
 * number is T + 法人番号, whose first digit checks the other twelve. A sole proprietor's number follows no such rule, so a
 * mismatch is no reason to reject the number.
 * @throws RangeError unless it matches {@link registrationNumberPattern}
 */
export function registrationNumberWarning(number: string): 'check_digit_mismatch' | null {
  if (!registrationNumberPattern.test(number)) throw new RangeError('not a registration number (T and 13 digits)');
  return corporateCheckDigit(number.slice(2)) === Number(number[1]) ? null : 'check_digit_mismatch';
}

/**
 * The check digit of a 法人番号 (corporate number): 9 − (Σ digit × weight mod 9). The weight is 1 for odd and 2 for even places,
 * counted from the right (法人番号の指定等に関する省令2条). The result is always 1–9.
 * @throws RangeError unless `base` has 12 digits
 */
export function corporateCheckDigit(base: string): number {
  if (!/^\d{12}$/.test(base)) throw new RangeError('the base of a corporate number has 12 digits');
  const sum = [...base].reverse().reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 2), 0);
  return 9 - (sum % 9);
}
