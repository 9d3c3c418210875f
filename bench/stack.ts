import { type Progress, createProgress } from '../dev/services/progress';
import { type Stack, startStack } from '../dev/services/stack';

/**
 * Runs a benchmark: starts the engine and its servers on free ports with temporary data, measures, and prints the figures.
 * @throws SetupError when a part does not start, or ends during the measurement
 */
export async function measured(work: (stack: Stack, log: Progress) => Promise<object>): Promise<void> {
  const log = createProgress(process.stderr);
  const stack = await startStack({ mode: 'test', log });
  const failed = stack.failed.then((failure) => {
    throw failure;
  });
  try {
    const figures = await Promise.race([work(stack, log), failed]);
    process.stdout.write(`${JSON.stringify(figures)}\n`);
  } finally {
    await stack.stop();
  }
}

/** The middle value; the lower of the two middle ones when the number of values is even. */
export function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
}
