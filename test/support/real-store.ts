import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, type ScheduleHandle } from '@temporalio/client';
import pino from 'pino';
import { silent } from '../../dev/services/progress';
import { PROGRAMS, type Stack, startStack } from '../../dev/services/stack';
import { World } from '../../dev/story/world';
import { atTime, dateOf, instant, instantOfMs } from '../../domain/calendar';
import { policy } from '../../domain/policy';
import { nextWorkDay } from '../../domain/store-day/work';
import { openDb } from '../../prisma/db';
import { ensureStoreDays } from '../../worker/schedules';
import { storeDayScheduleId } from '../../workflows/contracts/ids';
import { rows, settled } from './books';
import { Diary } from './diary';
import { type Surroundings } from '../../dev/story/world';

/**
 * A separate engine for stores with a real clock. Deadlines are durable timers of a few seconds. The store's Schedule starts the
 * days. The test sets the current time that the API and the dispatch use, so that a diary can name its dates.
 */
export class RealEngine {
  private readonly folder = mkdtempSync(join(tmpdir(), 'shimebi-real-'));
  private readonly now = join(this.folder, 'now');
  private stack!: Stack;
  client!: Client;

  /** @param dynamicConfig settings of its Temporal server */
  async start(dynamicConfig: string[] = []): Promise<void> {
    process.env.SHIMEBI_TEST_NOW = this.now;
    writeFileSync(this.now, '2026-10-01T00:00:00+09:00');
    const programs = {
      ...PROGRAMS,
      worker: 'test/support/processes/seconds-worker.ts',
      api: 'test/support/processes/hand-held-api.ts',
    };
    this.stack = await startStack({ mode: 'test', log: silent, programs, dynamicConfig });
    const { failed: _failed, stop: _stop, ...environment } = this.stack;
    process.env.SHIMEBI_TEST_ENV = JSON.stringify(environment);
    const connection = await Connection.connect({ address: this.stack.temporalAddress });
    this.client = new Client({ connection, namespace: this.stack.temporalNamespace });
    // Logs every rest, because the table `waits` keeps only the last one of each workflow.
    await rows(
      'CREATE TABLE rests (seq bigserial, store_id text, workflow_id text, waiting_for text, owner text, due_at timestamptz)',
      [],
    );
    await rows(
      `CREATE FUNCTION log_rest() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         INSERT INTO rests (store_id, workflow_id, waiting_for, owner, due_at)
         VALUES (new.store_id, new.workflow_id, new.waiting_for, new.owner, new.due_at); RETURN NULL; END $$`,
      [],
    );
    await rows('CREATE TRIGGER rests AFTER INSERT OR UPDATE ON waits FOR EACH ROW EXECUTE FUNCTION log_rest()', []);
  }

  async stop(): Promise<void> {
    await this.client?.connection.close();
    await this.stack?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Makes a store with a real clock. Its Schedule is created in the same way as by the worker. */
  async store(now: string, options: { settlement?: 'np' | 'in_house' } = {}): Promise<RealDiary> {
    this.setNow(now);
    const world = await World.create(this.stack satisfies Surroundings, { now: 'real', ...options });
    // If this row exists, the engine compares due dates with it instead of with the wall clock.
    await rows('INSERT INTO clocks (store_id, now_at) VALUES ($1, $2)', [world.storeId, now]);
    const db = openDb(this.stack.databaseUrl, 2);
    await ensureStoreDays({ db, client: this.client, log: pino({ level: 'silent' }) }, new Set());
    await db.$disconnect();
    const schedule = this.client.schedule.getHandle(storeDayScheduleId(world.storeId));
    // Paused, because the real date of today is not a day of the diary.
    await schedule.pause();
    return new RealDiary(world, this, schedule);
  }

  setNow(now: string): void {
    writeFileSync(this.now, now);
  }
}

/** A diary of a store with a real clock. */
export class RealDiary extends Diary {
  constructor(
    world: World,
    private readonly engine: RealEngine,
    private readonly schedule: ScheduleHandle,
  ) {
    super(world);
  }

  /**
   * Moves the time from one due instant to the next, and waits each time until the store has settled. Lets the Schedule fire for
   * each day that has work.
   */
  override async until(to: string): Promise<string[]> {
    const target = instant(to.length === 10 ? `${to}T10:00:00+09:00` : `${to}+09:00`);
    const { storeId } = this.world;
    for (;;) {
      await settled(storeId);
      const [state] = await rows<{ now_at: Date; due_at: Date | null; last: string }>(
        `SELECT c.now_at, (SELECT min(due_at) FROM dispatch WHERE store_id = $1 AND processed_at IS NULL) AS due_at, s.last_day_done::text AS last
           FROM clocks c JOIN stores s ON s.id = c.store_id WHERE s.id = $1`,
        [storeId],
      );
      const day = nextWorkDay(state!.last as never, dateOf(target));
      const dayAt = day && atTime(day, policy.storeDay.bookTime);
      const dueAt = state!.due_at && instantOfMs(state!.due_at.getTime());
      const next = [dayAt, dueAt, target].filter((at) => at !== null).sort()[0]!;
      await this.moveTo(next);
      if (next === dayAt) await this.begin(day!);
      if (next === target && dayAt !== target) break;
    }
    return this.newEvents();
  }

  /** Fires the Schedule as at 00:05 of that day, which is usually not today. */
  private async begin(day: string): Promise<void> {
    const at = new Date(`${day}T00:05:00+09:00`);
    // From a second before to a second after, because a backfill includes both ends.
    const span = { start: new Date(at.getTime() - 1_000), end: new Date(at.getTime() + 1_000) };
    await this.schedule.backfill({ ...span, overlap: 'BUFFER_ALL' });
    await this.waitUntil(`the day ${day} is done`, async () => {
      const done = 'SELECT 1 FROM stores WHERE id = $1 AND last_day_done >= $2::date';
      return (await rows(done, [this.world.storeId, day])).length > 0;
    });
  }

  private async moveTo(now: string): Promise<void> {
    this.engine.setNow(now);
    await rows('UPDATE clocks SET now_at = $2 WHERE store_id = $1', [this.world.storeId, now]);
    await rows(`SELECT pg_notify('dispatch', '')`, []);
  }

  /** Every rest of the workflow so far, as `waiting_for owner due`. The due instant is in JST to the minute. */
  async rests(workflowId: string): Promise<string[]> {
    const written = await rows<{ line: string }>(
      `SELECT waiting_for || ' ' || owner || ' ' || to_char(due_at AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD HH24:MI') AS line
         FROM rests WHERE store_id = $1 AND workflow_id = $2 ORDER BY seq`,
      [this.world.storeId, workflowId],
    );
    // Drops repetitions: a workflow writes the same rest again after a message that does not wake it.
    return written.map(({ line }) => line).filter((line, i, all) => line !== all[i - 1]);
  }

  /** Waits until the workflow rests for that reason or, for null, has ended. Its timers fire by themselves. */
  async untilResting(workflowId: string, waitingFor: string | null): Promise<void> {
    await this.waitUntil(`${workflowId} waits for ${waitingFor}`, async () => {
      const now = await rows<{ waiting_for: string }>(
        'SELECT waiting_for FROM waits WHERE store_id = $1 AND workflow_id = $2',
        [this.world.storeId, workflowId],
      );
      return (now[0]?.waiting_for ?? null) === waitingFor;
    });
  }

  /** The summary of each of the workflow's durable timers in its last run, with `fired`, `cancelled` or `running`. */
  async timers(workflowId: string): Promise<string[]> {
    const { events } = await this.engine.client.workflow.getHandle(workflowId).fetchHistory();
    const summaries = new Map<string, string>();
    const ends = new Map<string, string>();
    for (const event of events ?? []) {
      const data = event.userMetadata?.summary?.data;
      const started = event.timerStartedEventAttributes;
      if (started) summaries.set(started.timerId!, data ? String(JSON.parse(Buffer.from(data).toString('utf8'))) : '');
      if (event.timerFiredEventAttributes) ends.set(event.timerFiredEventAttributes.timerId!, 'fired');
      if (event.timerCanceledEventAttributes) ends.set(event.timerCanceledEventAttributes.timerId!, 'cancelled');
    }
    return [...summaries].map(([id, summary]) => `${summary}: ${ends.get(id) ?? 'running'}`);
  }

  private async waitUntil(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + 60_000; !(await holds());) {
      if (Date.now() > deadline) throw new Error(`timed out after 60 s; expected: ${what}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }
}
