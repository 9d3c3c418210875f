import { type JstDate, addDays, atTime } from '../../domain/calendar';
import { policy } from '../../domain/policy';
import { type DayWork, workOfDay } from '../../domain/store-day/work';
import { addPeriod } from '../../books/invoice/periods';
import { type DispatchRow, enqueue, startRow } from '../../books/lib/outbox';
import { type Tx, dateIn, dateOut } from '../../prisma/db';
import type { StoreBook } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import type { Deps } from '../lib/deps';

/** The database activity for a store's calendar. It queues the start of the workflows that begin on each day. */
export function storeDayBook({ db }: Deps): Pick<StoreBook, 'workStoreDays'> {
  return {
    async workStoreDays({ storeId, day: until }) {
      const store = await db.store.findUniqueOrThrow({ where: { id: storeId } });
      const days = [];
      for (let day = addDays(dateOut(store.lastDayDone), 1); day <= until; day = addDays(day, 1)) {
        await db.$transaction(async (tx) => {
          const work = workOfDay(day);
          const guard = await tx.storeDay.createMany({
            data: [{ storeId, day: dateIn(day), work: work }],
            skipDuplicates: true,
          });
          await tx.store.updateMany({
            where: { id: storeId, lastDayDone: { lt: dateIn(day) } },
            data: { lastDayDone: dateIn(day) },
          });
          if (guard.count === 1) await enqueue(tx, ...(await startsOf(tx, storeId, day, work)));
        });
        days.push(day);
      }
      return { days };
    },
  };
}

/** The dispatch rows that start the workflows of a day. Their time is on that day, even if they are written on a later day. */
async function startsOf(tx: Tx, storeId: string, day: JstDate, work: DayWork[]): Promise<DispatchRow[]> {
  const at = atTime(day, policy.storeDay.bookTime);
  const rows: DispatchRow[] = [];
  for (const job of work) {
    switch (job.start) {
      case 'monthlyClose':
        // If the month has no row yet, it had no sales. It is added with the status `closed`, and no close is started.
        if (await addPeriod(tx, storeId, job.period, 'closed')) break;
        rows.push(
          startRow('monthlyClose', workflowIds.monthlyClose(storeId, job.period), storeId, at, { period: job.period }),
        );
        break;
      case 'periodOpen':
        rows.push(
          startRow('periodOpen', workflowIds.periodOpen(storeId, job.period), storeId, at, { period: job.period }),
        );
        break;
      case 'debitRun': {
        const { nominal, debitOn } = job;
        if ((await tx.invoice.count({ where: { storeId, debitOn: dateIn(debitOn) } })) === 0) break;
        rows.push(startRow('debitRun', workflowIds.debitRun(storeId, nominal), storeId, at, { nominal, debitOn }));
      }
    }
  }
  return rows;
}
