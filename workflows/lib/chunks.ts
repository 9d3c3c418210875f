import { ApplicationFailure } from '@temporalio/common';
import type { StepKind } from '../../domain/incidents';
import type { Chunk } from '../contracts/activities';
import type { Life } from './life';
import type { Attempt } from './repairs';

/**
 * Does a step for each chunk of a long list in turn. If a chunk fails permanently, the incident's owner decides on it, and the
 * chunks before it stay done. If the owner skips it, the step goes on at the position that the failure's details give.
 * @returns the number of skipped chunks
 */
export async function everyChunk(
  life: Pick<Life<never>, 'attempt'>,
  incidentId: string,
  kind: StepKind,
  step: (after: string | null) => Promise<Chunk>,
): Promise<number> {
  let skipped = 0;
  let after: string | null = null;
  do {
    const from: string | null = after;
    let nextOfFailed: string | null = null;
    const chunk: Attempt<Chunk> = await life.attempt(incidentId, kind, async () => {
      try {
        return await step(from);
      } catch (e) {
        nextOfFailed = nextOf(e);
        throw e;
      }
    });
    if (chunk.kind === 'done') {
      after = chunk.value.next;
    } else {
      skipped += 1;
      after = nextOfFailed;
    }
  } while (after !== null);
  return skipped;
}

/**
 * The position after which the next chunk begins, as the failed chunk reported it. null = the failed chunk was the last one, or
 * did not know the position, because the chunk is a page of NP's list of bills and the page was not received.
 */
function nextOf(e: unknown): string | null {
  for (let at = e; at instanceof Error; at = at.cause) {
    const [chunk] = at instanceof ApplicationFailure ? ((at.details ?? []) as (Partial<Chunk> | undefined)[]) : [];
    if (chunk?.next !== undefined) return chunk.next;
  }
  return null;
}
