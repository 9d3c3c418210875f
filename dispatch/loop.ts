import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { applyNews } from './apply-news';
import { type MailDeps, sendMail } from './send-mail';
import type { Db } from '../prisma/db';
import type { Delivery, Outgoing } from './delivery';

/** The most rows that one query takes. 50 rows keep the loop busy for about a tenth of a second. */
const BATCH = 50;
/** While it delivers to this many targets (workflows, mails …), the loop takes no more rows. A target may have many rows. */
const TARGETS = 100;
/** While this many mails are being sent, the loop takes no more. If the mail provider hangs, workflows still get messages. */
const MAILS = 50;
/** This many unreachable targets mean that Temporal is away. The loop then takes only rows that don't need Temporal. */
const HELD = 500;
/** The loop looks for rows at least this often: no notification comes when a row falls due or a crashed writer's lease ends. */
const POLL_MS = 500;
/** How long a row stays with the loop that took it; longer than any delivery. A loop that takes over the lead ends all leases. */
const LEASE_SECONDS = 30;
/** The loop sends an empty query in its database session this often, to show PostgreSQL that it is alive. */
const HEARTBEAT_MS = 3_000;
/** PostgreSQL ends a session that sends no query for this long, because its process hangs, say. Another loop then leads. */
const IDLE_SESSION_MS = 15_000;
/** PostgreSQL cancels a longer statement. The client gives up later, so no statement runs on unseen and keeps the lead. */
const STATEMENT_MS = 10_000;
/** The pause after a failed delivery: 0.1 s, 0.2 s, 0.4 s … at most a minute. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 60_000;
/** After stop(), deliveries under way may take this long. Then the loop gives up the lead, and another loop takes their rows. */
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
 * Delivers every due row of the dispatch table. The rows of one target (a workflow, a mail …) are delivered one at a time and in
 * order. A real store's rows fall due by the wall clock, a simulated store's by its simulated clock. Each worker process has a
 * loop. Only one loop leads, that is, delivers, because two would split the rows of one target between them and lose their order.
 */
export class DispatchLoop {
  /** Targets that are being delivered to. */
  private readonly busy = new Map<string, Promise<void>>();
  private busyMails = 0;
  /** Targets that could not be reached, each with the time of its next try (ms of the machine's clock). */
  private readonly held = new Map<string, number>();
  private stopping = false;
  private woken = false;
  private resume: () => void = () => {};
  /** The database session that receives the notifications of new rows. It holds the lead (an advisory lock) while it lives. */
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

  /** Runs until stop(). If the database can't be reached, tries again until it can. */
  async run(): Promise<void> {
    const heartbeat = setInterval(() => {
      const { session } = this;
      session?.query('SELECT').catch(() => this.lost(session));
    }, HEARTBEAT_MS);
    while (!this.stopping) {
      try {
        const session = (this.session ??= await this.begin());
        const takes = (await this.lead(session)) && this.busy.size < TARGETS;
        const rows = takes ? await this.claim(session) : [];
        for (const [target, its] of byTarget(rows)) this.busy.set(target, this.deliverAll(target, its, session));
        if (rows.length < BATCH) await this.pause();
      } catch (e) {
        this.log.warn({ err: e }, 'dispatch loop: database away, trying again');
        this.lost(this.session);
        await sleep(POLL_MS);
      }
    }
    clearInterval(heartbeat);
    const underWay = Promise.all(this.busy.values());
    await Promise.race([underWay, sleep(HAND_OVER_MS, undefined, { ref: false })]);
    this.lost(this.session);
    await underWay;
  }

  stop(): void {
    this.stopping = true;
    this.wake();
  }

  /** Takes the lead if no other loop has it. @returns true if this loop leads */
  private async lead(session: pg.Client): Promise<boolean> {
    if (this.leads) return true;
    const { rows } = await session.query<{ leads: boolean }>(
      `SELECT pg_try_advisory_lock(hashtextextended('dispatch', 0)) AS leads`,
    );
    if (!rows[0]!.leads) return false;
    // Ends the leases that the last leader left, so that its rows are delivered before newer ones. `attempts > 0` selects
    // the rows that a loop took, because only a loop counts attempts. Rows that the API has leased are left alone.
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

  /** Waits until woken, at most for POLL_MS. Returns at once if the loop was woken while it was busy. */
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
   * Takes rows that are due by their store's clock. Leaves out targets that are being delivered to and targets whose pause after
   * a failed delivery is not over. Runs in the session that holds the lead, so a loop that lost the lead unnoticed takes nothing.
   */
  private async claim(session: pg.Client): Promise<Row[]> {
    const now = Date.now();
    for (const [target, until] of this.held) if (until <= now) this.held.delete(target);
    const left = [...this.busy.keys(), ...this.held.keys()];
    const values = [LEASE_SECONDS, left, BATCH, this.busyMails < MAILS, this.held.size < HELD];
    const { rows } = await session.query<Row>({ name: 'claim', text: CLAIM, values });
    return rows.sort((a, b) => Number(a.seq) - Number(b.seq));
  }

  /** Delivers a target's rows one after the other. If a row fails, the rows behind it wait for it, so that they stay in order. */
  private async deliverAll(target: string, rows: Row[], session: pg.Client): Promise<void> {
    const left = [...rows];
    let pause: number | null = null;
    // If the session has changed, another loop may have taken the other rows.
    while (left.length > 0 && pause === null && !this.stopping && this.session === session) {
      const isMail = left[0]!.kind === 'mail';
      if (isMail) this.busyMails += 1;
      pause = await this.deliver(left[0]!);
      if (isMail) this.busyMails -= 1;
      if (pause === null) left.shift();
    }
    if (left.length > 0 && this.session === session) await this.release(session, target, left, pause);
    this.busy.delete(target);
    this.wake();
  }

  /** @returns null if the row was delivered, else the pause before the next try, in ms */
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
   * Gives undelivered rows of a target back, so that they can be taken again.
   * @param pause ms to wait before the next try if the first row failed; null if no row was tried. The pause of a mail or of a
   *   provider's news is kept in its row, not in memory: there may be a hundred thousand, each the only row of its target
   */
  private async release(session: pg.Client, target: string, [first, ...others]: Row[], pause: number | null) {
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
      // If the statement fails, this loop gives up the lead, and the next leader releases the rows.
      () => this.lost(session),
    );
  }

  /** Calls a provider's simulator at the time for which it asked. The call returns when the simulator has done its work. */
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

/** Groups rows by target, in order. A start comes first, because no message can reach a workflow before it is started. */
function byTarget(rows: readonly Row[]): Map<string, Row[]> {
  const targets = new Map<string, Row[]>();
  for (const row of rows) {
    const target = `${row.storeId} ${row.target}`;
    const before = targets.get(target) ?? [];
    targets.set(target, row.kind === 'start' ? [row, ...before] : [...before, row]);
  }
  return targets;
}
