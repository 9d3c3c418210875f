import type { Part } from '../services/stack';
import type { Random } from './random';

/** One program killed at one moment of the story. */
export interface Kill {
  /** `step` is the index of the story's step. `into` is how long after the begin of that step the program is killed, in ms. */
  step: number;
  into: number;
  part: Part;
  signal: NodeJS.Signals;
  /** Pause before the program is started again. It is ready some seconds after that. */
  awayMs: number;
}

const PARTS: readonly Part[] = ['worker', 'api', 'temporal', 'postgres'];

/**
 * A random pause before a killed program is started again, in ms. Half of the pauses are 0. The longest, of 5 to 10 s, exceed the
 * 5 s for which the API tries to deliver a message to a workflow, and some also the 8 s for which a local activity is retried.
 */
function pause(random: Random): number {
  const die = random.next();
  if (die < 0.5) return 0;
  return Math.round(die < 0.85 ? random.between(100, 2_000) : random.between(5_000, 10_000));
}

/**
 * Spreads `count` kills over the whole story: its time is divided into `count` equal parts, and in each part one program is
 * killed at a random moment. Each program is killed about equally often.
 * @param durations how long each step took in the undisturbed run, ms
 */
export function planKills(count: number, durations: readonly number[], random: Random): Kill[] {
  const total = durations.reduce((sum, ms) => sum + ms, 0);
  let order: Part[] = [];
  return Array.from({ length: count }, (_, i) => {
    let left = ((i + random.next()) / count) * total;
    let step = 0;
    while (step < durations.length - 1 && left >= durations[step]!) left -= durations[step++]!;
    if (order.length === 0) order = random.shuffled(PARTS);
    const part = order.pop()!;
    // On SIGQUIT ("immediate" shutdown) PostgreSQL still tells its server processes to end. SIGKILL ends them without notice.
    const signal = part === 'postgres' && random.next() < 0.5 ? 'SIGQUIT' : 'SIGKILL';
    return { step, into: Math.round(left), part, signal, awayMs: pause(random) };
  });
}
