/** One direct debit, as the bank reads it from a record of the request file. */
export interface DebitSeen {
  bankCode: string;
  branchCode: string;
  accountNumber: string;
  /** The payer's number (顧客番号) at the consignor, the company that collects. It has no leading zeros. */
  customerNumber: string;
  /** Yen. */
  amount: number;
}

/**
 * The bank's result of a debit (振替結果コード): 0 debited, 1 not enough money, 2 no such account, 3 stopped by the account's
 * holder, 4 the bank has no application form for the debit, 8 stopped by the consignor, 9 other.
 */
export type ResultCode = 0 | 1 | 2 | 3 | 4 | 8 | 9;

/** Number of bytes in a record. */
const WIDTH = 120;

/**
 * Plays the bank: returns the result file for a request file of direct debits (全銀 format, type 91). The result file is
 * the request file with the result of each debit in column 112. Columns 20–55 of the trailer hold the number and sum of
 * the paid debits and of the failed ones. The function shares no code with the engine, so tests find a mistake in the
 * engine's file layout.
 * @throws Error for a file that a bank would reject
 */
export function answerDebits(request: Uint8Array, resultOf: (debit: DebitSeen) => ResultCode): Buffer {
  const file = Buffer.from(request);
  if (file.length % WIDTH !== 0) throw new Error(`${file.length} bytes are no records of ${WIDTH}`);
  const kinds = Array.from({ length: file.length / WIDTH }, (_, i) => String.fromCharCode(file[i * WIDTH]!)).join('');
  if (!/^12+89$/.test(kinds)) throw new Error(`records in a wrong order: ${kinds}`);
  if (columns(file, 1, 2, 4) !== '910') throw new Error('neither type 91 nor JIS');

  const totals = { asked: [0, 0], paid: [0, 0], failed: [0, 0] };
  for (let record = 2; record < kinds.length - 1; record += 1) {
    const debit = {
      bankCode: columns(file, record, 2, 5),
      branchCode: columns(file, record, 21, 23),
      accountNumber: columns(file, record, 44, 50),
      customerNumber: columns(file, record, 92, 111).replace(/^0+(?=.)/, ''),
      amount: Number(columns(file, record, 81, 90)),
    };
    const result = resultOf(debit);
    put(file, record, 112, String(result));
    for (const sum of [totals.asked, result === 0 ? totals.paid : totals.failed]) {
      sum[0]! += 1;
      sum[1]! += debit.amount;
    }
  }
  const last = kinds.length - 1;
  const text = ([count, amount]: number[]) => String(count).padStart(6, '0') + String(amount).padStart(12, '0');
  if (columns(file, last, 2, 19) !== text(totals.asked)) throw new Error('the totals are not those of the records');
  put(file, last, 20, text(totals.paid) + text(totals.failed));
  return file;
}

/** The text in columns `from` to `to` of a record. Records and columns count from 1. */
function columns(file: Buffer, record: number, from: number, to: number): string {
  const start = (record - 1) * WIDTH;
  return file.toString('latin1', start + from - 1, start + to);
}

function put(file: Buffer, record: number, from: number, text: string): void {
  file.write(text, (record - 1) * WIDTH + from - 1, 'latin1');
}
