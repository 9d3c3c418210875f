import type { Client } from '@temporalio/client';
import type { Db } from '../../prisma/db';

/**
 * The number of tries of a delivery or step after which an outage no longer excuses it. With pauses of up to a minute between the
 * tries, that is some 15 minutes.
 */
const TRIES = 20;
/** The number of open rows to examine. We assume that later rows wait for the same step as these. */
const LOOKED_AT = 10;

/** A row of the table `dispatch` that is due and on which no workflow has acted yet. */
interface OpenRow {
  id: string;
  kind: string;
  name: string;
  target: string;
  attempts: number;
  delivered: boolean;
}

/** An unfinished step of a workflow (an activity, or the workflow's own code), as Temporal reports it. */
export interface Pending {
  type: string;
  attempt: number;
  running: boolean;
  failure: string | null;
  /** True if the last try ended because its worker died, or because a provider could not be reached or understood. */
  outage: boolean;
}

/**
 * Asks Temporal for the unfinished steps of a workflow.
 * @throws when Temporal can't be asked
 */
export type AskPending = (workflowId: string) => Promise<Pending[]>;

/**
 * Explains why a simulated store makes no progress while it still has open rows. There is reason to wait longer if the delivery
 * of a row is being retried, if a step runs, if a step is retried because its worker died or its provider was away, or if
 * Temporal itself can't be asked. The store is stuck if a step fails through a fault of ours, or if no workflow acts on a
 * message.
 * @returns a sentence for the operator, or null while there is reason to wait
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
  // No name means that no row was open any more: the store has finished its work meanwhile.
  return named.length > 0 ? named.join('; ') : null;
}

/**
 * The step that stands for a workflow task at its first try. Only a task that has failed, through a bug of ours, has a later
 * try.
 */
const DECIDING: Pending = { type: 'workflow', attempt: 1, running: true, failure: null, outage: false };

/** Makes the function that asks a Temporal server. */
export function askTemporal(client: Client): AskPending {
  return async (workflowId) => {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    // A workflow task at its first try means that workflow code or a local activity runs. Between two regular activities Temporal
    // shows only this task.
    const decides = raw.pendingWorkflowTask?.attempt === 1 ? [DECIDING] : [];
    const steps = (raw.pendingActivities ?? []).map((step) => {
      const failure = step.lastFailure;
      return {
        type: step.activityType?.name ?? '',
        attempt: step.attempt ?? 1,
        // 2 is PENDING_ACTIVITY_STATE_STARTED.
        running: step.state === 2,
        failure: failure?.message ?? null,
        outage: Boolean(failure?.timeoutFailureInfo) || failure?.applicationFailureInfo?.type === 'ProviderError',
      };
    });
    return [...decides, ...steps];
  };
}
