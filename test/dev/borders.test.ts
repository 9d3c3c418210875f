import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/* The borders of .dependency-cruiser.cjs, tried on a small house in which each case breaks one of them. */

const ROOT = resolve(__dirname, '../..');

const value = 'export const value = 1;';
const imports = (from: string) => `import { value } from '${from}';\nexport const used = value;`;
const importsPackage = (name: string) => `import '${name}';\nexport const used = 1;`;

/** The rule, and the files that break it: `a` is the file that is reported. */
const cases: [rule: string, files: Record<string, string>][] = [
  ['domain-imports-one-way', { 'domain/a.ts': imports('../books/b'), 'books/b.ts': value }],
  ['domain-is-pure', { 'domain/a.ts': importsPackage('express') }],
  ['contracts-know-only-rules', { 'workflows/contracts/a.ts': imports('../lib/b'), 'workflows/lib/b.ts': value }],
  ['workflows-see-rules-and-contracts', { 'workflows/a.ts': imports('../books/b'), 'books/b.ts': value }],
  ['books-imports-one-way', { 'books/a.ts': imports('../activities/b'), 'activities/b.ts': value }],
  ['books-imports-one-way', { 'books/a.ts': imports('../workflows/lib/b'), 'workflows/lib/b.ts': value }],
  ['temporal-stays-out-of-the-books', { 'books/a.ts': importsPackage('@temporalio/common') }],
  ['activities-imports-one-way', { 'activities/a.ts': imports('../dispatch/b'), 'dispatch/b.ts': value }],
  ['dispatch-imports-one-way', { 'dispatch/a.ts': imports('../activities/b'), 'activities/b.ts': value }],
  ['views-imports-one-way', { 'views/a.ts': imports('../api/b'), 'api/b.ts': value }],
  ['api-imports-one-way', { 'api/a.ts': imports('../worker/b'), 'worker/b.ts': value }],
  ['api-imports-one-way', { 'api/a.ts': imports('../activities/b'), 'activities/b.ts': value }],
  ['worker-imports-one-way', { 'worker/a.ts': imports('../api/b'), 'api/b.ts': value }],
  ['providers-imports-one-way', { 'providers/a.ts': imports('../books/b'), 'books/b.ts': value }],
  ['documents-imports-one-way', { 'documents/a.ts': imports('../providers/b'), 'providers/b.ts': value }],
  ['simulators-imports-one-way', { 'simulators/a.ts': imports('../domain/b'), 'domain/b.ts': value }],
  [
    'simulators-do-not-reach-the-engine',
    {
      'simulators/a.ts': imports('../documents/b'),
      'documents/b.ts': "export { value } from '../domain/c';",
      'domain/c.ts': value,
    },
  ],
  ['not-from-tests-or-tools', { 'api/a.ts': imports('../dev/b'), 'dev/b.ts': value }],
  ['no-circular', { 'books/a.ts': imports('./b'), 'books/b.ts': `import './a';\n${value}` }],
  [
    'no-circular',
    {
      'books/a.ts': "import type { B } from './b';\nexport type A = B;\nexport type N = number;",
      'books/b.ts': "import type { N } from './a';\nexport type B = N;",
    },
  ],
  ['no-unresolvable', { 'books/a.ts': imports('./gone') }],
  ['no-undeclared-package', { 'api/a.ts': importsPackage('undeclared') }],
];
const clean = {
  'domain/clean.ts': value,
  'workflows/contracts/clean.ts': imports('../../domain/clean'),
  'books/clean.ts': imports('../domain/clean'),
  'activities/clean.ts': "import { used } from '../books/clean';\nexport const done = used;",
  'api/clean.ts': "import { used } from '../books/clean';\nexport const done = used;",
  'worker/clean.ts': "import { done } from '../activities/clean';\nexport const started = done;",
};

const house = mkdtempSync(join(tmpdir(), 'shimebi-borders-'));
let violations: { from: string; rule: { name: string } }[];

function write(name: string, text: string): void {
  mkdirSync(dirname(join(house, name)), { recursive: true });
  writeFileSync(join(house, name), `${text}\n`);
}

beforeAll(() => {
  write('tsconfig.json', '{"compilerOptions":{"module":"node16"}}');
  write('package.json', '{"dependencies":{"@temporalio/common":"1.0.0","express":"1.0.0"}}');
  for (const name of ['@temporalio/common', 'express', 'undeclared']) {
    write(`node_modules/${name}/package.json`, `{"name":"${name}","version":"1.0.0","main":"index.js"}`);
    write(`node_modules/${name}/index.js`, '');
  }
  symlinkSync(join(ROOT, 'node_modules/typescript'), join(house, 'node_modules/typescript'));
  for (const [name, text] of Object.entries(clean)) write(name, text);
  const numbered = (text: string, i: number) => text.replace(/\/([abc])(\.ts|')/g, `/$1${i}$2`);
  for (const [i, [, files]] of cases.entries())
    for (const [name, text] of Object.entries(files)) write(numbered(name, i), numbered(text, i));

  const rooms = [
    ...new Set([clean, ...cases.map(([, files]) => files)].flatMap(Object.keys).map((name) => name.split('/')[0]!)),
  ];
  const args = ['--config', join(ROOT, '.dependency-cruiser.cjs'), '--output-type', 'json', ...rooms];
  const { stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/depcruise'), args, {
    cwd: house,
    encoding: 'utf8',
  });
  if (!stdout.startsWith('{')) throw new Error(stderr || stdout);
  ({ violations } = (JSON.parse(stdout) as { summary: { violations: typeof violations } }).summary);
});
afterAll(() => rmSync(house, { recursive: true, force: true }));

test('accepts imports that point one way', () => {
  expect(violations.filter(({ from }) => from.endsWith('clean.ts'))).toEqual([]);
});

test.each(cases.map(([rule], i) => [rule, i] as const))('reports %s (case %i)', (rule, i) => {
  const reported = violations.filter(({ from }) => new RegExp(`/[abc]${i}\\.ts$`).test(from));
  expect(reported.map((violation) => violation.rule.name)).toContain(rule);
});
