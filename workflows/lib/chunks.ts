import { ApplicationFailure } from '@temporalio/common';
import type { StepKind } from '../../domain/incidents';
import type { Chunk } from '../contracts/activities';
import type { Life } from './life';

/**
 * Chunk after chunk. One that fails for good waits for a person and holds back nothing already done; left out, the next one goes
 * on behind it.
 * @returns how many were left out
 */
export async function everyChunk(
  life: Pick<Life<never>, 'attempt'>,
  incidentId: string,
  kind: StepKind,
  step: (after: string | null) => Promise<Chunk>,
): Promise<number> {
  let leftOut = 0;
  let after: string | null = null;
  do {
    const from: string | null = after;
    let behind: string | null = null;
    const done: Chunk | { resolvedAs: string } = await life.attempt(incidentId, kind, async () => {
      try {
        return await step(from);
      } catch (e) {
        behind = nextOf(e);
        throw e;
      }
    });
    if ('resolvedAs' in done) leftOut += 1;
    after = 'resolvedAs' in done ? behind : done.next;
  } while (after !== null);
  return leftOut;
}

/** Where the failed chunk said the next one begins; null = it was the last, or (a page of NP's own list) can't know. */
function nextOf(e: unknown): string | null {
  for (let at = e; at instanceof Error; at = at.cause) {
    const [told] = at instanceof ApplicationFailure ? ((at.details ?? []) as (Partial<Chunk> | undefined)[]) : [];
    if (told?.next !== undefined) return told.next;
  }
  return null;
}
