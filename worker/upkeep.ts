import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Logger } from 'pino';
import { enqueue, startRow } from '../books/lib/outbox';
import { type Db, instantOut } from '../prisma/db';
import { workflowIds } from '../workflows/contracts/ids';
import { ensureStoreDays } from './schedules';

/** A new store's first day begins at midnight at the earliest, and nobody waits for a clock that was ended by hand. */
const EVERY_MS = 60_000;

interface Means {
  db: Db;
  client: Client;
  log: Logger;
}

/**
 * Sees to, once a minute, what nothing else begins: the daily schedule of a real store made since, and simulated clocks whose
 * workflow was ended from outside. A round that fails is done again by the next.
 * @returns stops it
 */
export function keepUp(means: Means): () => void {
  const scheduled = new Set<string>();
  let round: Promise<void> = Promise.resolve();
  const begin = () => {
    round = round
      .then(() => ensureStoreDays(means, scheduled))
      .then(() => resumeClocks(means))
      .catch((e: unknown) => means.log.warn({ err: e }, 'upkeep failed, will be tried again'));
  };
  begin();
  const timer = setInterval(begin, EVERY_MS);
  return () => clearInterval(timer);
}

/**
 * A clock that advances has a running workflow, or one about to be started; where that was terminated, the journey is taken up
 * by a new one. The store's row is read first: a workflow that ends by itself has changed it before.
 */
export async function resumeClocks({ db, client, log }: Means): Promise<void> {
  for (const { storeId, nowAt, targetAt, journey } of await db.clock.findMany({ where: { status: 'advancing' } })) {
    const workflowId = workflowIds.clock(storeId, journey);
    if (await isUnderWay({ db, client }, storeId, workflowId)) continue;
    await db.$transaction(async (tx) => {
      const where = { storeId, journey, status: 'advancing' as const };
      const taken = await tx.clock.updateMany({ where, data: { journey: { increment: 1 } } });
      if (taken.count === 0) return;
      const next = workflowIds.clock(storeId, journey + 1);
      await enqueue(tx, startRow('clock', next, storeId, instantOut(nowAt), { to: instantOut(targetAt!) }));
      log.warn({ storeId, ended: workflowId, workflowId: next }, 'simulated clock taken up again');
    });
  }
}

async function isUnderWay({ db, client }: Pick<Means, 'db' | 'client'>, storeId: string, workflowId: string) {
  const undelivered = { storeId, target: workflowId, deliveredAt: null };
  if ((await db.dispatch.count({ where: undelivered })) > 0) return true;
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (e) {
    if (e instanceof WorkflowNotFoundError) return false;
    throw e;
  }
}
