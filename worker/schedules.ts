import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Db } from '../prisma/db';
import { taskQueueOf } from '../dispatch/queues';
import { storeDayScheduleId } from '../workflows/contracts/ids';

/**
 * Creates a Temporal Schedule for each store on real time that has none. The schedule starts the store's daily work at 00:05 JST.
 * If the last run is still at work, the next run waits. After an outage, Temporal starts the missed runs of the last 7 days. Each
 * run does the work of every day that the store has not done yet, so an outage of more than 7 days leaves out no day.
 * @param scheduled ids of stores known to have a schedule; Temporal is not asked about them. New ones are added
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
