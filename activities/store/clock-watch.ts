import type { Client } from '@temporalio/client';
import type { Db } from '../../prisma/db';

/** After this many tries an outage counts as stuck: a quarter of an hour, with pauses of up to a minute. */
const TRIES = 20;
/** More rows are not examined: they wait for the same thing. */
const LOOKED_AT = 10;

interface OpenRow {
  id: string;
  kind: string;
  name: string;
  target: string;
  attempts: number;
  delivered: boolean;
}

/** A step that a workflow is busy with, as Temporal reports it. */
export interface Pending {
  type: string;
  attempt: number;
  running: boolean;
  failure: string | null;
  /** The last try ended because its worker died, or because a provider could not be reached or understood. */
  outage: boolean;
}

/** @throws when Temporal can't be asked */
export type AskPending = (workflowId: string) => Promise<Pending[]>;

/**
 * Explains why a store without progress has not settled. An outage is not stuck: a row whose delivery is retried, a step that
 * runs, a step that is retried because its worker died or its provider was away, or an outage of Temporal itself. A step that
 * fails by a fault of ours, or a message that no workflow acts on, is stuck.
 * @returns a sentence for a person, or null while there is reason to wait
 */
export async function stuckAt(db: Db, askPending: AskPending, storeId: string): Promise<string | null> {
  const rows = await db.$queryRaw<OpenRow[]>`
    SELECT id, kind, name, target, attempts, delivered_at IS NOT NULL AS delivered
      FROM unsettled(${storeId}) ORDER BY seq LIMIT ${LOOKED_AT}`;
  const named: string[] = [];
  for (const row of rows) {
    if (!row.delivered && row.attempts > 0 && row.attempts <= TRIES) return null;
    const pending = row.delivered ? await askPending(row.target).catch(() => null) : [];
    if (pending === null) return null;
    if (pending.some(({ running, outage, attempt }) => (running || outage) && attempt <= TRIES)) return null;
    const steps = pending.map(({ type, attempt, failure }) => `${type}, try ${attempt}: ${failure ?? 'not begun'}`);
    const at = steps.length > 0 ? `, at ${steps.join(', ')}` : '';
    named.push(`${row.kind} ${row.name} for ${row.target} (message ${row.id}, ${row.attempts} attempts${at})`);
  }
  // No rows are open: the store has settled meanwhile.
  return named.length > 0 ? named.join('; ') : null;
}

/** A workflow task at its first try. A task that fails by a bug of ours is at a later try. */
const DECIDING: Pending = { type: 'workflow', attempt: 1, running: true, failure: null, outage: false };

/** Asks Temporal itself. */
export function askTemporal(client: Client): AskPending {
  return async (workflowId) => {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    // The workflow decides or runs a local step. Between two long steps Temporal shows no activity.
    const decides = raw.pendingWorkflowTask?.attempt === 1 ? [DECIDING] : [];
    const steps = (raw.pendingActivities ?? []).map((step) => {
      const failure = step.lastFailure;
      return {
        type: step.activityType?.name ?? '',
        attempt: step.attempt ?? 1,
        // PENDING_ACTIVITY_STATE_STARTED
        running: step.state === 2,
        failure: failure?.message ?? null,
        outage: Boolean(failure?.timeoutFailureInfo) || failure?.applicationFailureInfo?.type === 'ProviderError',
      };
    });
    return [...decides, ...steps];
  };
}
