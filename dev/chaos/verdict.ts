import pg from 'pg';
import type { Stack } from '../services/stack';
import type { World } from '../story/world';
import { type Books, booksOf, differences, namesOf } from './books';
import { providerEffects } from './effects';
import { stuckThings } from './stuck';

/** The result of a run: its database rows, its effects at the providers, and everything that must not happen. */
export interface Outcome {
  books: Books;
  /** Effects at the providers, such as charges, registrations and mails. Names replace the ids, which differ from run to run. */
  effects: string[];
  /** Business keys with more than one effect at a provider. */
  doubled: string[];
  /** Requests that the API accepted and that had no effect. */
  lost: string[];
  /** Workflows, messages and incidents that a person would have to attend to. */
  stuck: string[];
}

export interface Verdict {
  books_equal: boolean;
  double_effects: number;
  lost: number;
  stuck: number;
  differences: string[];
}

/** Reads the outcome of a run. It must be called when no message or mail of the store is due any more (`settled` in play.ts). */
export async function outcomeOf(
  at: Pick<Stack, 'databaseUrl' | 'temporalAddress' | 'temporalNamespace'>,
  world: World,
): Promise<Outcome> {
  const db = new pg.Client({ connectionString: at.databaseUrl });
  await db.connect();
  try {
    const { storeId, lostOrders } = world;
    const name = await namesOf(db, storeId, lostOrders);
    const effects = await providerEffects(world);
    // An order whose one-time card token was lost has no counterpart in the other run, so its mails are left out. A charge or a
    // registration for it must not happen, so those still count as differences.
    const isLost = (key: string) => key.startsWith('mail ') && lostOrders.some((id) => key.includes(id));
    const [books, lost, stuck] = [
      await booksOf(db, storeId, lostOrders),
      await lostWrites(db, world),
      await stuckThings(at, db, storeId),
    ];
    return {
      books,
      effects: effects
        .filter(({ key }) => !isLost(key))
        .map(({ key, times }) => name(`${key} ${times}`))
        .sort(),
      doubled: effects.filter(({ times }) => times > 1).map(({ key }) => name(key)),
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
  // Double effects, lost writes and stuck things of the undisturbed run count too.
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
      ...lost.map((write) => `lost: ${write}`),
      ...stuck.map((thing) => `stuck: ${thing}`),
    ],
  };
}

/** The verdict on a run that broke off. Its rows can't be compared, so it counts as stuck, with the error as the cause. */
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

/**
 * Lists requests that the API answered with 2xx although their idempotency key or resource is missing from the database, their
 * order is still undecided, or no workflow has acted on their message.
 */
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
  const existing = new Set(ids.map(({ id }) => id));
  const { rows: unprocessed } = await db.query<{ message: string }>(
    `SELECT a.after->>'message' AS message FROM audit_log a
       LEFT JOIN dispatch d ON d.store_id = a.store_id AND d.id = a.after->>'message' AND d.processed_at IS NOT NULL AND d.outcome IS NULL
      WHERE a.store_id = $1 AND a.after ? 'message' AND d.id IS NULL`,
    [storeId],
  );
  return [
    ...accepted.filter(({ idempotencyKey }) => !keys.has(idempotencyKey)).map(({ path }) => `${path}: no trace`),
    ...accepted
      .map(({ path, answer }) => ({ path, id: answer?.id }))
      .filter(({ id }) => typeof id === 'string' && /^(acc|pln|ddb|ord)_/.test(id) && !existing.has(id))
      .map(({ path, id }) => `${path}: ${String(id)} undecided or gone`),
    ...unprocessed.map(({ message }) => `${message}: not acted on`),
  ];
}
