/**
 * Configures three projects of tests. `unit` needs nothing but Node. The tests of `engine` share one engine with its servers,
 * which starts once per run and only when such a test is selected. Each test creates its own store in it. `long` is for `npm run
 * test:long` only.
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
  // The engine runs beside the tests and needs CPU too. CI has two cores.
  maxWorkers: 2,
  // Jest accepts this only here, not in a project. A story of some months takes 20–40 s on two busy cores.
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
      globalSetup: '<rootDir>/test/support/engine/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/engine/global-teardown.ts',
    },
    { ...project, displayName: 'long', testMatch: ['<rootDir>/test/long/**/*.test.ts'] },
  ],
};
