import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import type { z } from '../../views/lib/zod';
import { type Locate, type Reason, Refused, reasonsOf, throwRefusal } from '../lib/problems';

/** The members of a deposit, each with the two names that its column may have: one for programs and one for people. */
const columns = {
  paid_on: ['paid_on', '入金日'],
  amount: ['amount', '金額'],
  invoice_number: ['invoice_number', '請求書番号'],
  reference: ['reference', '摘要'],
} as const;
type Column = keyof typeof columns;

/** The most deposits in one file. One transaction books the whole file, which takes some seconds for that many. */
const MOST_LINES = 1_000;

/**
 * Reads a CSV file of deposits as a spreadsheet or the bank's page saves it: a line of column names, then one deposit per line.
 * It may be UTF-8 or Shift_JIS, with - or / in dates, with or without commas in amounts. Spaces separate several invoice numbers.
 * @param schema checks each deposit; it is the same as for a deposit in a JSON body
 * @returns each deposit with the number of its line in the file, where the first line is 1
 * @throws Refused deposit_file_malformed, or every mistake of every line with pointer `/lines/<line>/<column>`
 */
export function readDepositFile<S extends z.ZodType>(
  bytes: Uint8Array,
  schema: S,
): { line: number; deposit: z.output<S> }[] {
  const [names, ...rows] = recordsOf(textOf(bytes));
  if (!names) return throwRefusal('deposit_file_malformed', { field: '/lines/1' });
  const at = columnsOf(names.record);
  if (rows.length === 0) return throwRefusal('deposit_file_malformed', { field: '/lines/2' });
  if (rows.length > MOST_LINES)
    return throwRefusal('invalid_request', {
      detail: `at most ${MOST_LINES} deposits a file`,
      field: `/lines/${MOST_LINES + 2}`,
    });
  const reasons: Reason[] = [];
  const read = rows.map(({ line, record }) => {
    const cell = (column: Column) => record[at[column] ?? -1]?.trim() ?? '';
    const given = {
      paid_on: dateIn(cell('paid_on')),
      amount: amountIn(cell('amount')),
      invoice_numbers: cell('invoice_number')
        .split(/[\s、]+/)
        .filter(Boolean),
      ...(cell('reference') !== '' && { reference: cell('reference') }),
    };
    const parsed = schema.safeParse(given);
    if (!parsed.success) reasons.push(...reasonsOf(parsed.error, onLine(line)));
    return { line, deposit: parsed.data as z.output<S> };
  });
  if (reasons.length > 0) throw new Refused(reasons);
  return read;
}

/** Converts a member of a deposit to its place in the file, where one column has all invoice numbers of a deposit. */
export function onLine(line: number): Locate {
  return (member) => ['lines', line, ...(member[0] === 'invoice_numbers' ? ['invoice_number'] : member)];
}

function textOf(bytes: Uint8Array): string {
  for (const encoding of ['utf-8', 'shift_jis']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      continue;
    }
  }
  return throwRefusal('deposit_file_malformed', { field: '/lines/1' });
}

function recordsOf(text: string): { line: number; record: string[] }[] {
  try {
    const read = parseCsv(text, { bom: true, info: true, relax_column_count: true, skip_empty_lines: true });
    return (read as unknown as { info: { lines: number }; record: string[] }[]).map(({ info, record }) => ({
      line: info.lines,
      record,
    }));
  } catch (e) {
    if (e instanceof CsvError)
      return throwRefusal('deposit_file_malformed', { field: `/lines/${Number(e['lines'] ?? 1)}` });
    throw e;
  }
}

function columnsOf(names: readonly string[]): Partial<Record<Column, number>> {
  const at: Partial<Record<Column, number>> = {};
  for (const [index, name] of names.entries()) {
    const column = (Object.keys(columns) as Column[]).find((known) =>
      (columns[known] as readonly string[]).includes(name.trim()),
    );
    if (!column || at[column] !== undefined)
      throwRefusal('deposit_file_malformed', { field: '/lines/1', params: { column: index + 1 } });
    at[column] = index;
  }
  for (const column of ['paid_on', 'amount', 'invoice_number'] as const)
    if (at[column] === undefined) throwRefusal('deposit_file_malformed', { field: `/lines/1/${column}` });
  return at;
}

/** The date as YYYY-MM-DD; spreadsheets write 2026/11/5. Any other text is returned unchanged, and the schema rejects it. */
function dateIn(cell: string): string {
  const [, year, month, day] = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$/.exec(cell) ?? [];
  return year ? `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}` : cell;
}

/** The amount as a number. A text that is no amount is returned unchanged, and the schema rejects it. */
function amountIn(cell: string): number | string {
  return /^[¥￥]?\d{1,3}(,\d{3})*$|^[¥￥]?\d+$/.test(cell) ? Number(cell.replace(/[¥￥,]/g, '')) : cell;
}
