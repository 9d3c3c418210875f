import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, WorkflowUpdateFailedError } from '@temporalio/client';
import { Command, InvalidArgumentError } from 'commander';
import pg from 'pg';
import type { Stack } from '../dev/services/stack';
import { instant, period } from '../domain/calendar';
import { workflowIds } from '../workflows/contracts/ids';
import { taskQueueOf } from '../dispatch/queues';
import { phasesOf } from './phases';
import { measured, median } from './stack';

const OCTOBER = period('2026-10');
const OPENED = instant('2026-10-01T00:05:00+09:00');
const CLOSED = instant('2026-11-01T00:05:00+09:00');
/** The time of the approval. It is the hour at which invoices are issued, so the close does not wait between the two. */
const APPROVED = instant('2026-11-05T09:00:00+09:00');

interface Options {
  accounts: number;
  pairs: number;
  scaling?: boolean;
}

/** Compares the close of a month with one SQL script that writes the same rows. docs/benchmarks.md says what is timed. */
export const closeBench = new Command('close')
  .description('a month of an in-house store, from its items to its invoices and journal, against bench/close.sql')
  .option('--accounts <n>', 'accounts with three subscriptions each', positive, 20_000)
  .option('--pairs <n>', 'how often engine and script run in turn, each on a new store; the median counts', positive, 3)
  .option('--scaling', 'also 1,000, 10,000 and 100,000 accounts, without the script')
  .action((options: Options) =>
    measured(async (stack) => {
      const bench = await CloseBench.on(stack);
      const figures = {
        bench: 'close',
        ...(await bench.compare(options)),
        ...(options.scaling && (await bench.scale())),
      };
      await bench.end();
      return figures;
    }),
  );

class CloseBench {
  private stores = 0;

  private constructor(
    private readonly books: pg.Client,
    private readonly temporal: Client,
  ) {}

  static async on(stack: Stack): Promise<CloseBench> {
    const books = new pg.Client({ connectionString: stack.databaseUrl });
    await books.connect();
    const connection = await Connection.connect({ address: stack.temporalAddress });
    return new CloseBench(books, new Client({ connection, namespace: stack.temporalNamespace }));
  }

  async end(): Promise<void> {
    await this.books.end();
    await this.temporal.connection.close();
  }

  async compare({ accounts, pairs }: Options) {
    // The first close of a new worker also loads code and plans statements, so it does not count.
    await this.pair(Math.min(accounts, 1_000), true);
    const measurements: Awaited<ReturnType<CloseBench['pair']>>[] = [];
    for (let n = 0; n < pairs; n++) {
      const pair = await this.pair(accounts, n % 2 === 0);
      console.error(JSON.stringify(pair));
      measurements.push(pair);
    }
    const middle = (of: (pair: (typeof measurements)[number]) => number) => median(measurements.map(of));
    return {
      accounts,
      seconds: round(
        middle((pair) => pair.seconds),
        2,
      ),
      sql_seconds: round(
        middle((pair) => pair.sqlSeconds),
        2,
      ),
      ratio: round(
        middle((pair) => pair.sqlSeconds / pair.seconds),
        3,
      ),
      digest_match: measurements.every((pair) => pair.differing.length === 0),
      events_per_account: round(middle((pair) => pair.events) / accounts, 4),
      rows_per_account: round(measurements[0]!.rows / accounts, 1),
    };
  }

  /** Measures three sizes. `growth` is the largest factor of the time per account between neighbouring sizes: 1 means linear. */
  async scale() {
    const scaling: { accounts: number; seconds: number; ms_per_account: number }[] = [];
    for (const accounts of [1_000, 10_000, 100_000]) {
      const { seconds, phases } = await this.close(await this.makeStore(accounts));
      console.error(JSON.stringify({ accounts, seconds, phases }));
      scaling.push({ accounts, seconds: round(seconds, 2), ms_per_account: round((seconds * 1000) / accounts, 3) });
    }
    const factors = scaling.slice(1).map((size, n) => size.ms_per_account / scaling[n]!.ms_per_account);
    return { scaling, growth: round(Math.max(...factors), 2) };
  }

  private async pair(accounts: number, engineFirst: boolean) {
    const [ours, theirs] = [await this.makeStore(accounts), await this.makeStore(accounts)];
    const before = await this.digest(ours);
    let closed;
    let sqlSeconds;
    if (engineFirst) {
      closed = await this.close(ours);
      sqlSeconds = await this.runScript(theirs);
    } else {
      sqlSeconds = await this.runScript(theirs);
      closed = await this.close(ours);
    }
    const [a, b] = [await this.digest(ours), await this.digest(theirs)];
    const differing = [...a.keys()].filter((table) => a.get(table)!.digest !== b.get(table)!.digest);
    const rows = [...a].reduce((sum, [table, { count }]) => sum + count - before.get(table)!.count, 0);
    return { seconds: closed.seconds, events: closed.events, sqlSeconds, rows, differing };
  }

  private async makeStore(accounts: number): Promise<string> {
    const store = `sto_bench${(this.stores += 1)}`;
    await this.books.query(script('close-store.sql', { store, accounts }));
    return store;
  }

  /** Puts the database into the same state before each measurement: no dead rows, current statistics, all changes on disk. */
  private async tidy(): Promise<void> {
    await this.books.query('VACUUM (ANALYZE)');
    await this.books.query('CHECKPOINT');
  }

  private async runScript(store: string): Promise<number> {
    await this.tidy();
    const began = performance.now();
    await this.books.query(script('close.sql', { store }));
    return (performance.now() - began) / 1000;
  }

  private async close(storeId: string) {
    await this.tidy();
    const began = performance.now();
    const opened = await this.start('periodOpen', workflowIds.periodOpen(storeId, OCTOBER), storeId, OPENED);
    await opened.result();
    const close = await this.start('monthlyClose', workflowIds.monthlyClose(storeId, OCTOBER), storeId, CLOSED);
    await this.untilInReview(storeId);
    const by = { messageId: `${storeId}/approve`, at: APPROVED, by: 'bench' };
    while (!(await close.executeUpdate('approve', { args: [by] }).then(() => true, falseIfRejected))) await sleep(5);
    await close.result();
    const seconds = (performance.now() - began) / 1000;
    const lengths = await Promise.all([opened, close].map(async (w) => (await w.describe()).historyLength));
    const phases = { ...(await phasesOf(opened)), ...(await phasesOf(close)) };
    return { seconds, events: lengths.reduce((sum, length) => sum + length), phases };
  }

  private start(type: string, workflowId: string, storeId: string, at: string) {
    const input = { storeId, clock: 'simulated', at, messageId: `start/${workflowId}`, period: OCTOBER };
    return this.temporal.workflow.start(type, { workflowId, taskQueue: taskQueueOf('simulated'), args: [input] });
  }

  private async untilInReview(storeId: string): Promise<void> {
    for (;;) {
      const { rowCount } = await this.books.query(
        `SELECT 1 FROM waits WHERE store_id = $1 AND waiting_for = 'close_review'`,
        [storeId],
      );
      if (rowCount === 1) return;
      await sleep(20);
    }
  }

  /** Counts and hashes the store's rows of each table, without the columns that the database fills in (recorded_at, seq). */
  private async digest(storeId: string): Promise<Map<string, { count: number; digest: string }>> {
    const { rows: tables } = await this.books.query<{ name: string }>(`
      SELECT table_name AS name FROM information_schema.columns
       WHERE table_schema = current_schema AND column_name = 'store_id' ORDER BY 1`);
    const digests = new Map<string, { count: number; digest: string }>();
    for (const { name } of tables) {
      const { rows } = await this.books.query<{ count: number; digest: string }>(
        `SELECT count(*)::int AS count, md5(string_agg(row, '' ORDER BY row)) AS digest
           FROM (SELECT md5(replace((to_jsonb(t) - 'recorded_at' - 'seq')::text, $1, '')) AS row FROM ${name} t
                  WHERE store_id = $1) rows`,
        [storeId],
      );
      digests.set(name, rows[0]!);
    }
    return digests;
  }
}

/** Reads an SQL script and replaces its variables as psql does: `:'name'` by the quoted value, `:name` by the value. */
function script(file: string, values: Record<string, string | number>): string {
  return readFileSync(join(__dirname, file), 'utf8').replace(
    /:('?)(store|accounts)\1/g,
    (_, quote: string, name: string) => (quote ? pg.escapeLiteral(String(values[name])) : String(values[name])),
  );
}

function falseIfRejected(e: unknown): false {
  if (e instanceof WorkflowUpdateFailedError) return false;
  throw e;
}

function positive(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('a positive whole number is needed.');
  return n;
}

function round(n: number, digits: number): number {
  return Number(n.toFixed(digits));
}
