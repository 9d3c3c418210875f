import type { Part } from '../stack';
import type { Chance } from './chance';

/** One program killed at one moment of the story. */
export interface Kill {
  /** Index of the story's step, and how far into it, measured by the undisturbed run. */
  step: number;
  into: number;
  part: Part;
  signal: NodeJS.Signals;
  /** How long it is away before it is started again; it is back some seconds later. */
  awayMs: number;
}

const PARTS: readonly Part[] = ['worker', 'api', 'temporal', 'postgres'];

/** Half come back at once; some are away for longer than the 5 s an API delivers for, or the 8 s a local activity tries. */
function pause(chance: Chance): number {
  const die = chance.next();
  if (die < 0.5) return 0;
  return Math.round(die < 0.85 ? chance.between(100, 2_000) : chance.between(5_000, 10_000));
}

/**
 * `count` kills spread over the whole story: its time is cut into as many equal parts, and in each one program is killed at a
 * moment of chance. Each program is killed about as often as the others.
 * @param durations what each step took undisturbed, ms
 */
export function planKills(count: number, durations: readonly number[], chance: Chance): Kill[] {
  const whole = durations.reduce((sum, ms) => sum + ms, 0);
  let order: Part[] = [];
  return Array.from({ length: count }, (_, i) => {
    let left = ((i + chance.next()) / count) * whole;
    let step = 0;
    while (step < durations.length - 1 && left >= durations[step]!) left -= durations[step++]!;
    if (order.length === 0) order = chance.shuffled(PARTS);
    const part = order.pop()!;
    // PostgreSQL's own "immediate" shutdown tells its backends; SIGKILL tells nobody.
    const signal = part === 'postgres' && chance.next() < 0.5 ? 'SIGQUIT' : 'SIGKILL';
    return { step, into: Math.round(left), part, signal, awayMs: pause(chance) };
  });
}
