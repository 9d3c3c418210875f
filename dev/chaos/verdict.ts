import { Client as Temporal, Connection } from '@temporalio/client';
import pg from 'pg';
import type { Stack } from '../stack';
import { Api } from '../story/api';
import type { World } from '../story/world';
import { type Books, booksOf, differences, namesOf } from './books';

/** How a run ended: its books by name, and what must not be. */
export interface Outcome {
  books: Books;
  /** What happened outside, by name: charges, registrations, mails. */
  effects: string[];
  /** Business keys with more than one effect outside. */
  doubled: string[];
  /** Writes taken on without their effect. */
  lost: string[];
  /** Workflows, messages and incidents that nobody moves on. */
  stuck: string[];
}

export interface Verdict {
  books_equal: boolean;
  double_effects: number;
  lost: number;
  stuck: number;
  differences: string[];
}

/** Reads how the store stands; to be asked once it has settled. */
export async function outcomeOf(stack: Stack, world: World): Promise<Outcome> {
  const db = new pg.Client({ connectionString: stack.databaseUrl });
  await db.connect();
  try {
    const name = await namesOf(db, world.storeId);
    const outside = await effectsOutside(world);
    const [books, lost, stuck] = [
      await booksOf(db, world.storeId),
      await lostWrites(db, world),
      await stuckThings(stack, db, world.storeId),
    ];
    return {
      books,
      effects: outside.map(({ key, effects }) => name(`${key} ${effects}`)).sort(),
      doubled: outside.filter(({ effects }) => effects > 1).map(({ key }) => name(key)),
      lost: lost.map(name),
      stuck: stuck.map(name),
    };
  } finally {
    await db.end();
  }
}

export function compare(undisturbed: Outcome, disturbed: Outcome): Verdict {
  const books = differences(
    { ...undisturbed.books, outside: undisturbed.effects },
    { ...disturbed.books, outside: disturbed.effects },
  );
  const { doubled, lost, stuck } = disturbed;
  return {
    books_equal: books.length === 0,
    double_effects: doubled.length,
    lost: lost.length,
    stuck: stuck.length,
    differences: [
      ...books,
      ...doubled.map((key) => `twice: ${key}`),
      ...lost.map((what) => `lost: ${what}`),
      ...stuck.map((what) => `stuck: ${what}`),
    ],
  };
}

/** By business key, as the simulators counted. An order's month at SBPS is one key, whichever try charged it. */
async function effectsOutside(world: World): Promise<{ key: string; effects: number }[]> {
  const { np, sbps } = await world.effectsOutside();
  const { emails } = await new Api(world.at.resendUrl).get<{
    emails: { idempotency_key: string | null; to: string[]; subject: string }[];
  }>('/control/emails');
  const counts = new Map<string, number>();
  const count = (key: string, n: number) => n > 0 && counts.set(key, (counts.get(key) ?? 0) + n);
  for (const [key, { registered }] of Object.entries(np)) count(`NP registered ${key}`, registered);
  for (const { order_id: id, commits, captures } of sbps) {
    const month = id.split('.').slice(0, 2).join(' ');
    count(`SBPS committed ${month}`, commits);
    count(`SBPS captured ${month}`, captures);
  }
  for (const { idempotency_key: key, to, subject } of emails) count(`mail ${key ?? `${to.join(' ')} ${subject}`}`, 1);
  return [...counts].map(([key, effects]) => ({ key, effects }));
}

/** A 2xx means: the key, the resource and the message are there, and the message was acted on. */
async function lostWrites(db: pg.Client, { accepted, storeId }: World): Promise<string[]> {
  const keys = new Set(
    (await db.query<{ key: string }>('SELECT key FROM idempotency_keys WHERE scope = $1', [storeId])).rows.map(
      ({ key }) => key,
    ),
  );
  const { rows: ids } = await db.query<{ id: string }>(
    `SELECT id FROM accounts WHERE store_id = $1 UNION ALL SELECT id FROM plans WHERE store_id = $1
     UNION ALL SELECT id FROM direct_debits WHERE store_id = $1
     UNION ALL SELECT id FROM orders WHERE store_id = $1 AND status NOT IN ('received', 'screening', 'authorising')`,
    [storeId],
  );
  const known = new Set(ids.map(({ id }) => id));
  const { rows: undone } = await db.query<{ message: string }>(
    `SELECT a.after->>'message' AS message FROM audit_log a
       LEFT JOIN dispatch d ON d.store_id = a.store_id AND d.id = a.after->>'message' AND d.processed_at IS NOT NULL AND d.outcome IS NULL
      WHERE a.store_id = $1 AND a.after ? 'message' AND d.id IS NULL`,
    [storeId],
  );
  return [
    ...accepted.filter(({ idempotencyKey }) => !keys.has(idempotencyKey)).map(({ path }) => `${path}: no trace`),
    ...accepted
      .map(({ path, answer }) => ({ path, id: answer?.id }))
      .filter(({ id }) => typeof id === 'string' && /^(acc|pln|ddb|ord)_/.test(id) && !known.has(id))
      .map(({ path, id }) => `${path}: ${String(id)} undecided or gone`),
    ...undone.map(({ message }) => `${message}: not acted on`),
  ];
}

/** Temporal's own list of what runs against the waits: each has a name, an owner and a deadline, or is lost. */
async function stuckThings(stack: Stack, db: pg.Client, storeId: string): Promise<string[]> {
  const { rows: waits } = await db.query<{ workflow_id: string }>('SELECT workflow_id FROM waits WHERE store_id = $1', [
    storeId,
  ]);
  const waiting = new Set(waits.map(({ workflow_id: id }) => id));
  const { rows: open } = await db.query<{ text: string }>(
    `SELECT kind || ' ' || name || ' for ' || target AS text FROM dispatch d JOIN clocks c USING (store_id)
      WHERE d.store_id = $1 AND d.processed_at IS NULL AND d.due_at <= c.now_at
     UNION ALL SELECT 'incident ' || kind || ' ' || id || ': ' || detail FROM incidents WHERE store_id = $1 AND status = 'open'`,
    [storeId],
  );
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const client = new Temporal({ connection, namespace: stack.temporalNamespace });
  const found: string[] = open.map(({ text }) => text);
  try {
    for await (const { workflowId, status } of client.workflow.list({ query: `StoreId = "${storeId}"` })) {
      if (status.name === 'COMPLETED' || status.name === 'CONTINUED_AS_NEW') continue;
      if (status.name !== 'RUNNING') found.push(`${workflowId} ${status.name}`);
      else if (!waiting.has(workflowId)) found.push(`${workflowId} runs and waits for nothing`);
    }
    for (const id of waiting) {
      const { status } = await client.workflow.getHandle(id).describe();
      if (status.name !== 'RUNNING') found.push(`${id} is waited with and has ended: ${status.name}`);
    }
  } finally {
    await connection.close();
  }
  return found;
}
