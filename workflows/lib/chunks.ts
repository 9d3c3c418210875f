import { ApplicationFailure } from '@temporalio/common';
import type { StepKind } from '../../domain/incidents';
import type { Chunk } from '../contracts/activities';
import type { Life } from './life';
import type { Attempt } from './repairs';

/**
 * Does the step for each chunk in turn. A chunk that fails permanently waits for a person, and the chunks before it stay done.
 * If the person skips it, the next chunk begins where the failure says it begins.
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

/** The start of the next chunk as the failed one reported it. null = it was the last one, or cannot know (a page of NP's list). */
function nextOf(e: unknown): string | null {
  for (let at = e; at instanceof Error; at = at.cause) {
    const [chunk] = at instanceof ApplicationFailure ? ((at.details ?? []) as (Partial<Chunk> | undefined)[]) : [];
    if (chunk?.next !== undefined) return chunk.next;
  }
  return null;
}
