import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Service, startService } from '../../dev/services/processes';
import { Supervised } from '../../dev/services/supervised';

let dir: string;
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'shimebi-supervised-'))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const program = () =>
  startService({
    name: 'stays',
    command: process.execPath,
    args: ['-e', 'setInterval(() => {}, 1000)'],
    logFile: join(dir, 'stays.log'),
  });

test('a killed program is restarted, even if the first attempt fails; a stopped program is not', async () => {
  let starts = 0;
  const supervised = new Supervised(program(), async () => {
    starts += 1;
    if (starts === 1) throw new Error('what it needs is away');
    return program();
  });
  const first = supervised.pid;
  await supervised.kill('SIGKILL', 0);
  await supervised.running();
  expect(supervised.pid).not.toBe(first);
  expect(starts).toBe(2);

  await supervised.stop();
  expect(starts).toBe(2);
  expect(supervised.endedByItself).toBe(0);
});

test('a program that is stopped during its restart is stopped as soon as it is up', async () => {
  const starting = signal();
  const mayStart = signal();
  let again: Service | undefined;
  const supervised = new Supervised(program(), async () => {
    starting.send();
    await mayStart.sent;
    return (again = program());
  });
  await supervised.kill('SIGKILL', 0);
  await starting.sent;
  const stopped = supervised.stop();
  mayStart.send();
  await stopped;
  expect(again!.running).toBe(false);
});

function signal(): { sent: Promise<void>; send: () => void } {
  let send = () => {};
  const sent = new Promise<void>((resolve) => (send = resolve));
  return { sent, send };
}
