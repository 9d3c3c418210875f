import { instantOut, sql } from '../../prisma/db';
import type { StoreBook } from '../../workflows/contracts/activities';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { openIncident, resolveIncident } from '../../books/lib/incidents';

/**
 * The database activities that every workflow uses. They record what the workflow waits for, the messages on which it has
 * acted, and its incidents.
 */
export function restBook({ db }: Deps): Omit<StoreBook, 'workStoreDays'> {
  return {
    /**
     * Records that a workflow has nothing to do but wait, or has ended. The wait and the acknowledgement of its messages are
     * written together or not at all. One statement does both, because it is cheaper than a transaction and every workflow
     * calls `rest` each time it begins to wait.
     */
    async rest({ storeId, workflowId, wait, processed, refused = [], at }) {
      const outcomes = Object.fromEntries(refused.map(({ id, refusal }) => [id, JSON.stringify(refusal)]));
      const acknowledged = sql`
        WITH acknowledged AS (
          UPDATE dispatch SET processed_at = now(), delivered_at = coalesce(delivered_at, now()),
                 outcome = coalesce(${JSON.stringify(outcomes)}::jsonb->>id, outcome)
          WHERE store_id = ${storeId} AND id = ANY(${processed}) AND processed_at IS NULL)`;
      if (wait)
        await db.$executeRaw(sql`${acknowledged}
          INSERT INTO waits (store_id, workflow_id, waiting_for, owner, due_at, since, account_id)
          VALUES (${storeId}, ${workflowId}, ${wait.waitingFor}, ${wait.owner}, ${wait.dueAt}::timestamptz, ${at}::timestamptz, ${wait.accountId})
          ON CONFLICT (store_id, workflow_id) DO UPDATE SET waiting_for = excluded.waiting_for, owner = excluded.owner,
            due_at = excluded.due_at, since = excluded.since, recorded_at = now()`);
      else
        await db.$executeRaw(sql`${acknowledged}
          DELETE FROM waits WHERE store_id = ${storeId} AND workflow_id = ${workflowId}`);
    },

    async openIncident({ storeId, at, id, kind, workflowId, detail }) {
      await db.$transaction((tx) =>
        openIncident(tx, { storeId, id, kind, at, workflowId, detail: { failure: detail } }),
      );
    },

    async workflowFailed({ storeId, at, workflowId, detail }) {
      await db.$transaction(async (tx) => {
        const wait = await tx.wait.findUnique({ where: { storeId_workflowId: { storeId, workflowId } } });
        // `at` is the time at which the workflow began. The failure came later, so the incident gets the time at which the
        // workflow last began to wait, which is the latest time known.
        const since = wait && instantOut(wait.since);
        await openIncident(tx, {
          storeId,
          id: keys.incident.workflowFailed(workflowId),
          kind: 'workflow_failed',
          at: since && since > at ? since : at,
          workflowId,
          detail: { failure: detail },
        });
        await tx.wait.deleteMany({ where: { storeId, workflowId } });
        // Acknowledges the messages on which the workflow can no longer act: those that were delivered, or are being delivered
        // now. The delivery of a later message finds that the workflow has ended.
        await tx.dispatch.updateMany({
          where: {
            storeId,
            target: workflowId,
            processedAt: null,
            OR: [{ deliveredAt: { not: null } }, { leaseUntil: { not: null } }],
          },
          data: { processedAt: new Date(), outcome: 'workflow failed' },
        });
      });
    },

    resolveIncident: ({ storeId, at, id, how }) => resolveIncident(db, { storeId, at }, id, how),
  };
}
