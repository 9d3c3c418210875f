import fc from 'fast-check';

/** fast-check's default number of runs. PROPERTY_RUNS is relative to it. */
const DEFAULT_RUNS = 100;
const requested = Number(process.env['PROPERTY_RUNS']);

/** test:long requests more runs than the default. */
if (requested > 0) fc.configureGlobal({ numRuns: requested });

/**
 * For a property whose run costs much more, or much less, than usual: its own number of runs, multiplied by the same factor as the
 * other properties' runs.
 * @param most the highest number, for a property whose runs would otherwise take hours
 */
export function runs(usual: number, most = Infinity): { numRuns: number } {
  return { numRuns: requested > 0 ? Math.min(most, Math.ceil((usual * requested) / DEFAULT_RUNS)) : usual };
}
