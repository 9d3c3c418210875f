import { Context } from '@temporalio/activity';
import { type Instant, atTime, dateOf } from '../../domain/calendar';
import { policy } from '../../domain/policy';
import { nextWorkDay } from '../../domain/store-day/work';
import { dateOut, instantIn, instantOut, sql } from '../../prisma/db';
import type { ClockActivities } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { askTemporal, stuckAt } from './clock-watch';
import type { Deps } from '../lib/deps';
import { enqueue, enqueueFrom, startRow } from '../../books/lib/outbox';

/** One call of `stepClock` makes steps for this long. Then its workflow continues as new and calls it again. */
const CALL_MS = 20_000;
/** After this much real time without progress and without an outage, the clock fails and names the work that is stuck. */
const STUCK_MS = 30_000;
/** The time between two checks for progress while the clock waits. */
const LOOK_MS = 1_000;

/**
 * Moves the time of a simulated store in steps. A step sets the clock to the next instant at which something is due, and sends
 * a message (`tick`) to every workflow whose deadline has come. The next step waits until the store has settled: no row of the
 * table `dispatch` is due and open. Then workflows have acted on every message of the step and on every message that followed,
 * and wait again. A message is written in the transaction of the fact that causes it, so no fact is committed without its open
 * row.
 */
export function clockActivities({ db, log }: Deps): ClockActivities {
  async function settle(storeId: string): Promise<'settled' | 'later' | { stuck: string }> {
    const began = Date.now();
    let looked = began;
    let last = { mark: '', at: began };
    // At the end of a long step a workflow may look stuck for a moment. So the clock fails only if the next check finds it
    // stuck too.
    let doubted = false;
    for (let pause = 2; ; pause = Math.min(pause * 1.3, 50)) {
      const [state] = await db.$queryRaw<{ open: boolean }[]>`
        SELECT EXISTS (SELECT FROM unsettled(${storeId})) AS open`;
      if (!state!.open) return 'settled';
      const now = Date.now();
      if (now - looked > LOOK_MS) {
        looked = now;
        const mark = await progressOf(storeId);
        if (mark !== last.mark) [last, doubted] = [{ mark, at: now }, false];
        if (now - last.at > STUCK_MS) {
          const stuck = await stuckAt(db, askTemporal(Context.current().client), storeId);
          if (stuck !== null && doubted) return { stuck };
          if (stuck === null) last = { mark, at: now };
          doubted = stuck !== null;
        }
      }
      if (now - began > CALL_MS + STUCK_MS) return 'later';
      Context.current().heartbeat();
      await new Promise((wake) => setTimeout(wake, pause));
    }
  }

  /**
   * A text that changes whenever the store makes progress. It is made of the newest time or number of four kinds of rows: a
   * message acted on, an event, a call to a provider, an invoice. Messages alone do not suffice, because during the close of
   * many accounts none may be acted on for minutes. Each value is the last one of an index, so reading it is cheap.
   */
  async function progressOf(storeId: string): Promise<string> {
    const [done] = await db.$queryRaw<{ mark: string }[]>`
      SELECT concat_ws(' ',
        (SELECT max(processed_at) FROM dispatch WHERE store_id = ${storeId} AND processed_at IS NOT NULL),
        (SELECT max(seq) FROM events WHERE store_id = ${storeId}),
        (SELECT max(recorded_at) FROM gateway_calls WHERE store_id = ${storeId}),
        (SELECT max(recorded_at) FROM invoices WHERE store_id = ${storeId})) AS mark`;
    return done!.mark;
  }

  /**
   * The next instant, not after the target, at which something is due: a dispatch row, the deadline of a waiting workflow, or a
   * day on which the calendar starts workflows.
   */
  async function nextInstant(storeId: string, target: Instant): Promise<Instant | null> {
    const [due] = await db.$queryRaw<{ at: Date | null }[]>`
      SELECT least(
        (SELECT min(due_at) FROM dispatch WHERE store_id = ${storeId} AND processed_at IS NULL AND name <> 'clock'),
        (SELECT min(due_at) FROM waits w WHERE store_id = ${storeId}
           AND NOT EXISTS (SELECT 1 FROM dispatch d WHERE d.store_id = w.store_id AND d.id = tick_id(w.workflow_id, w.due_at)))) AS at`;
    const { lastDayDone } = await db.store.findUniqueOrThrow({ where: { id: storeId }, select: { lastDayDone: true } });
    const day = nextWorkDay(dateOut(lastDayDone), dateOf(target));
    const candidates = [due?.at ? instantOut(due.at) : null, day && atTime(day, policy.storeDay.bookTime)];
    const next = candidates.filter((at): at is Instant => at !== null).sort()[0];
    return next !== undefined && next <= target ? next : null;
  }

  /**
   * Moves the clock to `now` and queues everything that is due then. It does so only if the clock still stands at `from`, the
   * instant at which the store was seen to have settled. If two calls step at once (a call that timed out and its retry), one
   * moves the clock, and the other finds it moved and looks again. So time never goes back, and no step begins before the work
   * of the last step is done.
   */
  async function step(storeId: string, from: Date, now: Instant): Promise<void> {
    await db.$transaction(async (tx) => {
      const moved = await tx.clock.updateMany({
        where: { storeId, status: 'advancing', nowAt: from },
        data: { nowAt: instantIn(now) },
      });
      if (moved.count === 0) return;
      await tx.$executeRaw(
        enqueueFrom(sql`
          SELECT store_id, tick_id(workflow_id, due_at), 'tick', workflow_id, 'tick', '{}'::jsonb, due_at, due_at
            FROM waits WHERE store_id = ${storeId} AND due_at <= ${now}::timestamptz`),
      );
      const { lastDayDone } = await tx.store.findUniqueOrThrow({
        where: { id: storeId },
        select: { lastDayDone: true },
      });
      const day = nextWorkDay(dateOut(lastDayDone), dateOf(now));
      if (day && atTime(day, policy.storeDay.bookTime) <= now) {
        await enqueue(
          tx,
          startRow('storeDay', workflowIds.storeDay(storeId, day), storeId, atTime(day, policy.storeDay.bookTime), {
            day,
          }),
        );
      }
      await tx.$executeRaw`SELECT pg_notify('dispatch', '')`;
    });
  }

  return {
    async stepClock({ storeId }) {
      const began = Date.now();
      for (;;) {
        const clock = await db.clock.findUniqueOrThrow({ where: { storeId } });
        if (clock.status !== 'advancing' || !clock.targetAt) return { status: clock.status };
        const asSeen = { storeId, status: 'advancing' as const, nowAt: clock.nowAt, targetAt: clock.targetAt };
        const settled = await settle(storeId);
        if (settled === 'later') return { status: 'advancing' };
        if (settled !== 'settled') {
          const failure = `no progress for ${STUCK_MS / 1000} s, waiting for: ${settled.stuck}`;
          log.error({ storeId, failure }, 'simulated clock failed');
          await db.clock.updateMany({
            where: asSeen,
            data: { status: 'failed', targetAt: null, failure },
          });
          continue;
        }
        const target = instantOut(clock.targetAt);
        const next = await nextInstant(storeId, target);
        if (next === null) {
          await db.clock.updateMany({
            where: asSeen,
            data: { nowAt: instantIn(target), targetAt: null, status: 'ready', failure: null },
          });
          continue;
        }
        const now = instantOut(clock.nowAt);
        await step(storeId, clock.nowAt, next > now ? next : now);
        if (Date.now() - began > CALL_MS) return { status: 'advancing' };
      }
    },
  };
}
