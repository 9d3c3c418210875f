/**
 * Three projects. `unit` needs nothing but Node. `engine` tests share one PostgreSQL, Temporal, simulators, worker and API, started once
 * per run and only when such a test is selected; each test makes a store of its own in it. `long` is for `npm run test:long` only.
 */
const project = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.shimebi/'],
  setupFiles: ['<rootDir>/test/support/property-runs.ts'],
};

const ENGINE = ['api', 'activities', 'books', 'dispatch', 'prisma', 'workflows', 'scenarios', 'replay'];

module.exports = {
  // The engine beside needs its share of the machine; CI has two cores.
  maxWorkers: 2,
  // Jest takes it only here. A story of months is lived through in 20–40 s on two busy cores.
  testTimeout: 90_000,
  projects: [
    {
      ...project,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...[...ENGINE, 'long'].map((folder) => `<rootDir>/test/${folder}/`)],
    },
    {
      ...project,
      displayName: 'engine',
      testMatch: ENGINE.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
    { ...project, displayName: 'long', testMatch: ['<rootDir>/test/long/**/*.test.ts'] },
  ],
};
