import { execFileSync } from 'node:child_process';
import { Linter } from 'eslint';
import { businessKeys, heads } from '../../dev/lint/business-keys';

function faultsOf(code: string): string[] {
  const config = {
    plugins: { shimebi: { rules: { 'business-keys': businessKeys } } },
    rules: { 'shimebi/business-keys': 'error' as const },
  };
  return new Linter().verify(code, config).map(({ message }) => message);
}

const built = (head: string) =>
  `\`${head}…\` is a workflow id or business key: build it with a function of workflows/contracts/.`;
const joined =
  'A business key in SQL is built with keyFrom(keys.…(…), …), from a function of workflows/contracts/keys.ts.';

test.each([
  ['a workflow id', 'start(`order/${orderId}`)', built('order/')],
  ['a provider call', 'const key = `np-txn/${orderId}/${period}/${n}`', built('np-txn/')],
  ['a key without a slash', 'const id = `pay_${invoiceId}`', built('pay_')],
  ['an event', 'emit({ key: `order.held/${orderId}/held/1` })', built('order.held/')],
  ['an incident of a kind', 'open(`np_mirror/${period}`)', built('np_mirror/')],
  ['a sum of texts', "const id = 'news/' + eventId", built('news/')],
  ['a text joined in SQL', "sql`SELECT 'news/' || n.event_id FROM n`", joined],
  ['a text joined in SQL behind a column', "sql`i.kind || '.issued/' || i.id`", joined],
])('%s that is built by hand is reported', (_, code, fault) => {
  expect(faultsOf(code)).toEqual([fault]);
});

test.each([
  ['a call of a builder', 'const id = keys.call.npTransaction(orderId, period, n)'],
  ['a path of the API', 'const location = `/v1/orders/${id}`'],
  ['an address', 'const url = `${base}/orders/${id}`'],
  ['a sentence', 'const text = `order ${orderId} has nothing to register`'],
  ['SQL that joins no key', "sql`SELECT a || '_' || b, i.kind FROM i WHERE i.id = ${id}`"],
  ['a key as a whole text, which is no pattern', "sql`name = 'clock'`; const day = 'store-day'"],
])('%s is not', (_, code) => {
  expect(faultsOf(code)).toEqual([]);
});

test('the beginnings are those of all keys and workflow ids', () => {
  expect(heads).toEqual(expect.arrayContaining(['np-txn/', 'card-auth/', 'close/', 'debit-run/', 'start/', 'doc_']));
  expect(heads).not.toContain('');
});

test.each([
  ['books/np-news.ts', [2]],
  ['workflows/contracts/keys.ts', undefined],
])('the rule in %s is %j', (file, severity) => {
  const eslint = require.resolve('eslint/package.json').replace('package.json', 'bin/eslint.js');
  const config = execFileSync(process.execPath, [eslint, '--print-config', file], { encoding: 'utf8' });
  const { rules } = JSON.parse(config) as { rules: Record<string, unknown> };
  expect(rules['shimebi/business-keys']).toEqual(severity);
});
