import { type DebitResultCode, debitResults, parseDebitResultCode } from '../direct-debit/rules';
import { type Result, ok, refuse } from '../refusal';
import { type Values, columnsOf, readRecord, recordsOf, writeRecord } from './fixed-width';

/*
 * The files of direct debit (預金口座振替, 全銀 type 91, 120 bytes a record): the store hands a request file in to the bank and gets a
 * result file back. The result file repeats the request file, and the bank fills in the result codes and the trailer's totals of
 * paid and failed debits.
 */

const WIDTH = 120;

const header = {
  record: ['データ区分', 'N', 1],
  type: ['種別コード', 'N', 2],
  charset: ['コード区分', 'N', 1],
  consignorCode: ['委託者コード', 'N', 10],
  consignorName: ['委託者名', 'C', 40],
  debitDay: ['引落日', 'N', 4],
  bankCode: ['取引銀行番号', 'N', 4],
  bankName: ['取引銀行名', 'C', 15],
  branchCode: ['取引支店番号', 'N', 3],
  branchName: ['取引支店名', 'C', 15],
  accountType: ['預金種目', 'N', 1],
  accountNumber: ['口座番号', 'N', 7],
  dummy: ['ダミー', 'C', 17],
} as const;

const data = {
  record: ['データ区分', 'N', 1],
  bankCode: ['引落銀行番号', 'N', 4],
  bankName: ['引落銀行名', 'C', 15],
  branchCode: ['引落支店番号', 'N', 3],
  branchName: ['引落支店名', 'C', 15],
  dummy: ['ダミー', 'C', 4],
  accountType: ['預金種目', 'N', 1],
  accountNumber: ['口座番号', 'N', 7],
  holder: ['預金者名', 'C', 30],
  amount: ['引落金額', 'N', 10],
  newCode: ['新規コード', 'N', 1],
  customerNumber: ['顧客番号', 'N', 20],
  result: ['振替結果コード', 'N', 1],
  dummyEnd: ['ダミー', 'C', 8],
} as const;

const trailer = {
  record: ['データ区分', 'N', 1],
  count: ['合計件数', 'N', 6],
  amount: ['合計金額', 'N', 12],
  paidCount: ['振替済件数', 'N', 6],
  paidAmount: ['振替済金額', 'N', 12],
  failedCount: ['振替不能件数', 'N', 6],
  failedAmount: ['振替不能金額', 'N', 12],
  dummy: ['ダミー', 'C', 65],
} as const;

const end = { record: ['データ区分', 'N', 1], dummy: ['ダミー', 'C', 119] } as const;

/** The kinds of account that may be debited, with their codes in the file (預金種目). */
export const accountTypes = { ordinary: '1', current: '2', tax_reserve: '3', other: '9' } as const;
export type AccountType = keyof typeof accountTypes;

export interface BankAccount {
  bankCode: string;
  /** As {@link toBankKana} writes it, at most 15 characters. */
  bankName: string;
  branchCode: string;
  branchName: string;
  accountType: AccountType;
  /** 7 digits. */
  accountNumber: string;
}

/** The firm that collects the money (委託者), and its account that receives it. */
export interface Consignor extends BankAccount {
  /** 10 digits, given by the bank. */
  code: string;
  /** At most 40 characters. */
  name: string;
}

export interface DebitEntry extends BankAccount {
  /** The account holder's name (預金者名), at most 30 characters. */
  holder: string;
  /** Yen with tax. */
  amount: number;
  /** 1: the customer's first debit. 2: the first from a changed account. 0: any other (新規コード). */
  newCode: '0' | '1' | '2';
  /** At most 20 digits. */
  customerNumber: string;
}

export interface DebitRequest {
  consignor: Consignor;
  /** `MMDD` (引落日). */
  debitDay: string;
  debits: readonly DebitEntry[];
}

/** Writes the request file without line ends. @throws RangeError when a value does not fit its field */
export function writeDebitRequest({ consignor, debitDay, debits }: DebitRequest): Uint8Array {
  const { code, name, accountType, ...account } = consignor;
  const total = debits.reduce((sum, debit) => sum + debit.amount, 0);
  const records = [
    writeRecord(header, {
      ...account,
      record: '1',
      type: '91',
      charset: '0',
      consignorCode: code,
      consignorName: name,
      debitDay,
      accountType: accountTypes[accountType],
    }),
    ...debits.map(({ accountType: type, amount, ...debit }) =>
      writeRecord(data, {
        ...debit,
        record: '2',
        accountType: accountTypes[type],
        amount: String(amount),
        result: '0',
      }),
    ),
    writeRecord(trailer, { record: '8', count: String(debits.length), amount: String(total) }),
    writeRecord(end, { record: '9' }),
  ];
  const file = new Uint8Array(records.length * WIDTH);
  records.forEach((record, i) => file.set(record, i * WIDTH));
  return file;
}

interface DebitFile {
  header: Values<typeof header>;
  debits: Values<typeof data>[];
  trailer: Values<typeof trailer>;
}

/** Reads a request or result file. It checks the records, their columns and order, and the totals of the request. */
export function readDebitFile(bytes: Uint8Array): Result<DebitFile> {
  const records = recordsOf(bytes, WIDTH);
  if (!records.ok) return records;
  const kinds = records.value.map((record) => String.fromCharCode(record[0]!)).join('');
  const order = /^12+89$/.test(kinds) ? -1 : misplaced(kinds);
  if (order >= 0) return malformed(order + 1, '1', 'データ区分');

  const first = readRecord(header, records.value[0]!, 1);
  if (!first.ok) return first;
  const { type, charset } = first.value;
  if (type !== '91') return refuse('debit_file_wrong_type', { params: { record: 1, columns: '2-3', found: type } });
  if (charset !== '0') return malformed(1, columnsOf(header, 'charset'), header.charset[0]);

  const debits: Values<typeof data>[] = [];
  for (const [i, record] of records.value.slice(1, -2).entries()) {
    const read = readRecord(data, record, i + 2, ['newCode', 'result']);
    if (!read.ok) return read;
    debits.push(read.value);
  }
  const last = readRecord(trailer, records.value.at(-2)!, records.value.length - 1);
  if (!last.ok) return last;
  const differing = differingTotal(last.value, { count: debits.length, amount: sumOf(debits) });
  if (differing) return totalsDiffer(records.value.length - 1, differing);
  return ok({ header: first.value, debits, trailer: last.value });
}

/**
 * The result of each debit, in the order of the request. The returned file must match the request that was sent: the
 * same consignor and day, every record exactly once with its amount, and right totals. Otherwise it is refused as a whole.
 */
export function readDebitResults(sent: Uint8Array, returned: Uint8Array): Result<DebitResultCode[]> {
  const [request, result] = [readDebitFile(sent), readDebitFile(returned)];
  if (!request.ok) throw new Error(`the stored request can't be read: ${JSON.stringify(request.refusal)}`);
  if (!result.ok) return result;
  for (const key of ['consignorCode', 'debitDay'] as const) {
    if (result.value.header[key] === request.value.header[key]) continue;
    const params = { record: 1, columns: columnsOf(header, key), item: header[key][0] };
    const facts = { expected: request.value.header[key], found: result.value.header[key] };
    return refuse(key === 'debitDay' ? 'debit_file_wrong_date' : 'debit_file_wrong_consignor', {
      params: { ...params, ...facts },
    });
  }

  const open = new Map<string, number[]>();
  request.value.debits.forEach((debit, i) => open.set(identity(debit), [...(open.get(identity(debit)) ?? []), i]));
  const codes: DebitResultCode[] = [];
  for (const [i, debit] of result.value.debits.entries()) {
    const code = parseDebitResultCode(debit.result);
    if (code === null) return malformed(i + 2, columnsOf(data, 'result'), data.result[0]);
    const place = open.get(identity(debit))?.shift();
    if (place === undefined) return refuse('debit_file_unknown_record', { params: { record: i + 2 } });
    codes[place] = code;
  }
  const missing = request.value.debits.findIndex((_, i) => codes[i] === undefined);
  if (missing >= 0) return refuse('debit_file_record_missing', { params: { record: missing + 2 } });

  const paid = result.value.debits.filter((debit) => debitResults[debit.result as DebitResultCode].paid);
  const differing = differingTotal(result.value.trailer, {
    paidCount: paid.length,
    paidAmount: sumOf(paid),
    failedCount: codes.length - paid.length,
    failedAmount: sumOf(result.value.debits) - sumOf(paid),
  });
  return differing ? totalsDiffer(codes.length + 2, differing) : ok(codes);
}

/**
 * The key by which a returned record is matched to the requested one. Names are left out, as each bank writes them differently.
 */
function identity({ bankCode, branchCode, accountType, accountNumber, customerNumber, amount }: Values<typeof data>) {
  return [bankCode, branchCode, accountType, accountNumber, customerNumber, amount].join('/');
}

function sumOf(debits: readonly { amount: string }[]): number {
  return debits.reduce((sum, debit) => sum + Number(debit.amount), 0);
}

type Total = Exclude<keyof typeof trailer, 'record' | 'dummy'>;

function differingTotal(stated: Values<typeof trailer>, counted: Partial<Record<Total, number>>) {
  return (Object.keys(counted) as Total[])
    .filter((key) => Number(stated[key]) !== counted[key])
    .map((key) => ({ key, stated: Number(stated[key]), counted: counted[key]! }))[0];
}

function totalsDiffer(record: number, { key, stated, counted }: NonNullable<ReturnType<typeof differingTotal>>) {
  const params = { record, columns: columnsOf(trailer, key), item: trailer[key][0], found: stated, expected: counted };
  return refuse('debit_file_totals_differ', { params });
}

function malformed(record: number, columns: string, item: string) {
  return refuse('debit_file_malformed', { params: { record, columns, item } });
}

/** The index of the first record in a wrong place, or the number of records when records are missing at the end. */
function misplaced(kinds: string): number {
  const after: Record<string, string> = { '': '1', 1: '2', 2: '28', 8: '9', 9: '' };
  for (let i = 0; i < kinds.length; i += 1) if (!after[kinds[i - 1] ?? '']!.includes(kinds[i]!)) return i;
  return kinds.length;
}
