import { Command } from 'commander';
import { type JstDate, type Period, parsePeriod, weekdayJa } from '../domain/calendar';
import { type CloseTerms, billingCutoff, closeTerms } from '../domain/close/terms';
import { CalendarHorizonError } from '../domain/holidays';

/** `npm run -s calendar -- 2027-04 [2027-05 …] [--json]` prints the dates of the months' bills. */
const program = new Command('calendar')
  .description('The dates of a month’s bills: close, issue, due, last day in time, direct debit')
  .argument('<months...>', 'months as YYYY-MM')
  .option('--json', 'one JSON object per month and line')
  .action((months: string[], options: { json?: true }) => {
    const terms = months.map((month) => closeTerms(asPeriod(month)));
    process.stdout.write(options.json ? terms.map((t) => `${JSON.stringify(t)}\n`).join('') : table(terms));
  });

function asPeriod(month: string): Period {
  return parsePeriod(month) ?? program.error(`error: not a month: ${month}. Write it as YYYY-MM, e.g. 2027-04.`);
}

/** A table with aligned columns. A Japanese character takes two columns of a terminal. */
function table(terms: readonly CloseTerms[]): string {
  const heads = [
    '対象月',
    '締め日',
    '請求依頼期限（正午）',
    '発行日',
    '支払期限',
    '入金期限（銀行営業日）',
    '口座振替日',
  ];
  const rows = terms.map((t) => [
    t.period,
    ...[t.close_on, billingCutoff(t.period).slice(0, 10) as JstDate, t.issue_on, t.due_on, t.pay_until, t.debit_on].map(
      (date) => `${date} ${weekdayJa(date)}`,
    ),
  ]);
  const widths = heads.map((head, i) => Math.max(...[head, ...rows.map((row) => row[i]!)].map(width)));
  return [heads, ...rows]
    .map(
      (row) =>
        `${row
          .map((cell, i) => pad(cell, widths[i]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function width(text: string): number {
  return [...text].reduce((sum, char) => sum + (char > '\u00ff' ? 2 : 1), 0);
}

function pad(text: string, columns: number): string {
  return text + ' '.repeat(columns - width(text));
}

try {
  program.parse();
} catch (error) {
  if (!(error instanceof CalendarHorizonError)) throw error;
  program.error(`error: ${error.message}. Business days there would be guesses.`);
}
