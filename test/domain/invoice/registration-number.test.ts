import fc from 'fast-check';
import {
  corporateCheckDigit,
  registrationNumberPattern,
  registrationNumberWarning,
} from '../../../domain/invoice/registration-number';

it.each(['7000012050002', '2011001016148', '7123456789012'])('%s has a right check digit', (number) => {
  expect(corporateCheckDigit(number.slice(1))).toBe(Number(number[0]));
  expect(registrationNumberWarning(`T${number}`)).toBeNull();
});

it('T1234567890123 is valid with a warning: a sole proprietor’s number has no check digit', () => {
  expect(registrationNumberPattern.test('T1234567890123')).toBe(true);
  expect(registrationNumberWarning('T1234567890123')).toBe('check_digit_mismatch');
});

it.each([
  '',
  '1234567890123',
  'T123456789012',
  'T12345678901234',
  't1234567890123',
  'T１２３４５６７８９０１２３',
  'T1234567890123\n',
])('%p is not a registration number', (text) => {
  expect(registrationNumberPattern.test(text)).toBe(false);
  expect(() => registrationNumberWarning(text)).toThrow(RangeError);
});

it('one wrong digit is noticed, unless 0 and 9 are swapped', () => {
  const base = fc.stringMatching(/^\d{12}$/);
  fc.assert(
    fc.property(base, fc.nat({ max: 11 }), fc.integer({ min: 0, max: 9 }), (base, i, digit) => {
      const typed = base.slice(0, i) + digit + base.slice(i + 1);
      const alike = (Number(base[i]) - digit) % 9 === 0;
      expect(corporateCheckDigit(typed) === corporateCheckDigit(base)).toBe(alike);
      expect(corporateCheckDigit(base)).toBeGreaterThanOrEqual(1);
      expect(corporateCheckDigit(base)).toBeLessThanOrEqual(9);
    }),
  );
});
