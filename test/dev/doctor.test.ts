import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { freeMb, requireRoom } from '../../dev/services/disk';
import { oldPostgres, oldTemporal } from '../support/old-servers';

const ROOT = resolve(__dirname, '../..');
let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'shimebi-doctor-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs the doctor with these variables. */
async function doctor(env: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'dev/doctor.ts'], {
    cwd: ROOT,
    env: { ...process.env, SHIMEBI_CACHE: join(dir, 'cache'), SHIMEBI_STATE: join(dir, 'state'), ...env },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, output };
}

/** Creates a program in `bin` that prints these lines. */
function program(name: string, ...lines: string[]): string {
  const file = join(dir, 'bin', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, ['#!/bin/sh', ...lines.map((line) => `echo '${line}'`), ''].join('\n'));
  chmodSync(file, 0o755);
  return file;
}

const oldProgram = () => program('temporal', 'temporal version 0.11.0 (Server 1.22.4, UI 2.21.3)');

/** A folder on a full volume: procfs has no free space. */
const FULL = '/proc/shimebi';
const onLinux = process.platform === 'linux' ? test : test.skip;

test('reports a taken port with its holder and its variable, and a configured Temporal that is too old', async () => {
  const taken = createServer();
  await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
  const { port } = taken.address() as AddressInfo;
  const named = oldProgram();
  const { code, output } = await doctor({ PORT: String(port), TEMPORAL_CLI_PATH: named });
  taken.close();

  expect(code).toBe(1);
  expect(output).toContain(`✗ Port ${port}`);
  expect(output).toContain(`wanted by API, taken by node (pid ${process.pid})`);
  expect(output).toContain('→ end it, or set PORT to another port');
  expect(output).toContain(`TEMPORAL_CLI_PATH is ${named} with server 1.22.4; 1.28.0 or later is needed`);
  expect(output).toContain('2 things stand in the way.');
});

test('reports a Temporal on the PATH that is too old and therefore skipped', async () => {
  const { output } = await doctor({ PATH: [dirname(oldProgram()), process.env.PATH].join(delimiter) });
  expect(output).toContain('server 1.22.4, 1.28.0 or later is needed');
});

test('reports servers that do not answer, with the variable that names them', async () => {
  const { code, output } = await doctor({
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  });
  expect(code).toBe(1);
  expect(output).toContain('✗ PostgreSQL     DATABASE_URL does not answer');
  expect(output).toContain(
    '✗ Temporal       nothing with the namespace "default" answers at TEMPORAL_ADDRESS 127.0.0.1:1',
  );
});

test('reports external servers that are too old, with their version and the oldest supported one', async () => {
  const [postgres, temporal] = [await oldPostgres('15.4'), await oldTemporal('1.22.4')];
  const { code, output } = await doctor({
    DATABASE_URL: `postgresql://nobody@127.0.0.1:${postgres.port}/nothing`,
    TEMPORAL_ADDRESS: `127.0.0.1:${temporal.port}`,
  });
  await Promise.all([postgres.stop(), temporal.stop()]);
  expect(code).toBe(1);
  expect(output).toContain('✗ PostgreSQL     DATABASE_URL is PostgreSQL 15.4');
  expect(output).toContain('→ upgrade it to 17 or later, or unset DATABASE_URL to use the embedded one');
  expect(output).toContain('✗ Temporal       TEMPORAL_ADDRESS is server 1.22.4');
  expect(output).toContain('→ upgrade it to 1.28.0 or later, or unset TEMPORAL_ADDRESS');
});

test.each([
  [
    17,
    (folder: string) =>
      `to keep them, set DATABASE_URL to a PostgreSQL 17 that serves them; to start afresh: mv ${folder}`,
  ],
  [15, (folder: string) => `to start afresh: mv ${folder} ${folder}-15`],
])(
  'advises on data of PostgreSQL %i: serve them with that version if it is supported, or move them away',
  async (version, cure) => {
    const folder = join(dir, 'state', 'postgres');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'PG_VERSION'), `${version}\n`);
    const { code, output } = await doctor({});
    expect(code).toBe(1);
    expect(output).toContain(`✗ PostgreSQL     data in ${folder} were made by PostgreSQL ${version}, not 18`);
    expect(output).toContain(`→ ${cure(folder)}`);
  },
);

onLinux('reports a volume without room for data, how much is needed, and how to use another folder', async () => {
  const { code, output } = await doctor({ SHIMEBI_STATE: FULL });
  expect(code).toBe(1);
  expect(output).toContain('✗ Disk           0 MB free for data');
  expect(output).toContain(`→ make room: 500 MB are needed at ${FULL}`);
  expect(output).toContain('or name a folder with room in SHIMEBI_STATE');
});

onLinux('is not ready without Temporal and without room to download or build it', async () => {
  program('go', dir, dir);
  const { code, output } = await doctor({ SHIMEBI_CACHE: FULL, PATH: join(dir, 'bin') });
  expect(code).toBe(1);
  expect(output).toMatch(
    /✗ Temporal +not installed yet, and it cannot be obtained: download: .+; go install: 0 MB are free at \/proc\/shimebi, it takes up to 4000 MB/,
  );
  expect(output).toContain('name a folder with room in SHIMEBI_CACHE');
  expect(output).not.toContain('Ready');
});

test('free space is measured where the folder will be created', () => {
  expect(freeMb(join(dir, 'not', 'there', 'yet'))).toBe(freeMb(dir));
});

onLinux('a full volume stops the start', () => {
  expect(() => requireRoom('/proc')).toThrow('Only 0 MB are free for /proc: make room: 500 MB are needed');
});
