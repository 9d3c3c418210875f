import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Db } from '../prisma/db';
import { taskQueueOf } from '../dispatch/queues';
import { storeDayScheduleId } from '../workflows/contracts/ids';

/**
 * Every real store's day begins at 00:05 JST by a Temporal Schedule; created where it is missing. Runs are buffered, not
 * skipped, and a day missed while Temporal was away is caught up for a week; older days are caught up by the next run, which
 * works every day since the store's last one.
 * @param scheduled stores known to have one; Temporal is asked about the others only
 */
export async function ensureStoreDays(
  { db, client, log }: { db: Db; client: Client; log: Logger },
  scheduled: Set<string>,
): Promise<void> {
  const stores = await db.store.findMany({ where: { clock: 'real' }, select: { id: true } });
  for (const { id: storeId } of stores) {
    if (scheduled.has(storeId)) continue;
    try {
      await client.schedule.create({
        scheduleId: storeDayScheduleId(storeId),
        spec: { calendars: [{ hour: 0, minute: 5 }], timezone: 'Asia/Tokyo' },
        policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: '7 days' },
        action: {
          type: 'startWorkflow',
          workflowType: 'storeDay',
          workflowId: storeDayScheduleId(storeId),
          taskQueue: taskQueueOf('real'),
          args: [{ storeId, clock: 'real' }],
        },
      });
      log.info({ storeId }, 'daily schedule created');
    } catch (e) {
      if (!(e instanceof ScheduleAlreadyRunning)) throw e;
    }
    scheduled.add(storeId);
  }
}
