// Outlives the process that started it by a moment: when that one is gone (its end of our stdin closes), it ends the programs that
// one had started. Lines on stdin: `+ <pid> <signal>` a program was started, `- <pid>` it has ended.
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
    // All at once: after a kill -9 there is no order left to keep, and PostgreSQL and Temporal survive their clients.
    for (const [pid, signal] of programs) send(pid, signal);
    const deadline = Date.now() + GRACE_MS;
    while ([...programs.keys()].some(lives) && Date.now() < deadline) await sleep(50);
    for (const pid of programs.keys()) send(-pid, 'SIGKILL');
    process.exit(0);
  });

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

/** One that has ended but was not collected by its new parent (init in a container often doesn't) still takes signals. */
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
