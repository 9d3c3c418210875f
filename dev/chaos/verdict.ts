import pg from 'pg';
import type { Stack } from '../stack';
import type { World } from '../story/world';
import { type Books, booksOf, differences, namesOf } from './books';
import { effectsOutside } from './effects';
import { stuckThings } from './stuck';

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
export async function outcomeOf(
  at: Pick<Stack, 'databaseUrl' | 'temporalAddress' | 'temporalNamespace'>,
  world: World,
): Promise<Outcome> {
  const db = new pg.Client({ connectionString: at.databaseUrl });
  await db.connect();
  try {
    const { storeId, lostTries } = world;
    const name = await namesOf(db, storeId, lostTries);
    const outside = await effectsOutside(world);
    // Of a lost try only its mails are its own; it is charged and registered as little as nothing, or it counts.
    const isLost = (key: string) => key.startsWith('mail ') && lostTries.some((id) => key.includes(id));
    const [books, lost, stuck] = [
      await booksOf(db, storeId, lostTries),
      await lostWrites(db, world),
      await stuckThings(at, db, storeId),
    ];
    return {
      books,
      effects: outside
        .filter(({ key }) => !isLost(key))
        .map(({ key, times }) => name(`${key} ${times}`))
        .sort(),
      doubled: outside.filter(({ times }) => times > 1).map(({ key }) => name(key)),
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
  // What is wrong without any trouble is wrong, too.
  const both = (of: 'doubled' | 'lost' | 'stuck') => [...new Set([...undisturbed[of], ...disturbed[of]])];
  const [doubled, lost, stuck] = [both('doubled'), both('lost'), both('stuck')];
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

/** Of a run that did not come to its end: nothing is known but why, and that it is stuck there. */
export function broken(error: unknown): Verdict {
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    books_equal: false,
    double_effects: 0,
    lost: 0,
    stuck: 1,
    differences: [`stuck: the story broke off: ${why}`],
  };
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
