import { cpuOfPrograms } from './cpu';

export interface Load {
  done: number;
  perSecond: number;
  /** CPU seconds that each program used per piece of work. */
  cpu: Map<string, number>;
}

/**
 * Keeps `inFlight` pieces of work running for `seconds`, then waits for the pieces that still run, then for everything that
 * follows from them (`settle`). The rate is the number of pieces divided by all this time, waits included.
 */
export async function load(
  options: { seconds: number; inFlight: number; settle?: () => Promise<void> },
  piece: () => Promise<void>,
): Promise<Load> {
  const before = cpuOfPrograms();
  const begun = performance.now();
  const until = begun + options.seconds * 1000;
  let done = 0;
  const lane = async () => {
    while (performance.now() < until) {
      await piece();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: options.inFlight }, lane));
  await options.settle?.();
  const seconds = (performance.now() - begun) / 1000;
  const cpu = [...cpuOfPrograms()].map(
    ([program, total]) => [program, (total - (before.get(program) ?? 0)) / done] as const,
  );
  return { done, perSecond: done / seconds, cpu: new Map(cpu) };
}

/** CPU seconds per piece of work of the programs whose command line contains one of the names. */
export function cpuOf({ cpu }: Load, ...names: string[]): number {
  return [...cpu].reduce(
    (sum, [program, seconds]) => (names.some((name) => program.includes(name)) ? sum + seconds : sum),
    0,
  );
}
