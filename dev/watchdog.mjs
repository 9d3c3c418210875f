// Outlives the process that started it by a moment: when that one is gone (its end of our stdin closes), it ends the programs that
// one had started. Lines on stdin: `+ <pid> <signal>` a program was started, `- <pid>` it has ended.
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
    for (const [pid, signal] of [...programs].reverse()) {
      send(pid, signal);
      const deadline = Date.now() + GRACE_MS;
      while (send(pid, 0) && Date.now() < deadline) await sleep(50);
      send(-pid, 'SIGKILL');
    }
    process.exit(0);
  });

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

function send(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
