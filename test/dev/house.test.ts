import { reasonsIn, treeFaults } from '../../dev/house';

const none = new Map<string, string>();
const twelve = Array.from({ length: 12 }, (_, i) => `api/orders/${'abcdefghijkl'[i]}.ts`);

test('accepts a folder of twelve files', () => {
  expect(treeFaults(twelve, none)).toEqual([]);
});

test('reports a thirteenth file in a folder', () => {
  expect(treeFaults([...twelve, 'api/orders/m.ts'], none)).toEqual([
    'api/orders/ has 13 files, more than 12: divide it, or give a reason in CONTRIBUTING.md.',
  ]);
});

test('reports a prefix that three files of one folder begin with', () => {
  const files = ['books/debit.ts', 'books/debit-file.ts', 'books/debit-results.ts', 'books/debit-file.sql'];
  expect(treeFaults(files, none)).toEqual([
    'books/ has 3 files that begin with "debit": make them a folder, books/debit/.',
  ]);
  expect(treeFaults(files.slice(0, 2), none)).toEqual([]);
});

test('accepts what CONTRIBUTING.md gives a reason for, and reports reasons that nothing needs', () => {
  const reasons = reasonsIn(
    '# Contributing\n\n## Folders with a reason\n\n| folder | reason |\n| --- | --- |\n| `api/orders/` | one file per route |\n| `api/gone/` | was here |\n\n## Taste\n',
  );
  expect([...reasons]).toEqual([
    ['api/orders', 'one file per route'],
    ['api/gone', 'was here'],
  ]);
  expect(treeFaults([...twelve, 'api/orders/m.ts'], reasons)).toEqual([
    'CONTRIBUTING.md gives a reason for api/gone/, which does not exist.',
  ]);
  expect(treeFaults(twelve, reasons)).toContain(
    'CONTRIBUTING.md gives a reason for api/orders/, which needs none any more.',
  );
});
