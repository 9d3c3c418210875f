import type { Client } from '@temporalio/client';
import type { Db } from '../../prisma/db';

/** Tries after which nobody is believed to come back: with pauses of up to a minute, a quarter of an hour. */
const TRIES = 20;
/** More are not looked at: they wait for the same. */
const LOOKED_AT = 10;

interface OpenRow {
  id: string;
  kind: string;
  name: string;
  target: string;
  attempts: number;
  delivered: boolean;
}

/** What a workflow is at, as Temporal tells it. */
export interface Pending {
  type: string;
  attempt: number;
  running: boolean;
  failure: string | null;
  /** The last try ended because its worker died, or because somebody outside could not be reached or understood. */
  outage: boolean;
}

/** @throws when Temporal can't be asked */
export type AskPending = (workflowId: string) => Promise<Pending[]>;

/**
 * Why a store that made no progress has not settled. An outage is not "stuck": a row that is delivered again and again, a step
 * that is at work, or one that is tried again since its worker died or its provider was away. Nor is Temporal's own. A step that
 * fails by a fault of ours, or a message nobody acts on, is.
 * @returns the words for a person, or null while there is reason to wait
 */
export async function stuckAt(db: Db, askPending: AskPending, storeId: string): Promise<string | null> {
  const rows = await db.$queryRaw<OpenRow[]>`
    SELECT d.id, d.kind, d.name, d.target, d.attempts, d.delivered_at IS NOT NULL AS delivered
      FROM dispatch d JOIN clocks c ON c.store_id = d.store_id
     WHERE d.store_id = ${storeId} AND d.processed_at IS NULL AND d.due_at <= c.now_at AND d.name <> 'clock'
     ORDER BY d.seq LIMIT ${LOOKED_AT}`;
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
  // Settled meanwhile.
  return named.length > 0 ? named.join('; ') : null;
}

/** A workflow task under way for the first time; one that fails by a bug of ours is at a later try. */
const DECIDING: Pending = { type: 'workflow', attempt: 1, running: true, failure: null, outage: false };

/** Asks Temporal itself. */
export function askTemporal(client: Client): AskPending {
  return async (workflowId) => {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    // It decides, or does a local step: between the end of a long step and what follows there is no activity to be seen.
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
