import { setTimeout as sleep } from 'node:timers/promises';
import { Client as Temporal, Connection } from '@temporalio/client';
import type pg from 'pg';
import type { Stack } from '../services/stack';

type Where = Pick<Stack, 'temporalAddress' | 'temporalNamespace'>;

interface WaitRow {
  workflow_id: string;
  waiting_for: string;
  owner: string;
  overdue: boolean;
}

/** Search attributes by which operators find a waiting workflow. */
const SEARCH_ATTRIBUTES = ['WaitingFor', 'Owner', 'DueAt'];

/**
 * Finds everything that would not go on by itself: due messages, open incidents, a clock that is not ready, and waits past their
 * deadline. It also compares Temporal's list with the table `waits`: each running workflow must have a wait with a name, an owner
 * and a deadline.
 */
export async function stuckThings(at: Where, db: pg.Client, storeId: string): Promise<string[]> {
  const { rows: waits } = await db.query<WaitRow>(
    `SELECT w.workflow_id, w.waiting_for, w.owner, w.due_at < c.now_at AS overdue
       FROM waits w JOIN clocks c USING (store_id) WHERE w.store_id = $1`,
    [storeId],
  );
  const { rows: unfinished } = await db.query<{ text: string }>(
    `SELECT kind || ' ' || name || ' for ' || target AS text FROM unsettled($1)
     UNION ALL SELECT 'incident ' || kind || ' ' || id || ': ' || detail FROM incidents WHERE store_id = $1 AND status = 'open'
     UNION ALL SELECT 'clock ' || status || ': ' || coalesce(failure, '') FROM clocks WHERE store_id = $1 AND status <> 'ready'`,
    [storeId],
  );
  return [
    ...unfinished.map(({ text }) => text),
    ...waits
      .filter(({ overdue, waiting_for: name, owner }) => overdue || !name || !owner)
      .map((wait) => `${wait.workflow_id} waits for ${wait.waiting_for || 'nothing by name'}, past its deadline`),
    ...(await mismatchesInTemporal(at, storeId, new Set(waits.map(({ workflow_id: id }) => id)))),
  ];
}

async function mismatchesInTemporal(at: Where, storeId: string, waiting: Set<string>): Promise<string[]> {
  const connection = await Connection.connect({ address: at.temporalAddress });
  const { workflow } = new Temporal({ connection, namespace: at.temporalNamespace });
  const found: string[] = [];
  try {
    const ids = new Set(waiting);
    let listed = 0;
    for await (const { workflowId, status } of workflow.list({ query: `StoreId = "${storeId}"` })) {
      listed += 1;
      if (status.name !== 'COMPLETED' && status.name !== 'CONTINUED_AS_NEW') ids.add(workflowId);
    }
    if (listed === 0) found.push('Temporal knows no workflow of the store');
    // The list may be a second behind, so each workflow is described too: a description is never behind.
    for (const id of ids) {
      // The clock's workflow sets the clock to `ready` and only then ends. If the worker is killed in between, the workflow ends
      // once the next worker is up.
      if (id.startsWith('clock/')) await waitForEnd(workflow, id);
      const { status, searchAttributes } = await workflow.getHandle(id).describe();
      const missing = SEARCH_ATTRIBUTES.filter((name) => !searchAttributes[name]?.length);
      if (status.name === 'RUNNING') {
        if (!waiting.has(id)) found.push(`${id} runs and waits for nothing`);
        else if (missing.length > 0) found.push(`${id} waits without ${missing.join(', ')}`);
      } else if (waiting.has(id)) found.push(`${id} has a wait but has ended: ${status.name}`);
      else if (status.name !== 'COMPLETED') found.push(`${id} ${status.name}`);
    }
  } finally {
    await connection.close();
  }
  return found;
}

/** How long a clock's workflow may take to end. After a kill, the next worker is up within this time. */
const END_MS = 60_000;

async function waitForEnd(workflow: Temporal['workflow'], id: string): Promise<void> {
  const end = workflow.getHandle(id).result();
  await Promise.race([end, sleep(END_MS, undefined, { ref: false })]).catch(() => {});
}
