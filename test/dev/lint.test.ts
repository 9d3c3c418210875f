import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/* The rule of eslint.config.mjs about states, tried on single statements. */

const ROOT = resolve(__dirname, '../..');

/** Lints each text as a file of books/, with the syntax rules of the configuration only, because they need no types. */
const LINT = `
  import { Linter } from 'eslint';
  import { parser } from 'typescript-eslint';
  import config from './eslint.config.mjs';
  const rules = config.flatMap(({ files, rules }) =>
    rules?.['no-restricted-syntax'] ? [{ files, rules: { 'no-restricted-syntax': rules['no-restricted-syntax'] } }] : []);
  const texts = JSON.parse(process.argv[1]);
  const reports = texts.map((text) =>
    new Linter().verify(text, [{ files: ['**/*.ts'], languageOptions: { parser } }, ...rules], 'books/a.ts'));
  console.log(JSON.stringify(reports.map((report) => report.map(({ message }) => message))));
`;

function lint(texts: readonly string[]): string[][] {
  const args = ['--input-type=module', '-e', LINT, JSON.stringify(texts)];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout) as string[][];
}

it('reports a state that is written past the life cycle', () => {
  const reports = lint([
    "tx.invoice.updateMany({ where, data: { status: 'void' } });",
    "db.billingDestination.update({ where, data: { buyerStatus: 'passed' } });",
    "tx.subscription.update({ where, data: { endsOn, ...(cancelled && { status: 'ending' }) } });",
    "tx.close.upsert({ where, create, update: { status: 'closed' } });",
    'tx.directDebit.update({ where, data: { status } });',
    "sql`UPDATE invoices SET status = 'held' WHERE store_id = ${storeId}`;",
    "sql`UPDATE billing_destinations d SET person = '', buyer_status = 'passed' WHERE id = ${id}`;",
    'sql`\nUPDATE orders o\n   SET status = ${to} WHERE id = ${id}`;',
  ]);
  expect(reports.filter((messages) => !/^A state is written by `(advance|moving)`/.test(messages.join()))).toEqual([]);
});

it('reports nothing else', () => {
  const reports = lint([
    "advance(tx, 'invoice', { where, to: 'void' });",
    "tx.invoice.updateMany({ where: { status: 'draft' }, data: { method: 'bank_transfer' } });",
    "tx.invoice.create({ data: { status: 'draft' } });",
    "tx.debit.update({ where, data: { status: 'failed' } });",
    "tx.invoice.findFirst({ where: { status: 'draft' } });",
    'sql`UPDATE invoices SET ${hold.set} WHERE status = ${hold.from}`;',
    "sql`UPDATE invoices SET method = 'card' WHERE status = 'draft'`;",
    "sql`UPDATE billable_items SET status = 'billable' WHERE id = ${id}`;",
  ]);
  expect(reports.flat()).toEqual([]);
});
