import { setTimeout as sleep } from 'node:timers/promises';
import { audit } from '../../books/lib/audit';
import { LEASE_SECONDS, enqueue, startRow } from '../../books/lib/outbox';
import { type Instant, dateOf, nextPeriod, periodOf } from '../../domain/calendar';
import { closeTerms } from '../../domain/close/terms';
import { CalendarHorizonError } from '../../domain/holidays';
import type { Store } from '../../generated/prisma/client';
import { instantIn, instantOut } from '../../prisma/db';
import { type ClockView, clockShape, clockView } from '../../views/clock';
import { z } from '../../views/lib/zod';
import { workflowIds } from '../../workflows/contracts/ids';
import { throwRefusal } from '../lib/problems';
import { type Route, type Surroundings, command, read } from '../lib/route';
import { storeNow } from '../lib/store-clock';
import { instantOrDate } from '../lib/input/schemas';

/** How often a waiting request reads the clock. One step of an advance takes about 34 ms, so more reads would only be load. */
const POLL_MS = 50;

export const clockRoutes: Route[] = [
  read({
    operation: 'clock.get',
    path: '/v1/clock',
    summary:
      'The store’s current time. With `Prefer: wait=N` (≤ 30 s) the answer comes as soon as the clock no longer advances.',
    query: z.strictObject({}),
    answers: { 200: clockShape },
    async handle({ env, store, waitSeconds }) {
      const until = performance.now() + (waitSeconds ?? 0) * 1000;
      let clock = await readClock(env, store);
      while (clock.status === 'advancing' && performance.now() < until) {
        await sleep(POLL_MS);
        clock = await readClock(env, store);
      }
      return { status: 200, body: clock };
    },
  }),
  command({
    operation: 'clock.advance',
    path: '/v1/clock/advance',
    summary: 'Advance the clock of a simulated store, alarm by alarm. Poll GET /v1/clock to see when it arrives.',
    body: z.strictObject({ to: instantOrDate }),
    movesClock: true,
    waits: 0,
    done: 202,
    answers: { 202: clockShape },
    refusals: ['clock_not_simulated', 'clock_cannot_go_back', 'beyond_calendar_horizon'],
    async handle(tx, context) {
      const { store, at, body } = context;
      if (store.clock === 'real') throwRefusal('clock_not_simulated');
      if (body.to <= at) throwRefusal('clock_cannot_go_back', { field: '/to', params: { now: at } });
      refuseBeyondHorizon(body.to);
      const { journey } = await tx.clock.update({
        where: { storeId: store.id },
        data: { status: 'advancing', targetAt: instantIn(body.to), failure: null, journey: { increment: 1 } },
      });
      const target = workflowIds.clock(store.id, journey);
      const start = startRow('clock', target, store.id, at, { to: body.to }, LEASE_SECONDS);
      await enqueue(tx, start);
      await audit(tx, context, { action: 'clock.advance', target: store.id, after: { from: at, to: body.to } });
      return { message: start.id, ref: store.id };
    },
    resource: ({ env, store }) => readClock(env, store),
  }),
];

async function readClock(env: Surroundings, store: Store): Promise<ClockView> {
  const clock = store.clock === 'real' ? null : await env.db.clock.findUniqueOrThrow({ where: { storeId: store.id } });
  return clockView(store, clock, clock ? instantOut(clock.nowAt) : await storeNow(env.db, store, env.now));
}

/**
 * Refuses a time for a store's clock that is too near the end of the table of holidays. Work at that time computes dates ahead,
 * so the table must contain all dates of the close of the following month (issue, due date and debit).
 */
export function refuseBeyondHorizon(to: Instant, field = '/to'): void {
  try {
    closeTerms(nextPeriod(periodOf(dateOf(to))));
  } catch (e) {
    if (!(e instanceof CalendarHorizonError)) throw e;
    throwRefusal('beyond_calendar_horizon', { field, params: { last_date: e.lastDate } });
  }
}
