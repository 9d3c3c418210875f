import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * What is too slow for every change: the scenarios again on workers that forget more, properties with more runs, and test/long.
 * Each round's results are kept in .shimebi/long for CI to count. Under UTC, where `npm test` in CI runs under Los Angeles' time.
 */

const ROOT = resolve(__dirname, '..');
const RESULTS = join(ROOT, '.shimebi', 'long');
/** Their engines are their own, with workers of their own. */
const OWN_ENGINE = ['twice', 'real-clock'].map((name) => `test/scenarios/${name}`);

const rounds = [
  {
    name: 'uncached',
    says: 'scenarios, no workflow kept in memory',
    env: { SHIMEBI_TEST_WORKER: 'test/support/uncached-worker.ts' },
    args: ['test/scenarios', '--testPathIgnorePatterns', ...OWN_ENGINE],
  },
  {
    name: 'anew',
    says: 'scenarios, a new run after every step',
    env: { SHIMEBI_TEST_WORKER: 'test/support/anew-worker.ts' },
    args: ['test/scenarios', '--testPathIgnorePatterns', ...OWN_ENGINE],
  },
  {
    name: 'properties',
    says: 'properties, 2,000 runs each',
    env: { PROPERTY_RUNS: '2000' },
    args: ['--selectProjects', 'unit'],
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
