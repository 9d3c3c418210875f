import { type Result, ok, refuse } from '../refusal';
import { bankBytes, bankText } from './kana';

/*
 * Reads and writes the fixed-width records of bank files (全銀, the banks' association). Columns are counted in bytes from 1.
 */

/**
 * A field: its name in the standard, kind and width in bytes. N: digits, padded with zeros on the left. C: text, padded with
 * spaces on the right.
 */
export type Field = readonly [name: string, kind: 'N' | 'C', width: number];
export type Layout = Readonly<Record<string, Field>>;
export type Values<L extends Layout> = { -readonly [K in keyof L]: string };

/** @throws RangeError when a value does not fit its field. The API checks values earlier, so the error means a bug. */
export function writeRecord<L extends Layout>(layout: L, values: Partial<Values<L>>): Uint8Array {
  const text = Object.entries(layout).map(([key, [name, kind, width]]) => {
    const value = values[key] ?? '';
    if (value.length > width || (kind === 'N' && !/^\d*$/.test(value)))
      throw new RangeError(`${name} has no room for ${value.length} characters of that kind: ${kind}(${width})`);
    return kind === 'N' ? value.padStart(width, '0') : value.padEnd(width, ' ');
  });
  return bankBytes(text.join(''));
}

/**
 * Reads one record.
 * @param blank fields of kind N that some systems fill with spaces. A field of spaces reads as `''`.
 * @returns refused `debit_file_malformed` with the record and the columns of the bad field
 */
export function readRecord<L extends Layout>(
  layout: L,
  record: Uint8Array,
  recordNo: number,
  blank: readonly (keyof L)[] = [],
): Result<Values<L>> {
  const text = bankText(record);
  const values: Record<string, string> = {};
  let from = 0;
  for (const [key, [name, kind, width]] of Object.entries(layout)) {
    const value = text.slice(from, from + width);
    const isBlank = blank.includes(key) && value.trim() === '';
    if (value.includes('\ufffd') || (kind === 'N' && !isBlank && !/^\d+$/.test(value)))
      return refuse('debit_file_malformed', {
        params: { record: recordNo, columns: columnsOf(layout, key), item: name },
      });
    values[key] = isBlank ? '' : kind === 'C' ? value.trimEnd() : value;
    from += width;
  }
  return ok(values as Values<L>);
}

/** The columns of a field as a text for people: `112` or `5-14`. */
export function columnsOf<L extends Layout>(layout: L, key: keyof L): string {
  let from = 1;
  for (const [name, [, , width]] of Object.entries(layout)) {
    if (name === key) return width === 1 ? String(from) : `${from}-${from + width - 1}`;
    from += width;
  }
  throw new RangeError(`no such field: ${String(key)}`);
}

/**
 * Splits a file into its records. CR LF or LF after each record and the end-of-file mark 0x1A are optional.
 * @returns refused `debit_file_malformed` with the record that is cut short and the columns it lacks
 */
export function recordsOf(bytes: Uint8Array, width: number): Result<Uint8Array[]> {
  const end = bytes.at(-1) === 0x1a ? bytes.length - 1 : bytes.length;
  const records: Uint8Array[] = [];
  for (let at = 0; at < end;) {
    const record = bytes.subarray(at, Math.min(at + width, end));
    const broken = record.findIndex((byte) => byte === 0x0d || byte === 0x0a);
    const length = broken < 0 ? record.length : broken;
    if (length < width)
      return refuse('debit_file_malformed', {
        params: { record: records.length + 1, columns: `${length + 1}-${width}` },
      });
    records.push(record);
    at += width;
    if (bytes[at] === 0x0d) at += 1;
    if (bytes[at] === 0x0a) at += 1;
  }
  return ok(records);
}
