import { Context } from '@temporalio/activity';
import { type Instant, atTime, dateOf } from '../domain/calendar';
import { policy } from '../domain/policy';
import { nextWorkDay } from '../domain/store-day/work';
import { dateOut, instantIn, instantOut } from '../prisma/db';
import type { ClockActivities } from '../workflows/contracts/activities';
import { workflowIds } from '../workflows/contracts/ids';
import type { Deps } from './deps';
import { enqueue, startRow } from './facts';

/** One call steps this long, then hands back to the workflow, which goes on in a new run. */
const CALL_MS = 20_000;
/** Nothing acted on for this long of wall time: the step has failed, and the clock says what is stuck. */
const STUCK_MS = 30_000;

/**
 * A simulated store's time. A step sets the clock to the next due instant and rings every alarm due then; the next step waits
 * until the store has settled: no due dispatch row is open, which means that every message of the step, and every one that
 * followed from it, has been acted on and its workflow rests again. Rows are written in the transaction of the fact they
 * follow from, so nothing can be under way that is not counted.
 */
export function clockActivities({ db, log }: Deps): ClockActivities {
  async function settle(storeId: string): Promise<'settled' | 'stuck' | 'later'> {
    const began = Date.now();
    let last = { done: -1n, at: Date.now() };
    for (let pause = 2; ; pause = Math.min(pause * 1.3, 50)) {
      const [state] = await db.$queryRaw<{ open: boolean; done: bigint }[]>`
        SELECT EXISTS (SELECT 1 FROM dispatch d, clocks c WHERE c.store_id = ${storeId} AND d.store_id = ${storeId}
                       AND d.processed_at IS NULL AND d.due_at <= c.now_at AND d.name <> 'clock') AS open,
               (SELECT count(*) FROM dispatch WHERE store_id = ${storeId} AND processed_at IS NOT NULL) AS done`;
      if (!state!.open) return 'settled';
      if (state!.done !== last.done) last = { done: state!.done, at: Date.now() };
      if (Date.now() - last.at > STUCK_MS) return 'stuck';
      if (Date.now() - began > CALL_MS + STUCK_MS) return 'later';
      Context.current().heartbeat();
      await new Promise((wake) => setTimeout(wake, pause));
    }
  }

  async function stuckText(storeId: string): Promise<string> {
    const rows = await db.$queryRaw<{ id: string; target: string; kind: string; name: string; attempts: number }[]>`
      SELECT d.id, d.target, d.kind, d.name, d.attempts FROM dispatch d JOIN clocks c ON c.store_id = d.store_id
      WHERE d.store_id = ${storeId} AND d.processed_at IS NULL AND d.due_at <= c.now_at AND d.name <> 'clock' ORDER BY d.seq LIMIT 10`;
    const named = rows.map((r) => `${r.kind} ${r.name} for ${r.target} (message ${r.id}, ${r.attempts} attempts)`);
    return `no progress for ${STUCK_MS / 1000} s, waiting for: ${named.join('; ')}`;
  }

  /** The next instant at which something is due, up to the target: a row, a workflow's alarm, or a day with calendar work. */
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

  async function step(storeId: string, to: Instant): Promise<void> {
    await db.$transaction(async (tx) => {
      const clock = await tx.clock.update({ where: { storeId }, data: { nowAt: instantIn(to) } });
      const now = instantOut(clock.nowAt);
      await tx.$executeRaw`
        INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
        SELECT store_id, tick_id(workflow_id, due_at), 'tick', workflow_id, 'tick', '{}', due_at, due_at
        FROM waits WHERE store_id = ${storeId} AND due_at <= ${now}::timestamptz ON CONFLICT DO NOTHING`;
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
        const settled = await settle(storeId);
        if (settled === 'later') return { status: 'advancing' };
        if (settled === 'stuck') {
          const failure = await stuckText(storeId);
          log.error({ storeId, failure }, 'simulated clock failed');
          await db.clock.updateMany({
            where: { storeId, status: 'advancing' },
            data: { status: 'failed', targetAt: null, failure },
          });
          return { status: 'failed' };
        }
        const clock = await db.clock.findUniqueOrThrow({ where: { storeId } });
        if (clock.status !== 'advancing' || !clock.targetAt) return { status: clock.status as 'ready' | 'failed' };
        const target = instantOut(clock.targetAt);
        const next = await nextInstant(storeId, target);
        if (next === null) {
          await db.clock.update({
            where: { storeId },
            data: { nowAt: instantIn(target), targetAt: null, status: 'ready', failure: null },
          });
          return { status: 'ready' };
        }
        const now = instantOut(clock.nowAt);
        await step(storeId, next > now ? next : now);
        if (Date.now() - began > CALL_MS) return { status: 'advancing' };
      }
    },
  };
}
