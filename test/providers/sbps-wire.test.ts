import fc from 'fast-check';
import { decodeShiftJis, encodeShiftJis, isShiftJis, UnencodableCharacter } from '../../providers/cards/sbps/shift-jis';
import { readSpsError } from '../../providers/cards/sbps/errors';
import {
  buildSpsRequest,
  field,
  fieldGroup,
  multibyteField,
  parseSpsResponse,
  spsHashcode,
} from '../../providers/cards/sbps/xml';
import { checkDocument, readDocument, writeNg, writeOk } from '../../simulators/sbps/wire';
import { runs } from '../support/property-runs';
import { MERCHANT } from '../support/sbps';

describe('Shift_JIS', () => {
  test.each([
    ['年額プラン', '944e8a7a837683898393'],
    ['㈱髙﨑', '878afbfcfab1'],
    ['ｱｲﾃｨ①Ⅳ', 'b1b2c3a887408757'],
    ['A〜B−C', '418160' + '42' + '817c' + '43'],
  ])('%s is written as Windows writes it', (text, hex) => {
    expect(encodeShiftJis(text).toString('hex')).toBe(hex);
  });

  test('reads both codes of 髙', () => {
    expect(decodeShiftJis(Buffer.from('fbfceee0', 'hex'))).toBe('髙髙');
  });

  test.each(['𠮷', '鷗', '—', 'é', '🍣'])('%s is refused, not turned into ?', (character) => {
    expect(() => encodeShiftJis(`A${character}`)).toThrow(UnencodableCharacter);
  });
});

describe('sps_hashcode', () => {
  // A vector made up from the specification. It does not come from SBPS.
  const fields = [
    field('merchant_id', '99999'),
    field('service_id', '001'),
    field('cust_code', 'CUST-1'),
    field('order_id', 'ORD-1'),
    field('item_id', 'PLAN-A'),
    multibyteField('item_name', '年額プラン'),
    field('free1', ''),
    field('amount', 13200),
    field('request_date', '20261123120000'),
    field('limit_second', 600),
  ];

  test('is SHA-1 over the plain values in Shift_JIS and the key', () => {
    expect(spsHashcode(fields, 'dummykey')).toBe('2d21ecd692ab57b802de88398ad2b356567a5f7b');
  });

  test('includes nested values in document order, trimmed', () => {
    const nested = [...fields.slice(0, 4), fieldGroup('group', fields.slice(4, 7)), ...fields.slice(7)];
    expect(spsHashcode(nested, 'dummykey')).toBe('2d21ecd692ab57b802de88398ad2b356567a5f7b');
    const padded = [field('merchant_id', ' 99999 '), ...fields.slice(1)];
    expect(spsHashcode(padded, 'dummykey')).toBe('2d21ecd692ab57b802de88398ad2b356567a5f7b');
  });
});

test('a request is declared as Shift_JIS, has multibyte text in Base64 and escapes markup', () => {
  const fields = [
    multibyteField('item_name', '年額プラン'),
    fieldGroup('o', [field('url', 'https://s.example/?a=1&b=<2>')]),
  ];
  const xml = decodeShiftJis(buildSpsRequest('ST01-00118-101', fields, 'k'));
  expect(xml).toContain('<?xml version="1.0" encoding="Shift_JIS"?><sps-api-request id="ST01-00118-101">');
  expect(xml).toContain('<item_name>lE6KeoN2g4mDkw==</item_name>');
  expect(xml).toContain('<o><url>https://s.example/?a=1&amp;b=&lt;2&gt;</url></o><sps_hashcode>');
});

/** Any text that SBPS accepts: no control characters, at most 20 bytes. */
const shiftJisText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0x20, max: 0x7e }),
      fc.integer({ min: 0xff61, max: 0xff9f }),
      fc.integer({ min: 0x3000, max: 0x9fff }),
      fc.constantFrom(...Array.from('髙﨑㈱①ⅳ＇￤', (c) => c.codePointAt(0)!)),
    ),
    { maxLength: 10 },
  )
  .map((codes) =>
    codes
      .map((c) => String.fromCodePoint(c))
      .filter(isShiftJis)
      .join(''),
  );

test('SBPS accepts and reads back any text that we seal', () => {
  fc.assert(
    fc.property(shiftJisText, shiftJisText, fc.integer({ min: 1, max: 9_999_999 }), (itemName, free, amount) => {
      const body = buildSpsRequest(
        'ST01-00131-101',
        [
          field('merchant_id', MERCHANT.merchantId),
          field('service_id', MERCHANT.serviceId),
          field('cust_code', 'chiyo'),
          field('order_id', 'o-1'),
          field('item_id', 'PLAN-A'),
          multibyteField('item_name', itemName),
          field('amount', amount),
          multibyteField('free1', free),
          fieldGroup('pay_method_info', [field('dealings_type', 10)]),
          field('request_date', '20261007100000'),
          field('limit_second', 600),
        ],
        MERCHANT.hashKey,
      );
      const request = checkDocument(readDocument(body), MERCHANT);
      // − and ～ have two code points for one code, so both sides are compared as Shift_JIS reads them.
      const asRead = (text: string) => decodeShiftJis(encodeShiftJis(text.trim()));
      expect(request.get('item_name')).toBe(asRead(itemName));
      expect(request.get('free1')).toBe(asRead(free));
      expect(request.get('amount')).toBe(String(amount));
    }),
    runs(300),
  );
});

test('answers are read by path, and anything else is null', () => {
  const ok = parseSpsResponse(
    writeOk('MG01-00101-101', { res_pay_method_info: { commit_status: '1' } }, '20261007100000'),
  );
  expect(ok?.get('res_result')).toBe('OK');
  expect(ok?.get('res_pay_method_info/commit_status')).toBe('1');
  expect([...(parseSpsResponse(writeNg('10112027', '')) ?? [])]).toEqual([
    ['res_result', 'NG'],
    ['res_err_code', '10112027'],
  ]);
  expect(parseSpsResponse(Buffer.from('<html><body>502 Bad Gateway</body></html>'))).toBeNull();
  expect(parseSpsResponse(Buffer.from('not xml <'))).toBeNull();
  expect(parseSpsResponse(Buffer.from([0x82]))).toBeNull();
});

test.each([
  ['10105202', 'malformed', 'too long: dealings_type'],
  ['10109025', 'malformed', 'hash code does not match: sps_hashcode'],
  ['10123999', 'card', 'card cannot be used'],
  ['10133999', 'card', 'refused by the acquirer'],
  ['10160999', 'already_done', 'already committed or cancelled'],
  ['10142999', 'state', 'too late to capture'],
  ['101T2999', 'card', 'token used or expired'],
  ['10185999', 'outage', 'no connection to the acquirer'],
  ['1019', 'malformed', 'unknown error'],
])('error %s is read as %s: %s', (code, kind, text) => {
  expect(readSpsError(code)).toMatchObject({ kind, text });
});
