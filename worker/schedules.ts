import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Db } from '../prisma/db';
import { taskQueueOf } from '../dispatch/queues';
import { storeDayScheduleId } from '../workflows/contracts/ids';

/**
 * Creates the missing Temporal Schedules. A real store's day begins at 00:05 JST. Runs are buffered, not skipped. A day missed
 * while Temporal was down is caught up for a week. Older days are caught up by the next run, which works every day since the
 * store's last one.
 * @param scheduled stores that have a schedule; Temporal is asked about the others only, and they are added
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
