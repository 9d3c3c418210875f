import { type JstDate, addDays, atTime } from '../../domain/calendar';
import { policy } from '../../domain/policy';
import { type DayWork, workOfDay } from '../../domain/store-day/work';
import { addPeriod } from '../../books/invoice/periods';
import { type DispatchRow, enqueue, startRow } from '../../books/lib/outbox';
import { type Tx, dateIn, dateOut } from '../../prisma/db';
import type { StoreBook } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import type { Deps } from '../lib/deps';

/** The calendar of a store: starts the workflows of each day. */
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

/** The dispatch rows that start a day's workflows. They carry the date of that day, even if the day is caught up late. */
async function startsOf(tx: Tx, storeId: string, day: JstDate, work: DayWork[]): Promise<DispatchRow[]> {
  const at = atTime(day, policy.storeDay.bookTime);
  const rows: DispatchRow[] = [];
  for (const job of work) {
    switch (job.start) {
      case 'monthlyClose':
        // A month that has no row until now had no sales. It is added as closed and needs no close.
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
