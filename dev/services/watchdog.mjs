// The watchdog stops the programs that its parent process has started, when the parent was killed. The parent's end of stdin
// closes then. Lines on stdin: `+ <pid> <signal>` says that a program was started and which signal stops it, `- <pid>` that it
// has ended.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const GRACE_MS = 10_000;
const programs = new Map();

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [sign, pid, signal] = line.split(' ');
    if (sign === '+') programs.set(Number(pid), signal);
    else programs.delete(Number(pid));
  })
  .on('close', async () => {
    // All at the same time: after a kill -9 the order no longer matters, and PostgreSQL and Temporal survive the loss of clients.
    for (const [pid, signal] of programs) send(pid, signal);
    const deadline = Date.now() + GRACE_MS;
    while ([...programs.keys()].some(lives) && Date.now() < deadline) await sleep(50);
    for (const pid of programs.keys()) send(-pid, 'SIGKILL');
    process.exit(0);
  });

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

/**
 * True if the process runs. A zombie counts as ended. It still accepts signals until its new parent collects it, and init in a
 * container often does not.
 */
function lives(pid) {
  if (!send(pid, 0)) return false;
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
