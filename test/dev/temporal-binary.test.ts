import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporal, tooOld } from '../../dev/services/temporal-binary';

const original = { ...process.env };
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'shimebi-temporal-'));
  delete process.env.TEMPORAL_CLI_PATH;
  process.env.PATH = join(dir, 'path');
  process.env.SHIMEBI_CACHE = join(dir, 'cache');
});
afterEach(() => {
  process.env = { ...original };
  rmSync(dir, { recursive: true, force: true });
});

function program(path: string, server: string): string {
  const file = join(dir, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "temporal version 0.0.0-DEV (Server ${server}, UI 2.42.1)"\n`);
  chmodSync(file, 0o755);
  return file;
}

test('the configured program is preferred to the PATH, and the PATH to the cache', () => {
  const cached = program('cache/bin/temporal', '1.29.1');
  expect(findTemporal()).toEqual({ path: cached, serverVersion: '1.29.1', source: 'cache' });
  const onPath = program('path/temporal', '1.30.0');
  expect(findTemporal()).toEqual({ path: onPath, serverVersion: '1.30.0', source: 'PATH' });
  process.env.TEMPORAL_CLI_PATH = program('named', '1.31.0');
  expect(findTemporal()?.source).toBe('TEMPORAL_CLI_PATH');
});

test('a program on the PATH that is too old is skipped, with the reason', () => {
  const old = program('path/temporal', '1.22.4');
  const cached = program('cache/bin/temporal', '1.29.1');
  const reasons: string[] = [];
  expect(findTemporal((reason) => reasons.push(reason))?.path).toBe(cached);
  expect(reasons).toEqual([`Skipping ${old}: server 1.22.4, 1.28.0 or later is needed`]);
});

test('a configured program that cannot be used stops the start', () => {
  process.env.TEMPORAL_CLI_PATH = join(dir, 'nowhere');
  expect(() => findTemporal()).toThrow('is not a Temporal command line');
  process.env.TEMPORAL_CLI_PATH = program('named', '1.22.4');
  expect(() => findTemporal()).toThrow('server 1.22.4; 1.28.0 or later is needed');
});

test('finds nothing where there is no program', () => {
  expect(findTemporal()).toBeUndefined();
});

test.each([
  ['1.27.9', true],
  ['1.28.0', false],
  ['1.28', false],
  ['1.100.0', false],
  ['2.0.0', false],
  ['1.32.0-154', false],
])('server %s is too old: %s', (version, expected) => {
  expect(tooOld(version)).toBe(expected);
});
