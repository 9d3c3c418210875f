import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { freeMb, requireRoom } from '../../dev/disk';

const ROOT = resolve(__dirname, '../..');
let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'shimebi-doctor-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The doctor's whole answer in these surroundings. */
async function doctor(env: NodeJS.ProcessEnv): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'dev/doctor.ts'], {
    cwd: ROOT,
    env: { ...process.env, SHIMEBI_CACHE: join(dir, 'cache'), ...env },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, said };
}

function oldTemporal(): string {
  const file = join(dir, 'bin', 'temporal');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '#!/bin/sh\necho "temporal version 0.11.0 (Server 1.22.4, UI 2.21.3)"\n');
  chmodSync(file, 0o755);
  return file;
}

test('a port that is taken: by whom, and the variable that chooses another; a named Temporal that is too old', async () => {
  const taken = createServer();
  await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
  const { port } = taken.address() as AddressInfo;
  const named = oldTemporal();
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
  const { said } = await doctor({ PATH: [dirname(oldTemporal()), process.env.PATH].join(delimiter) });
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

test('room is looked for where the folder will be made, and a full volume is named', () => {
  expect(freeMb(join(dir, 'not', 'there', 'yet'))).toBe(freeMb(dir));
  // procfs has no room for anybody.
  if (process.platform !== 'linux') return;
  expect(() => requireRoom('/proc')).toThrow('Only 0 MB are free for /proc: make room: 500 MB are needed');
});
