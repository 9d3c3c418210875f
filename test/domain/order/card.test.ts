import fc from 'fast-check';
import { yen } from '../../../domain/money';
import { findCardNumber } from '../../../domain/order/card-number';
import { checkCardCharge } from '../../../domain/order/card-rules';

/** The brands' public test numbers. */
const testNumbers = [
  ['4111111111111111', 'VISA'],
  ['5555555555554444', 'Mastercard'],
  ['2223003122003222', 'Mastercard'],
  ['3530111333300000', 'JCB'],
  ['378282246310005', 'American Express'],
  ['30569309025904', 'Diners Club'],
  ['38520000023237', 'Diners Club'],
] as const;

describe('a card number in a text', () => {
  it.each(testNumbers)('%s is found as %s: alone, in a sentence, grouped and in full width', (number, brand) => {
    const grouped = number.replace(/(\d{4})(?=\d)/g, '$1-');
    const wide = number.replace(/\d/g, (d) => String.fromCharCode(d.charCodeAt(0) + 0xfee0));
    for (const text of [
      number,
      `カードは${number}です`,
      `no. ${grouped}, 12/27`,
      `${grouped.replaceAll('-', ' ')} 123`,
      wide,
    ])
      expect(findCardNumber(text)?.brand).toBe(brand);
  });

  it('is located, so that a refusal can point at it without repeating it', () => {
    expect(findCardNumber('番号 4111 1111 1111 1111')).toEqual({ brand: 'VISA', start: 3, end: 22 });
  });

  it.each(['4111  1111  1111  1111', '4111.1111.1111.1111', '4111/1111/1111/1111', '4111\n1111\n1111\n1111'])(
    'is seen through %j',
    (text) => expect(findCardNumber(text)).toMatchObject({ brand: 'VISA' }),
  );

  it.each([
    ['a wrong Luhn digit', '4111111111111112'],
    ['a brand not taken', '6011111111111117'],
    ['an id that merely contains one', '94111111111111111'],
    ['a phone number', '03-4577-9631'],
    ['an invoice number', 'F-1-20261105-000001'],
    ['a corporate number', 'T7000012050002'],
    ['a date and time', '2026-10-05T10:00:00.000+09:00'],
  ])('is not found in %s', (_, text) => expect(findCardNumber(text)).toBeNull());

  it('is found anywhere between words, and not when any one digit is changed', () => {
    const word = fc.stringMatching(/^[a-zあ-ん、。]*$/);
    fc.assert(
      fc.property(
        fc.constantFrom(...testNumbers),
        word,
        word,
        fc.nat(),
        fc.integer({ min: 1, max: 9 }),
        (card, a, b, at, by) => {
          const [number, brand] = card;
          const found = findCardNumber(`${a}${number}${b}`);
          expect(found).toEqual({ brand, start: a.length, end: a.length + number.length });
          const i = at % number.length;
          const changed = number.slice(0, i) + String((Number(number[i]) + by) % 10) + number.slice(i + 1);
          expect(findCardNumber(changed)).toBeNull();
        },
      ),
    );
  });
});

describe('charging a card', () => {
  const charge = { brand: 'JCB', division: '10', total: yen(13_200) };

  it.each(['JCB', 'VISA', 'Mastercard', 'American Express', 'Diners Club'])('accepts %s (P8)', (brand) => {
    expect(checkCardCharge({ ...charge, brand })).toEqual({ ok: true, value: brand });
  });

  it.each([
    [{ brand: 'UnionPay' }, 'card_brand_unsupported'],
    [{ division: '61' }, 'divided_payment_unsupported'],
    [{ division: '80' }, 'divided_payment_unsupported'],
    [{ total: yen(10_000_000) }, 'amount_over_card_limit'],
  ])('refuses %p as %s', (change, code) => {
    expect(checkCardCharge({ ...charge, ...change })).toMatchObject({ ok: false, refusal: { code } });
  });

  it('accepts up to 9,999,999 yen', () => {
    expect(checkCardCharge({ ...charge, total: yen(9_999_999) }).ok).toBe(true);
  });
});
