import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * What is too slow for every change: the scenarios again on workers that forget more, properties with more runs, and test/long.
 * Each round's results are kept in .shimebi/long for CI to count. All under UTC, where `npm test` in CI runs under Los Angeles'
 * time: between the rounds nothing of it is left out.
 */

const ROOT = resolve(__dirname, '..');
const RESULTS = join(ROOT, '.shimebi', 'long');
/** Their engines are their own, with workers of their own. */
const OWN_ENGINE = ['faults/twice', 'time/real-clock'].map((name) => `test/scenarios/${name}`);
/** One project only: a pattern given here takes the place of each project's own, and `unit` would run the scenarios as well. */
const SCENARIOS = [
  ...['--selectProjects', 'engine', '--testTimeout', '300000'],
  ...['--testPathIgnorePatterns', ...OWN_ENGINE, '--', 'test/scenarios'],
];
/** All that the rounds of scenarios leave out. */
const BESIDE_SCENARIOS = ['api', 'activities', 'books', 'dispatch', 'prisma', 'workflows', 'replay']
  .map((folder) => `test/${folder}/`)
  .concat(OWN_ENGINE);

const rounds = [
  {
    name: 'uncached',
    says: 'scenarios, no workflow kept in memory',
    env: { SHIMEBI_TEST_WORKER: 'test/support/uncached-worker.ts' },
    args: SCENARIOS,
  },
  {
    name: 'anew',
    says: 'scenarios, a new run after every step',
    env: { SHIMEBI_TEST_WORKER: 'test/support/anew-worker.ts' },
    args: SCENARIOS,
  },
  {
    name: 'properties',
    says: 'properties of the rules, 2,000 runs each',
    env: { PROPERTY_RUNS: '2000' },
    args: ['--selectProjects', 'unit'],
  },
  {
    name: 'engine-properties',
    says: 'what the engine runs beside scenarios, its properties twenty times as often',
    env: { PROPERTY_RUNS: '2000' },
    args: ['--selectProjects', 'engine', '--testTimeout', '600000', '--', ...BESIDE_SCENARIOS],
  },
  { name: 'long', says: 'test/long', env: {}, args: ['--passWithNoTests', '--selectProjects', 'long'] },
];

rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });
let failedRounds = 0;
for (const { name, says, env, args } of rounds) {
  const file = join(RESULTS, `${name}.json`);
  const began = Date.now();
  process.stderr.write(`=== ${says}\n`);
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${file}`, ...args],
    {
      cwd: ROOT,
      env: { ...process.env, TZ: 'UTC', ...env },
      // The JSON goes to the file; progress is on standard error.
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  process.stderr.write(`--- ${says}: ${tally(file)}, ${Math.round((Date.now() - began) / 1000)} s\n`);
  if (status !== 0) failedRounds += 1;
}
process.exit(failedRounds > 0 ? 1 : 0);

function tally(file: string): string {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
    return `${numPassedTests} passed, ${numFailedTests} failed`;
  } catch {
    return 'no results';
  }
}
