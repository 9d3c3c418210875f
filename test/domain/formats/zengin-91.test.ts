import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  type DebitEntry,
  type DebitRequest,
  readDebitFile,
  readDebitResults,
  writeDebitRequest,
} from '../../../domain/formats/zengin-91';
import { debitResults } from '../../../domain/direct-debit/rules';
import { answerDebits } from '../../../simulators/bank/debits';
import { runs } from '../../support/property-runs';

/** Written by hand from the standard's table, column by column, in CP932. It has two debits with the results 0 and 1. */
const golden = (name: 'request' | 'result') => readFileSync(join(__dirname, `zengin-91/${name}.txt`));

const consignor = {
  code: '1234567890',
  name: 'ｱｲﾃｲｸﾗｳﾄﾞ(ｶ',
  bankCode: '0001',
  bankName: 'ﾐｽﾞﾎ',
  branchCode: '004',
  branchName: 'ﾏﾙﾉｳﾁﾁﾕｳｵｳ',
  accountType: 'ordinary',
  accountNumber: '0123456',
} as const;
const aoba: DebitEntry = {
  bankCode: '0005',
  bankName: 'ﾐﾂﾋﾞｼUFJ',
  branchCode: '001',
  branchName: 'ﾎﾝﾃﾝ',
  accountType: 'ordinary',
  accountNumber: '7654321',
  holder: 'ｶ)ｱｵﾊﾞ',
  amount: 33_000,
  newCode: '1',
  customerNumber: '100001',
};
const budou: DebitEntry = {
  bankCode: '9900',
  bankName: 'ﾕｳﾁﾖ',
  branchCode: '018',
  branchName: 'ｾﾞﾛｲﾁﾊﾁ',
  accountType: 'current',
  accountNumber: '0000001',
  holder: 'ﾌﾞﾄﾞｳｼﾖｳｼﾞ(ｶ',
  amount: 9_999_999,
  newCode: '0',
  customerNumber: '100002',
};
const request: DebitRequest = { consignor, debitDay: '1127', debits: [aoba, budou] };

/** The file with `text` written over it, from that column of that record. Columns and records count from 1. */
function changed(file: Uint8Array, record: number, column: number, text: string): Buffer {
  const copy = Buffer.from(file);
  copy.write(text, (record - 1) * 120 + column - 1, 'latin1');
  return copy;
}
const withLines = (file: Buffer, end: string) =>
  Buffer.concat(
    Array.from({ length: file.length / 120 }, (_, i) => [
      file.subarray(i * 120, i * 120 + 120),
      Buffer.from(end),
    ]).flat(),
  );

test('the request file, byte for byte', () => {
  expect(Buffer.from(writeDebitRequest(request)).toString('latin1')).toBe(golden('request').toString('latin1'));
});

test('the result file, byte for byte', () => {
  const answer = answerDebits(golden('request'), ({ customerNumber }) => (customerNumber === '100001' ? 0 : 1));
  expect(answer.toString('latin1')).toBe(golden('result').toString('latin1'));
});

test('the result file may have line ends and the end mark, or not', () => {
  const files = [golden('result'), withLines(golden('result'), '\r\n'), withLines(golden('result'), '\n')];
  for (const file of [...files, ...files.map((f) => Buffer.concat([f, Buffer.from([0x1a])]))])
    expect(readDebitResults(golden('request'), file)).toEqual({ ok: true, value: ['0', '1'] });
});

test('records may come in another order, and names in the bank’s own spelling', () => {
  const result = golden('result');
  const swapped = Buffer.concat([0, 240, 120, 360, 480].map((from) => result.subarray(from, from + 120)));
  expect(readDebitResults(golden('request'), changed(swapped, 2, 51, 'BUDOU'))).toEqual({
    ok: true,
    value: ['0', '1'],
  });
});

test.each([
  [
    'another type of file',
    changed(golden('result'), 1, 2, '21'),
    'debit_file_wrong_type',
    { record: 1, columns: '2-3', found: '21' },
  ],
  ['EBCDIC', changed(golden('result'), 1, 4, '1'), 'debit_file_malformed', { record: 1, columns: '4' }],
  [
    'another consignor',
    changed(golden('result'), 1, 5, '1234567891'),
    'debit_file_wrong_consignor',
    { record: 1, columns: '5-14', found: '1234567891' },
  ],
  [
    'another day',
    changed(golden('result'), 1, 55, '1126'),
    'debit_file_wrong_date',
    { record: 1, columns: '55-58', expected: '1127' },
  ],
  [
    'an unknown code',
    changed(golden('result'), 3, 112, '5'),
    'debit_file_malformed',
    { record: 3, columns: '112', item: '振替結果コード' },
  ],
  ['no code', changed(golden('result'), 3, 112, ' '), 'debit_file_malformed', { record: 3, columns: '112' }],
  [
    'another amount',
    changed(changed(golden('result'), 2, 81, '0000033001'), 4, 8, '000010033000'),
    'debit_file_unknown_record',
    { record: 2 },
  ],
  [
    'letters in an amount',
    changed(golden('result'), 2, 81, '00000330OO'),
    'debit_file_malformed',
    { record: 2, columns: '81-90', item: '引落金額' },
  ],
  [
    'another count',
    changed(golden('result'), 4, 2, '000003'),
    'debit_file_totals_differ',
    { record: 4, columns: '2-7', expected: 2, found: 3 },
  ],
  [
    'another total',
    changed(golden('result'), 4, 8, '000010032998'),
    'debit_file_totals_differ',
    { record: 4, columns: '8-19' },
  ],
  [
    'a paid count that does not tie',
    changed(golden('result'), 4, 20, '000002'),
    'debit_file_totals_differ',
    { record: 4, columns: '20-25', expected: 1, found: 2 },
  ],
  [
    'a failed amount that does not tie',
    changed(golden('result'), 4, 44, '000000000000'),
    'debit_file_totals_differ',
    { record: 4, columns: '44-55' },
  ],
  [
    'the request itself',
    golden('request'),
    'debit_file_totals_differ',
    { record: 4, columns: '20-25', expected: 2, found: 0 },
  ],
  ['cut short', golden('result').subarray(0, 590), 'debit_file_malformed', { record: 5, columns: '111-120' }],
  [
    'a line cut short',
    Buffer.concat([golden('result').subarray(0, 230), Buffer.from('\r\n'), golden('result').subarray(240)]),
    'debit_file_malformed',
    { record: 2, columns: '111-120' },
  ],
  [
    'no end record',
    golden('result').subarray(0, 480),
    'debit_file_malformed',
    { record: 5, columns: '1', item: 'データ区分' },
  ],
  [
    'two files in one',
    Buffer.concat([golden('result'), golden('result')]),
    'debit_file_malformed',
    { record: 6, columns: '1' },
  ],
  ['nothing', Buffer.alloc(0), 'debit_file_malformed', { record: 1, columns: '1' }],
  ['text in UTF-8', Buffer.from('振替結果'.repeat(20)), 'debit_file_malformed', { record: 1, columns: '1' }],
])('refused: %s', (_, file, code, params) => {
  expect(readDebitResults(golden('request'), file)).toMatchObject({ ok: false, refusal: { code, params } });
});

test('a repeated record and a missing record are refused', () => {
  const twice = { ...request, debits: [aoba, aoba, budou] };
  const paid = (debits: DebitEntry[]) => answerDebits(writeDebitRequest({ ...request, debits }), () => 0);
  expect(readDebitResults(writeDebitRequest(request), paid(twice.debits))).toMatchObject({
    refusal: { code: 'debit_file_unknown_record', params: { record: 3 } },
  });
  expect(readDebitResults(writeDebitRequest(twice), paid([aoba, budou]))).toMatchObject({
    refusal: { code: 'debit_file_record_missing', params: { record: 3 } },
  });
  expect(readDebitResults(writeDebitRequest(twice), paid(twice.debits))).toEqual({ ok: true, value: ['0', '0', '0'] });
});

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
const name = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'ｱﾝﾞA9 -'), maxLength }).map((text) => text.trimEnd());
const account = {
  bankCode: digits(4),
  bankName: name(15),
  branchCode: digits(3),
  branchName: name(15),
  accountNumber: digits(7),
};
const entry = fc.record({
  ...account,
  accountType: fc.constantFrom('ordinary', 'current', 'tax_reserve', 'other'),
  holder: name(30),
  amount: fc.integer({ min: 1, max: 9_999_999_999 }),
  newCode: fc.constantFrom('0', '1', '2'),
  customerNumber: digits(20),
}) as fc.Arbitrary<DebitEntry>;
const anyRequest = fc.record({
  consignor: fc.record({ ...account, accountType: fc.constant('ordinary' as const), code: digits(10), name: name(40) }),
  debitDay: digits(4),
  debits: fc.array(entry, { minLength: 1, maxLength: 20 }),
});

test('every written request reads back, and every result of the bank is read', () => {
  fc.assert(
    fc.property(anyRequest, fc.infiniteStream(fc.constantFrom(0, 1, 2, 3, 4, 8, 9)), (asked, answers) => {
      const file = writeDebitRequest(asked);
      expect(file.length).toBe((asked.debits.length + 3) * 120);
      const read = readDebitFile(file);
      if (!read.ok) throw new Error(JSON.stringify(read.refusal));
      expect(read.value.header).toMatchObject({
        consignorCode: asked.consignor.code,
        consignorName: asked.consignor.name,
      });
      expect(read.value.debits.map(({ amount, ...rest }) => ({ ...rest, amount: Number(amount) }))).toMatchObject(
        asked.debits.map(({ accountType: _, ...rest }) => rest),
      );
      // The results of equal records are assigned in order, so only different records can be told apart.
      const given: string[] = [];
      const result = answerDebits(file, () => {
        const code = answers.next().value;
        given.push(String(code));
        return code;
      });
      expect(readDebitResults(file, result)).toEqual({ ok: true, value: given });
    }),
  );
});

test('a file with one changed byte never makes another debit paid; only the reason of a failed debit may differ', () => {
  const result = golden('result');
  const bytes = fc.record({ at: fc.nat(result.length - 1), byte: fc.integer({ min: 0x20, max: 0x7e }) });
  fc.assert(
    fc.property(bytes, ({ at, byte }) => {
      const read = readDebitResults(golden('request'), Object.assign(Buffer.from(result), { [at]: byte }));
      if (read.ok) expect(read.value.map((code) => debitResults[code].paid)).toEqual([true, false]);
    }),
    runs(1000),
  );
});
