import fc from 'fast-check';
import {
  corporateCheckDigit,
  registrationNumberPattern,
  registrationNumberWarning,
} from '../../../domain/invoice/registration-number';

it.each(['7000012050002', '2011001016148', '7123456789012'])('%s carries its check digit', (number) => {
  expect(corporateCheckDigit(number.slice(1))).toBe(Number(number[0]));
  expect(registrationNumberWarning(`T${number}`)).toBeNull();
});

it('T1234567890123 is a number all the same: a sole proprietor’s need not pass', () => {
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
])('%p is none', (text) => {
  expect(registrationNumberPattern.test(text)).toBe(false);
  expect(() => registrationNumberWarning(text)).toThrow(RangeError);
});

it('one digit typed wrong is noticed, but for 0 and 9 taken for each other', () => {
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
