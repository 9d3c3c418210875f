import { tsImport } from 'tsx/esm/api';
import tseslint from 'typescript-eslint';

const { businessKeys } = await tsImport('./dev/lint/business-keys.ts', import.meta.url);

/** Layers that must give the same result at any time and on any machine. They receive business time as an argument. */
const CLOCKLESS = ['domain/**/*.ts', 'workflows/**/*.ts', 'simulators/**/*.ts'];

/** Folders in which keys must be built by workflows/contracts/. `domain/` knows no keys, and tests spell them out on purpose. */
const PRODUCTION = [
  'activities',
  'api',
  'books',
  'dispatch',
  'documents',
  'providers',
  'views',
  'web',
  'worker',
  'workflows',
].map((room) => `${room}/**/*.ts`);

const noClock = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Business time is passed in (`at`, `asOf`), never read.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Business time is passed in (`at`, `asOf`), never read.',
  },
  { selector: "CallExpression[callee.name='Date']", message: 'Business time is passed in (`at`, `asOf`), never read.' },
];
const noEnvironment = [
  { selector: "MemberExpression[object.name='process'][property.name='env']", message: 'Configuration is passed in.' },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Rules and workflows give the same answer each time.',
  },
];

/** The Prisma models whose rows have a life cycle, and then their tables. See books/lib/advance.ts. */
const lifeCycles =
  'account|billingDestination|close|debitRun|directDebit|invoice|order|billingPeriod|subscription';
const lifeCycleTables =
  'accounts|billing_destinations|closes|debit_runs|direct_debits|invoices|orders|periods|subscriptions';
const noFreeMoves = [
  {
    selector: `CallExpression[callee.property.name=/^(update|upsert)/][callee.object.property.name=/^(${lifeCycles})$/] Property[key.name=/^(data|update)$/] Property[key.name=/^(status|buyerStatus)$/]`,
    message: 'A state is written by `advance` (books/lib/advance.ts), which asks its life cycle.',
  },
  {
    selector: `TemplateElement[value.raw=/UPDATE\\s+(${lifeCycleTables})\\b(?:(?!WHERE)[^])*SET(?:(?!WHERE)[^])*\\b(buyer_)?status\\s*=/]`,
    message: 'A state is written by `moving` (books/lib/advance.ts), which asks its life cycle.',
  },
];

/** Imports that rules and workflows may not make. `import type` is allowed: types do not end up in the workflow bundle. */
const outside = [
  {
    group: ['node:*', 'fs', 'path', 'crypto', 'http', 'https', 'os', 'child_process', 'timers/*'],
    message: 'No Node built-ins here.',
  },
  {
    group: ['zod', 'zod/*', '@prisma/*', '**/generated/**', '**/prisma/*', 'express', 'pg', 'pino'],
    message: 'No I/O libraries here.',
  },
  {
    group: ['@temporalio/client', '@temporalio/worker', '@temporalio/activity', '@temporalio/testing'],
    message: 'Types only.',
  },
].map((pattern) => ({ ...pattern, allowTypeImports: true }));

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      'generated/',
      '.shimebi/',
      'coverage/',
      'test/histories/',
      '**/*.js',
      '**/*.cjs',
      '**/*.mjs',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['prisma.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: CLOCKLESS,
    rules: { 'no-restricted-syntax': ['error', ...noClock] },
  },
  {
    files: ['domain/**/*.ts', 'workflows/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...noClock, ...noEnvironment],
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: outside }],
    },
  },
  {
    // A key built by hand in a second place agrees with the first one only by luck.
    files: PRODUCTION,
    ignores: ['workflows/contracts/**'],
    plugins: { shimebi: { rules: { 'business-keys': businessKeys } } },
    rules: { 'shimebi/business-keys': 'error' },
  },
  {
    files: ['activities/**/*.ts', 'api/**/*.ts', 'books/**/*.ts', 'dispatch/**/*.ts', 'worker/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...noFreeMoves] },
  },
  {
    // Users read the console output of these programs.
    files: ['dev/**/*.ts', 'bench/**/*.ts', 'prisma/**/*.ts', '**/main.ts', 'simulators/server.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // Without its return type a builder may leave out a member of the shape, or add one, and still compile.
    files: ['views/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'FunctionDeclaration[id.name=/View$/]:not([returnType])',
          message: 'A builder names the type of its shape as its return type.',
        },
      ],
    },
  },
);
