import type { StepKind } from '../../domain/incidents';
import type { Chunk } from '../contracts/activities';
import type { Life } from './life';

/** Chunk after chunk; one that fails for good waits for a person and holds back nothing already done. */
export async function everyChunk(
  life: Pick<Life<never>, 'attempt'>,
  incidentId: string,
  kind: StepKind,
  step: (after: string | null) => Promise<Chunk>,
): Promise<void> {
  let after: string | null = null;
  do {
    const from: string | null = after;
    const done: Chunk | { resolvedAs: string } = await life.attempt(incidentId, kind, () => step(from));
    after = 'resolvedAs' in done ? null : done.next;
  } while (after !== null);
}
