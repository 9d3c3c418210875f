import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Tests that are too slow for every change: the scenarios again on workers that forget more, properties with more runs, and
 * test/long. CI counts each round's results in .shimebi/long. Together the rounds contain all tests of `npm test`, here in UTC:
 * CI runs `npm test` itself in the time zone of Los Angeles.
 */

const ROOT = resolve(__dirname, '..');
const RESULTS = join(ROOT, '.shimebi', 'long');
/** These tests start their own engine with their own worker. */
const OWN_ENGINE = ['faults/twice', 'time/real-clock'].map((name) => `test/scenarios/${name}`);
/** Only the project `engine`: this pattern replaces the pattern of each project, so `unit` would run the scenarios as well. */
const SCENARIOS = [
  ...['--selectProjects', 'engine', '--testTimeout', '300000'],
  ...['--testPathIgnorePatterns', ...OWN_ENGINE, '--', 'test/scenarios'],
];
/** The tests of `engine` that the rounds of scenarios leave out. */
const OTHER_ENGINE_TESTS = ['api', 'activities', 'books', 'dispatch', 'prisma', 'workflows', 'replay']
  .map((folder) => `test/${folder}/`)
  .concat(OWN_ENGINE);

const rounds = [
  {
    name: 'uncached',
    title: 'scenarios, no workflow cached',
    env: { SHIMEBI_TEST_WORKER: 'test/support/processes/uncached-worker.ts' },
    args: SCENARIOS,
  },
  {
    name: 'anew',
    title: 'scenarios, a new run after every step',
    env: { SHIMEBI_TEST_WORKER: 'test/support/processes/anew-worker.ts' },
    args: SCENARIOS,
  },
  {
    name: 'properties',
    title: 'properties of the rules, 2,000 runs each',
    env: { PROPERTY_RUNS: '2000' },
    args: ['--selectProjects', 'unit'],
  },
  {
    name: 'engine-properties',
    title: 'other engine tests, twenty times the runs of each property',
    env: { PROPERTY_RUNS: '2000' },
    args: ['--selectProjects', 'engine', '--testTimeout', '600000', '--', ...OTHER_ENGINE_TESTS],
  },
  { name: 'long', title: 'test/long', env: {}, args: ['--passWithNoTests', '--selectProjects', 'long'] },
];

rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });
let failedRounds = 0;
for (const { name, title, env, args } of rounds) {
  const file = join(RESULTS, `${name}.json`);
  const began = Date.now();
  process.stderr.write(`=== ${title}\n`);
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
  process.stderr.write(`--- ${title}: ${tally(file)}, ${Math.round((Date.now() - began) / 1000)} s\n`);
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
