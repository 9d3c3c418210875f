import { type Period, addDays, atTime } from '../../domain/calendar';
import { policy } from '../../domain/policy';
import { type DayWork, workOfDay } from '../../domain/store-day/work';
import { type Tx, dateIn, dateOut, instantIn, instantOut, sql } from '../../prisma/db';
import type { StoreBook } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import type { Deps } from '../lib/deps';
import { type DispatchRow, enqueue, startRow } from '../../books/lib/outbox';
import { openIncident } from '../../books/lib/incidents';

export function storeBook({ db }: Deps): StoreBook {
  return {
    /** One statement, since every workflow does it at every step: the wait is written and its messages are done, or neither. */
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
        // It has come further than its start: to where it rested last.
        const since = wait && instantOut(wait.since);
        await openIncident(tx, {
          storeId,
          id: `workflow-failed/${workflowId}`,
          kind: 'workflow_failed',
          at: since && since > at ? since : at,
          workflowId,
          detail: { failure: detail },
        });
        await tx.wait.deleteMany({ where: { storeId, workflowId } });
        // Also those being delivered this moment; what comes later finds that its target has ended.
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

    async resolveIncident({ storeId, at, id, how, messageId }) {
      await db.incident.updateMany({
        where: { storeId, id, status: 'open' },
        data: { status: 'resolved', resolution: how, reason: messageId, resolvedAt: instantIn(at) },
      });
    },

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

/** A month nothing was sold in has no close; what is told of it later is billed with the next open one. */
async function closedEmpty(tx: Tx, storeId: string, period: Period): Promise<boolean> {
  const made = await tx.billingPeriod.createMany({
    data: [{ storeId, period, status: 'closed' }],
    skipDuplicates: true,
  });
  return made.count === 1;
}

/** Books with the intended day's date, also when it is caught up late. A month nothing was sold in is not closed. */
async function startsOf(
  tx: Tx,
  storeId: string,
  day: Parameters<typeof addDays>[0],
  work: DayWork[],
): Promise<DispatchRow[]> {
  const at = atTime(day, policy.storeDay.bookTime);
  const rows: DispatchRow[] = [];
  for (const job of work) {
    switch (job.start) {
      case 'monthlyClose':
        if (await closedEmpty(tx, storeId, job.period)) break;
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
