import pg from 'pg';
import type { Logger } from 'pino';
import { applyNews } from '../activities/news';
import type { Deps } from '../activities/deps';
import { sendMail } from '../activities/mail';
import type { Db } from '../prisma/db';
import type { Delivery, Outgoing } from './delivery';

/** Rows taken at a time; 50 keep one loop busy for about a tenth of a second. */
const BATCH = 50;
/** Targets at work at once. A wedged one counts once, however much waits for it. */
const TARGETS = 100;
/** Looks even when not told to: a lease of a dead writer runs out, a real store's time passes. */
const POLL_MS = 500;
/** A row taken by a loop that hangs is taken again after this; by one that died, as soon as another leads. */
const LEASE_SECONDS = 30;
/** A process that hangs does not beat, so its session ends and another loop leads. */
const BEAT_MS = 3_000;
const IDLE_SESSION_MS = 15_000;
/** What waited behind a target that was not reached is taken again after this. */
const RELEASE_MS = 1_000;

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
          AND d.store_id || ' ' || d.target <> ALL($2)
        ORDER BY d.due_at, d.seq LIMIT $3 FOR UPDATE SKIP LOCKED) due
     ORDER BY due.due_at, due.seq LIMIT $3)
  RETURNING store_id AS "storeId", id, kind, target, name, payload, at, due_at AS "dueAt", attempts, seq`;

/**
 * Delivers what follows from facts: every due, undelivered row, rows of the same target in order. A real store's rows are due by
 * wall clock, a simulated one's by its own clock. Of the loops of several workers one leads and the others stand by: two taking
 * rows at once would each have some of one target.
 */
export class DispatchLoop {
  private readonly chains = new Map<string, Promise<boolean>>();
  private stopping = false;
  private wake: () => void = () => {};
  /** Hears of new rows, and holds the lead as long as it lives. */
  private session: pg.Client | null = null;
  private leads = false;

  constructor(
    private readonly deps: Deps,
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
    const beat = setInterval(() => void this.session?.query('SELECT').catch(() => {}), BEAT_MS);
    while (!this.stopping) {
      try {
        const session = (this.session ??= await this.begin());
        const takes = (await this.lead(session)) && this.chains.size < TARGETS;
        const rows = takes ? await this.claim(session) : [];
        for (const row of rows) this.chain(row);
        if (rows.length < BATCH) await this.pause(POLL_MS);
      } catch (e) {
        this.log.warn({ err: e }, 'dispatch loop: database away, trying again');
        this.lost(this.session);
        await this.pause(POLL_MS);
      }
    }
    await Promise.all(this.chains.values());
    clearInterval(beat);
    await this.session?.end().catch(() => {});
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
      'UPDATE dispatch SET lease_until = NULL WHERE delivered_at IS NULL AND processed_at IS NULL AND attempts > 0',
    );
    await session.query('LISTEN dispatch');
    return (this.leads = true);
  }

  private async begin(): Promise<pg.Client> {
    const session = new pg.Client({
      connectionString: this.databaseUrl,
      options: `-c idle_session_timeout=${IDLE_SESSION_MS}`,
    });
    session.on('notification', () => this.wake());
    session.on('error', () => this.lost(session));
    await session.connect();
    return session;
  }

  private lost(session: pg.Client | null): void {
    if (!session || this.session !== session) return;
    this.session = null;
    this.leads = false;
    void session.end().catch(() => {});
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /**
   * Store by store, those that have something undelivered, each by its own clock. Of targets that are at work nothing more is
   * taken: it would only wait, leased, behind what they have. Asked in the session that leads: one that has lost the lead without
   * knowing it takes nothing.
   */
  private async claim(session: pg.Client): Promise<Outgoing[]> {
    const busy = [...this.chains.keys()];
    const { rows } = await session.query<Outgoing & { seq: string }>({
      name: 'claim',
      text: CLAIM,
      values: [LEASE_SECONDS, busy, BATCH],
    });
    return rows.sort((a, b) => Number(a.seq) - Number(b.seq));
  }

  private chain(row: Outgoing): void {
    const key = row.kind === 'mail' ? row.id : `${row.storeId} ${row.target}`;
    const done = (this.chains.get(key) ?? Promise.resolve(true))
      .then((reached) => (reached && !this.stopping ? this.deliver(row) : this.release(row)))
      .finally(() => {
        if (this.chains.get(key) === done) this.chains.delete(key);
        this.wake();
      });
    this.chains.set(key, done);
  }

  /** @returns whether the target was reached */
  private async deliver(row: Outgoing): Promise<boolean> {
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
      return true;
    } catch (e) {
      this.log.warn(
        { storeId: row.storeId, id: row.id, attempts: row.attempts, err: e },
        'delivery failed, will be tried again',
      );
      await this.retryLater(row).catch(() => {});
      return false;
    }
  }

  /** Not tried: its target was not reached a moment ago, or the loop ends. Others are not to wait behind it. */
  private async release({ storeId, id }: Outgoing): Promise<boolean> {
    const leaseUntil = new Date(Date.now() + RELEASE_MS);
    await this.db.dispatch
      .updateMany({ where: { storeId, id }, data: { leaseUntil, attempts: { decrement: 1 } } })
      .catch(() => {});
    return false;
  }

  /** 0.1 s, 0.2 s … at most a minute. */
  private async retryLater(row: Outgoing): Promise<void> {
    const seconds = Math.min(60, 0.1 * 2 ** Math.min(row.attempts - 1, 10));
    await this.db.dispatch.updateMany({
      where: { storeId: row.storeId, id: row.id },
      data: { leaseUntil: new Date(Date.now() + seconds * 1000) },
    });
    setTimeout(() => this.wake(), seconds * 1000 + 5).unref();
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
