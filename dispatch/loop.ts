import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { applyNews } from './apply-news';
import { type MailDeps, sendMail } from './send-mail';
import type { Db } from '../prisma/db';
import type { Delivery, Outgoing } from './delivery';

/** Rows taken at a time; 50 keep one loop busy for about a tenth of a second. */
const BATCH = 50;
/** Targets at work at once. A wedged one counts once, however much waits for it. */
const TARGETS = 100;
/** Of them mails at most: with Resend away they may all hang, and workflows are told what they are to be told all the same. */
const MAILS = 50;
/** More targets than these are not reached when Temporal is away: only what does not need it is taken until it is back. */
const HELD = 500;
/** Looks even when not told to: a lease of a dead writer runs out, a real store's time passes. */
const POLL_MS = 500;
/** Marks a row as being delivered; longer than any delivery. Whoever leads next does not wait for it. */
const LEASE_SECONDS = 30;
/** A process that hangs does not beat, so its session ends and another loop leads. */
const BEAT_MS = 3_000;
const IDLE_SESSION_MS = 15_000;
/** PostgreSQL itself ends what takes longer, before its client gives up: a session nobody listens to would keep the lead. */
const STATEMENT_MS = 10_000;
/** After a failed try: 0.1 s, 0.2 s … at most a minute. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 60_000;
/** What is still under way this long after stop() is left to whoever leads next. */
const HAND_OVER_MS = 2_000;

const CLAIM = `
  UPDATE dispatch SET lease_until = now() + make_interval(secs => $1), attempts = attempts + 1
  WHERE seq IN (
    WITH RECURSIVE waiting (store_id) AS (
      SELECT min(store_id) FROM dispatch WHERE delivered_at IS NULL AND processed_at IS NULL
      UNION ALL
      SELECT (SELECT min(store_id) FROM dispatch
               WHERE delivered_at IS NULL AND processed_at IS NULL AND store_id > waiting.store_id)
        FROM waiting WHERE store_id IS NOT NULL
    )
    SELECT due.seq
      FROM waiting w LEFT JOIN clocks c ON c.store_id = w.store_id
     CROSS JOIN LATERAL (
       SELECT seq, due_at FROM dispatch d
        WHERE d.store_id = w.store_id AND d.delivered_at IS NULL AND d.processed_at IS NULL
          AND d.due_at <= coalesce(c.now_at, now()) AND (d.lease_until IS NULL OR d.lease_until < now())
          AND d.store_id || ' ' || d.target <> ALL($2) AND (d.kind <> 'mail' OR $4) AND (d.kind IN ('mail', 'news', 'http') OR $5)
        ORDER BY d.due_at, d.seq LIMIT $3 FOR UPDATE SKIP LOCKED) due
     ORDER BY due.due_at, due.seq LIMIT $3)
  RETURNING store_id AS "storeId", id, kind, target, name, payload, at, due_at AS "dueAt", attempts, seq`;

type Row = Outgoing & { seq: string };

/**
 * Delivers what follows from facts: every due, undelivered row; those of one target one at a time, in order, the next only once the
 * last has been delivered. A real store's rows are due by wall clock, a simulated one's by its own clock. Of the loops of several
 * workers one leads and the others stand by: two taking rows at once would each have some of one target.
 */
export class DispatchLoop {
  /** Targets that are being told something. */
  private readonly atWork = new Map<string, Promise<void>>();
  private mailsAtWork = 0;
  /** Targets that were not reached, and when they are tried again, in ms of the machine's clock. */
  private readonly held = new Map<string, number>();
  private stopping = false;
  private woken = false;
  private resume: () => void = () => {};
  /** Hears of new rows, and holds the lead as long as it lives. */
  private session: pg.Client | null = null;
  private leads = false;

  constructor(
    private readonly deps: MailDeps & { log: Logger },
    private readonly delivery: Delivery,
    private readonly databaseUrl: string,
  ) {}

  private get db(): Db {
    return this.deps.db;
  }
  private get log(): Logger {
    return this.deps.log;
  }

  /** Runs until stop(). Errors of the database are waited out. */
  async run(): Promise<void> {
    const beat = setInterval(() => {
      const { session } = this;
      session?.query('SELECT').catch(() => this.lost(session));
    }, BEAT_MS);
    while (!this.stopping) {
      try {
        const session = (this.session ??= await this.begin());
        const takes = (await this.lead(session)) && this.atWork.size < TARGETS;
        const rows = takes ? await this.claim(session) : [];
        for (const [target, its] of byTarget(rows)) this.atWork.set(target, this.tell(target, its, session));
        if (rows.length < BATCH) await this.pause();
      } catch (e) {
        this.log.warn({ err: e }, 'dispatch loop: database away, trying again');
        this.lost(this.session);
        await sleep(POLL_MS);
      }
    }
    clearInterval(beat);
    const underWay = Promise.all(this.atWork.values());
    await Promise.race([underWay, sleep(HAND_OVER_MS, undefined, { ref: false })]);
    this.lost(this.session);
    await underWay;
  }

  stop(): void {
    this.stopping = true;
    this.wake();
  }

  /** @returns whether this loop is the one that delivers */
  private async lead(session: pg.Client): Promise<boolean> {
    if (this.leads) return true;
    const { rows } = await session.query<{ leads: boolean }>(
      `SELECT pg_try_advisory_lock(hashtextextended('dispatch', 0)) AS leads`,
    );
    if (!rows[0]!.leads) return false;
    // What the last one had taken (only a loop counts attempts) comes first, not after what was told since.
    await session.query(
      'UPDATE dispatch SET lease_until = NULL WHERE delivered_at IS NULL AND processed_at IS NULL AND attempts > 0 AND lease_until IS NOT NULL',
    );
    await session.query('LISTEN dispatch');
    return (this.leads = true);
  }

  private async begin(): Promise<pg.Client> {
    const session = new pg.Client({
      connectionString: this.databaseUrl,
      connectionTimeoutMillis: IDLE_SESSION_MS,
      query_timeout: IDLE_SESSION_MS,
    });
    session.on('notification', () => this.wake());
    session.on('error', () => this.lost(session));
    try {
      await session.connect();
      await session.query(`SET idle_session_timeout = ${IDLE_SESSION_MS}; SET statement_timeout = ${STATEMENT_MS}`);
      return session;
    } catch (e) {
      void session.end().catch(() => {});
      throw e;
    }
  }

  private lost(session: pg.Client | null): void {
    if (!session || this.session !== session) return;
    this.session = null;
    this.leads = false;
    this.held.clear();
    void session.end().catch(() => {});
  }

  private wake(): void {
    this.woken = true;
    this.resume();
  }

  /** Until woken, also if that was while the loop was at work, at most for POLL_MS. */
  private async pause(): Promise<void> {
    if (!this.woken)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        this.resume = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.woken = false;
  }

  /**
   * Store by store, those that have something undelivered, each by its own clock; nothing of targets that are at work or were not
   * reached a moment ago. Asked in the session that leads: one that has lost the lead without knowing it takes nothing.
   */
  private async claim(session: pg.Client): Promise<Row[]> {
    const now = Date.now();
    for (const [target, until] of this.held) if (until <= now) this.held.delete(target);
    const left = [...this.atWork.keys(), ...this.held.keys()];
    const values = [LEASE_SECONDS, left, BATCH, this.mailsAtWork < MAILS, this.held.size < HELD];
    const { rows } = await session.query<Row>({ name: 'claim', text: CLAIM, values });
    return rows.sort((a, b) => Number(a.seq) - Number(b.seq));
  }

  /** A target's rows, one after the other. One that fails holds up the others: they stay in order. */
  private async tell(target: string, rows: Row[], session: pg.Client): Promise<void> {
    const left = [...rows];
    let pause: number | null = null;
    // Where another leads, it has taken what is left.
    while (left.length > 0 && pause === null && !this.stopping && this.session === session) {
      const isMail = left[0]!.kind === 'mail';
      if (isMail) this.mailsAtWork += 1;
      pause = await this.deliver(left[0]!);
      if (isMail) this.mailsAtWork -= 1;
      if (pause === null) left.shift();
    }
    if (left.length > 0 && this.session === session) await this.giveBack(session, target, left, pause);
    this.atWork.delete(target);
    this.wake();
  }

  /** @returns null once it is delivered, else after how many ms it is to be tried again */
  private async deliver(row: Row): Promise<number | null> {
    try {
      switch (row.kind) {
        case 'mail':
          await sendMail(this.deps, row);
          break;
        case 'news':
          await applyNews(this.deps, row);
          break;
        case 'http':
          await this.callBack(row);
          break;
        default:
          await this.delivery.toWorkflow(row);
      }
      return null;
    } catch (e) {
      const { storeId, id, attempts } = row;
      this.log.warn({ storeId, id, attempts, err: e }, 'delivery failed, will be tried again');
      return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1));
    }
  }

  /**
   * What was not delivered is anyone's again; after `pause` ms, where the first was tried. A mail or a provider's news is the only row
   * for its target, so it waits in its row: there may be a hundred thousand.
   */
  private async giveBack(session: pg.Client, target: string, [first, ...others]: Row[], pause: number | null) {
    const { storeId, id, kind } = first!;
    const alone = kind === 'mail' || kind === 'news';
    if (pause !== null && !alone) {
      this.held.set(target, Date.now() + pause);
      setTimeout(() => this.wake(), pause + 5).unref();
    }
    const untried = [...(pause === null ? [id] : []), ...others.map((row) => row.id)];
    const leaseSeconds = alone && pause !== null ? pause / 1000 : null;
    await this.db.$executeRaw`
      UPDATE dispatch SET lease_until = now() + make_interval(secs => ${leaseSeconds}::float8), attempts = attempts - (id = ANY(${untried}))::int
       WHERE store_id = ${storeId} AND id = ANY(${[id, ...untried]}) AND delivered_at IS NULL AND processed_at IS NULL`.catch(
      // Whoever leads next gives them back.
      () => this.lost(session),
    );
  }

  /** A simulator's alarm: done when it has done its work and told us its news. */
  private async callBack(row: Outgoing): Promise<void> {
    const answer = await fetch(row.target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(row.payload),
      signal: AbortSignal.timeout(20_000),
    });
    if (!answer.ok) throw new Error(`alarm ${row.id}: ${answer.status} ${await answer.text()}`);
    const now = new Date();
    await this.db.dispatch.updateMany({
      where: { storeId: row.storeId, id: row.id },
      data: { deliveredAt: now, processedAt: now },
    });
  }
}

/** The rows of each target, in order, its start before what it is told: that can't be told before. */
function byTarget(rows: readonly Row[]): Map<string, Row[]> {
  const targets = new Map<string, Row[]>();
  for (const row of rows) {
    const target = `${row.storeId} ${row.target}`;
    const before = targets.get(target) ?? [];
    targets.set(target, row.kind === 'start' ? [row, ...before] : [...before, row]);
  }
  return targets;
}
