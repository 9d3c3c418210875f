import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { freeMb, requireRoom } from '../../dev/disk';
import { oldPostgres, oldTemporal } from '../support/old-servers';

const ROOT = resolve(__dirname, '../..');
let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'shimebi-doctor-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The doctor's whole answer in these surroundings. */
async function doctor(env: NodeJS.ProcessEnv): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'dev/doctor.ts'], {
    cwd: ROOT,
    env: { ...process.env, SHIMEBI_CACHE: join(dir, 'cache'), SHIMEBI_STATE: join(dir, 'state'), ...env },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, said };
}

/** A program in `bin` that prints these lines. */
function program(name: string, ...lines: string[]): string {
  const file = join(dir, 'bin', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, ['#!/bin/sh', ...lines.map((line) => `echo '${line}'`), ''].join('\n'));
  chmodSync(file, 0o755);
  return file;
}

const oldProgram = () => program('temporal', 'temporal version 0.11.0 (Server 1.22.4, UI 2.21.3)');

/** procfs has no room for anybody. */
const FULL = '/proc/shimebi';
const onLinux = process.platform === 'linux' ? test : test.skip;

test('a port that is taken: by whom, and the variable that chooses another; a named Temporal that is too old', async () => {
  const taken = createServer();
  await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
  const { port } = taken.address() as AddressInfo;
  const named = oldProgram();
  const { code, said } = await doctor({ PORT: String(port), TEMPORAL_CLI_PATH: named });
  taken.close();

  expect(code).toBe(1);
  expect(said).toContain(`✗ Port ${port}`);
  expect(said).toContain(`wanted by API, taken by node (pid ${process.pid})`);
  expect(said).toContain('→ end it, or set PORT to another port');
  expect(said).toContain(`TEMPORAL_CLI_PATH is ${named} with server 1.22.4; 1.28.0 or later is needed`);
  expect(said).toContain('2 things stand in the way.');
});

test('a Temporal on the PATH that is too old is passed over, and said so', async () => {
  const { said } = await doctor({ PATH: [dirname(oldProgram()), process.env.PATH].join(delimiter) });
  expect(said).toContain('server 1.22.4, 1.28.0 or later is needed');
});

test('servers that do not answer: which variable names them', async () => {
  const { code, said } = await doctor({
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  });
  expect(code).toBe(1);
  expect(said).toContain('✗ PostgreSQL     DATABASE_URL does not answer');
  expect(said).toContain(
    '✗ Temporal       nothing with the namespace "default" answers at TEMPORAL_ADDRESS 127.0.0.1:1',
  );
});

test('a server of ours that is too old: what it is, what it must be', async () => {
  const [postgres, temporal] = [await oldPostgres('15.4'), await oldTemporal('1.22.4')];
  const { code, said } = await doctor({
    DATABASE_URL: `postgresql://nobody@127.0.0.1:${postgres.port}/nothing`,
    TEMPORAL_ADDRESS: `127.0.0.1:${temporal.port}`,
  });
  await Promise.all([postgres.stop(), temporal.stop()]);
  expect(code).toBe(1);
  expect(said).toContain('✗ PostgreSQL     DATABASE_URL is PostgreSQL 15.4');
  expect(said).toContain('→ upgrade it to 17 or later, or unset DATABASE_URL to use the embedded one');
  expect(said).toContain('✗ Temporal       TEMPORAL_ADDRESS is server 1.22.4');
  expect(said).toContain('→ upgrade it to 1.28.0 or later, or unset TEMPORAL_ADDRESS');
});

test.each([
  [
    17,
    (folder: string) =>
      `to keep them, set DATABASE_URL to a PostgreSQL 17 that serves them; to start afresh: mv ${folder}`,
  ],
  [15, (folder: string) => `to start afresh: mv ${folder} ${folder}-15`],
])('data of PostgreSQL %i: kept by a server of that version, or put aside', async (version, cure) => {
  const folder = join(dir, 'state', 'postgres');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'PG_VERSION'), `${version}\n`);
  const { code, said } = await doctor({});
  expect(code).toBe(1);
  expect(said).toContain(`✗ PostgreSQL     data in ${folder} were made by PostgreSQL ${version}, not 18`);
  expect(said).toContain(`→ ${cure(folder)}`);
});

onLinux('a volume without room for data: how much is needed, and how to have them elsewhere', async () => {
  const { code, said } = await doctor({ SHIMEBI_STATE: FULL });
  expect(code).toBe(1);
  expect(said).toContain('✗ Disk           0 MB free for data');
  expect(said).toContain(`→ make room: 500 MB are needed at ${FULL}`);
  expect(said).toContain('or name a folder with room in SHIMEBI_STATE');
});

onLinux('no Temporal, and a volume without room to download or build one: no engine is ready', async () => {
  program('go', dir, dir);
  const { code, said } = await doctor({ SHIMEBI_CACHE: FULL, PATH: join(dir, 'bin') });
  expect(code).toBe(1);
  expect(said).toMatch(
    /✗ Temporal +not installed yet, and it cannot be obtained: download: .+; go install: 0 MB are free at \/proc\/shimebi, it takes up to 4000 MB/,
  );
  expect(said).toContain('name a folder with room in SHIMEBI_CACHE');
  expect(said).not.toContain('Ready');
});

test('room is looked for where the folder will be made', () => {
  expect(freeMb(join(dir, 'not', 'there', 'yet'))).toBe(freeMb(dir));
});

onLinux('nothing is started on a full volume', () => {
  expect(() => requireRoom('/proc')).toThrow('Only 0 MB are free for /proc: make room: 500 MB are needed');
});
