import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService } from '../../dev/services/processes';

let dir: string;
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'shimebi-processes-'))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const STAYS =
  "process.on('SIGTERM', () => { console.log('bye'); process.exit(0); }); setInterval(() => {}, 1000); console.log('up');";

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH' && process.platform !== 'linux';
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

test('a program can shut down in order, and its last lines can be read', async () => {
  const service = startService({
    name: 'stays',
    command: process.execPath,
    args: ['-e', STAYS],
    logFile: join(dir, 'stays.log'),
    readOutput: true,
  });
  await new Promise<void>((resolve) => service.onLine((line) => line === 'up' && resolve()));
  await service.stop();
  expect(await service.ended).toEqual({ code: 0, signal: null });
  expect(service.lastLines(2)).toBe('up\nbye');
  expect(lives(service.pid)).toBe(false);
});

test('a program that cannot be started counts as ended at once', async () => {
  const service = startService({
    name: 'missing',
    command: join(dir, 'nothing'),
    args: [],
    logFile: join(dir, 'missing.log'),
  });
  expect(await service.ended).toEqual({ code: 127, signal: null });
  expect(service.lastLines(1)).toContain('ENOENT');
});

test('when the parent process is killed, the program that it started ends too', async () => {
  const script = join(dir, 'parent.ts');
  writeFileSync(
    script,
    `import { startService } from ${JSON.stringify(join(__dirname, '../../dev/services/processes'))};
     const service = startService({ name: 'orphan', command: process.execPath, args: ['-e', ${JSON.stringify(STAYS)}], logFile: ${JSON.stringify(join(dir, 'orphan.log'))}, readOutput: true });
     service.onLine(() => console.log(service.pid));
     setInterval(() => {}, 1000);`,
  );
  const parent = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: join(__dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = Number(
    await new Promise<string>((resolve) => parent.stdout.once('data', (data: Buffer) => resolve(data.toString()))),
  );
  expect(lives(pid)).toBe(true);
  parent.kill('SIGKILL');
  await until(() => !lives(pid));
});
