import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Logger } from 'pino';
import { enqueue, startRow } from '../books/lib/outbox';
import { type Db, instantOut } from '../prisma/db';
import { workflowIds } from '../workflows/contracts/ids';
import { ensureStoreDays } from './schedules';

/** Once a minute is enough: a new store's first daily work is due after midnight, and a stopped simulated clock can wait. */
const EVERY_MS = 60_000;

interface UpkeepDeps {
  db: Db;
  client: Client;
  log: Logger;
}

/**
 * Once a minute, creates the daily schedule of each new store on real time, and resumes simulated clocks whose workflow was ended
 * from outside (terminated in the Temporal UI, say). No other code does either. If a round fails, the next one tries again.
 * @returns a function that stops the upkeep
 */
export function startUpkeep(deps: UpkeepDeps): () => void {
  const scheduled = new Set<string>();
  let round: Promise<void> = Promise.resolve();
  const begin = () => {
    round = round
      .then(() => ensureStoreDays(deps, scheduled))
      .then(() => resumeClocks(deps))
      .catch((e: unknown) => deps.log.warn({ err: e }, 'upkeep failed, will be retried'));
  };
  begin();
  const timer = setInterval(begin, EVERY_MS);
  return () => clearInterval(timer);
}

/**
 * Starts a new workflow for each simulated clock that should be advancing but whose workflow was terminated. The new workflow
 * goes on to the same target time. `journey` numbers the workflows of a clock. A workflow that reaches its target changes the
 * clock's status before it ends. So if it has ended in this way, the second check of the status, in the update, finds no row.
 */
export async function resumeClocks({ db, client, log }: UpkeepDeps): Promise<void> {
  for (const { storeId, nowAt, targetAt, journey } of await db.clock.findMany({ where: { status: 'advancing' } })) {
    const workflowId = workflowIds.clock(storeId, journey);
    if (await isUnderWay({ db, client }, storeId, workflowId)) continue;
    await db.$transaction(async (tx) => {
      const where = { storeId, journey, status: 'advancing' as const };
      const claimed = await tx.clock.updateMany({ where, data: { journey: { increment: 1 } } });
      if (claimed.count === 0) return;
      const next = workflowIds.clock(storeId, journey + 1);
      await enqueue(tx, startRow('clock', next, storeId, instantOut(nowAt), { to: instantOut(targetAt!) }));
      log.warn({ storeId, ended: workflowId, workflowId: next }, 'simulated clock resumed');
    });
  }
}

async function isUnderWay({ db, client }: Pick<UpkeepDeps, 'db' | 'client'>, storeId: string, workflowId: string) {
  const undelivered = { storeId, target: workflowId, deliveredAt: null };
  if ((await db.dispatch.count({ where: undelivered })) > 0) return true;
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (e) {
    if (e instanceof WorkflowNotFoundError) return false;
    throw e;
  }
}
