import fc from 'fast-check';

/** fast-check's own number, which PROPERTY_RUNS is compared with. */
const USUAL = 100;
const asked = Number(process.env['PROPERTY_RUNS']);

/** test:long asks for more than fast-check's own hundred. */
if (asked > 0) fc.configureGlobal({ numRuns: asked });

/**
 * For a property whose run costs much more, or much less, than the usual one: its own number, grown by as much as the others'.
 * @param most where a single run takes so long that so much more would be hours
 */
export function runs(usual: number, most = Infinity): { numRuns: number } {
  return { numRuns: asked > 0 ? Math.min(most, Math.ceil((usual * asked) / USUAL)) : usual };
}
