import type { Client } from 'pg';

/**
 * The rows of a store, by table. Each row is a line of JSON in which names replace the ids, so that two runs of one story give
 * the same lines.
 */
export type Books = Record<string, string[]>;

/** Columns that are not compared: they say when or how a row was written, and differ between two correct runs. */
const IGNORED_COLUMNS: Record<string, string[]> = {
  accounts: [],
  billing_destinations: [],
  orders: [],
  subscriptions: [],
  periods: [],
  closes: [],
  store_days: [],
  billable_items: [],
  invoices: ['document_id'],
  invoice_lines: [],
  number_series: [],
  documents: ['id', 'bytes', 'sha256'],
  credit_transactions: ['np_transaction_id'],
  // When an answer of SBPS (the card gateway) is lost, the engine charges in a new attempt, with another number and other ids.
  card_charges: ['key', 'sbps_order_id', 'n', 'tracking_id'],
  direct_debits: [],
  debit_runs: [],
  debits: [],
  payments: [],
  journal_entries: [],
  journal_lines: [],
  mails: ['provider_id', 'first_tried_at', 'html', 'text'],
  events: ['seq'],
  waits: [],
};

/**
 * The SQL of a compared row, for tables that need more than leaving columns out. NP (the credit provider) dates its bills by day
 * only. The events about them carry the time at which NP's news arrived, which differs between runs, so `at` is left out.
 */
const ROW_SQL: Record<string, string> = {
  events: `CASE WHEN t.type IN ('invoice.issued', 'debit_notice.issued') AND t.data->>'issuer' = 'np'
                THEN to_jsonb(t) - 'at'::text ELSE to_jsonb(t) END`,
};

/**
 * Conditions for tables of which only some rows are compared. A card authorisation whose answer was lost lapses without charging
 * the buyer, and the undisturbed run has no such row.
 */
const CONDITION_SQL: Record<string, string> = { card_charges: `t.status <> 'lapsed'` };

/**
 * Reads a store's rows.
 * @param lostOrders ids of orders whose one-time card token was lost. The buyer placed them again, so their rows are left out
 */
export async function booksOf(db: Client, storeId: string, lostOrders: readonly string[] = []): Promise<Books> {
  const name = await namesOf(db, storeId, lostOrders);
  const books: Books = {};
  for (const [table, ignored] of Object.entries(IGNORED_COLUMNS)) {
    const { rows } = await db.query<{ row: object }>(
      `SELECT ${ROW_SQL[table] ?? 'to_jsonb(t)'} - 'recorded_at'::text - 'store_id'::text - $2::text[] AS row FROM ${table} t
        WHERE t.store_id = $1 AND ${CONDITION_SQL[table] ?? 'true'}`,
      [storeId, ignored],
    );
    books[table] = rows
      .map(({ row }) => JSON.stringify(row))
      .filter((row) => !lostOrders.some((id) => row.includes(id)))
      .map(name)
      .sort();
  }
  return books;
}

/** A function that replaces ids by names that are the same in every run, e.g. an account's id by its reference. */
export async function namesOf(
  db: Client,
  storeId: string,
  lostOrders: readonly string[] = [],
): Promise<(text: string) => string> {
  const { rows } = await db.query<{ id: string; name: string }>(
    `WITH account AS (SELECT id, reference AS name FROM accounts WHERE store_id = $1),
     destination AS (
       SELECT d.id, a.name || '/destination-' || row_number() OVER (PARTITION BY a.id ORDER BY d.id) AS name
         FROM billing_destinations d JOIN account a ON a.id = d.account_id WHERE d.store_id = $1),
     ordered AS (
       SELECT o.id, a.name || '/order-' || row_number() OVER (PARTITION BY a.id ORDER BY o.accepted_at, o.id) AS name
         FROM orders o JOIN account a ON a.id = o.account_id WHERE o.store_id = $1 AND o.id <> ALL($2)),
     contract AS (
       SELECT s.id, o.name || '/line-' || s.line_no AS name
         FROM subscriptions s JOIN ordered o ON o.id = s.order_id WHERE s.store_id = $1),
     invoice AS (
       SELECT i.id, d.name || '/' || i.period || '/' || i.settlement || '/' || coalesce(o.name, '') || '/' || i.kind AS name
         FROM invoices i JOIN destination d ON d.id = i.destination_id LEFT JOIN ordered o ON o.id = i.settlement_ref
        WHERE i.store_id = $1),
     card AS (
       SELECT c.id, o.name || '/card-' || row_number() OVER (PARTITION BY o.id ORDER BY c.id) AS name
         FROM card_authentications c JOIN ordered o ON o.id = c.order_id WHERE c.store_id = $1),
     mandate AS (
       SELECT m.id, a.name || '/mandate-' || row_number() OVER (PARTITION BY a.id ORDER BY m.id) AS name
         FROM direct_debits m JOIN account a ON a.id = m.account_id WHERE m.store_id = $1),
     document AS (
       SELECT c.id, i.name || '/document-' || c.revision AS name
         FROM documents c JOIN invoice i ON i.id = c.invoice_id WHERE c.store_id = $1)
     SELECT id, name FROM account UNION ALL TABLE destination UNION ALL TABLE ordered UNION ALL TABLE contract
     UNION ALL TABLE invoice UNION ALL TABLE card UNION ALL TABLE mandate UNION ALL TABLE document
     UNION ALL SELECT id, 'plan ' || code FROM plans WHERE store_id = $1
     UNION ALL SELECT r.id, 'price ' || p.code || ' ' || r.version FROM prices r JOIN plans p USING (store_id)
                WHERE r.store_id = $1 AND p.id = r.plan_id
     UNION ALL SELECT id, 'key of ' || role FROM api_keys WHERE store_id = $1
     UNION ALL SELECT id, 'store' FROM stores WHERE id = $1
     UNION ALL SELECT np->>'shop_code', 'shop' FROM stores WHERE id = $1 AND np IS NOT NULL
     -- The reference of an order that was placed again differs between the runs, so a name replaces it.
     UNION ALL SELECT o.reference, n.name || '/reference' FROM orders o JOIN ordered n ON n.id = o.id
                WHERE o.store_id = $1 AND o.reference IS NOT NULL`,
    [storeId, lostOrders],
  );
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  // Longer ids come first, because an invoice's id contains its destination's id, which must not be replaced inside it.
  const ids = [...names.keys()]
    .sort((a, b) => b.length - a.length)
    .map((id) => id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const anyId = new RegExp(ids.join('|'), 'g');
  // A message's id is random, so one word replaces it in both runs.
  return (text) => text.replace(anyId, (id) => names.get(id)!).replace(/\bmsg_\w+/g, 'message');
}

/** Rows that only one of the two runs has, each with its table. */
export function differences(undisturbed: Books, disturbed: Books): string[] {
  return Object.keys(undisturbed).flatMap((table) => {
    const [left, right] = [undisturbed[table]!, [...disturbed[table]!]];
    const missing = left.filter((row) => {
      const at = right.indexOf(row);
      if (at >= 0) right.splice(at, 1);
      return at < 0;
    });
    return [
      ...missing.map((row) => `${table}: only undisturbed: ${row}`),
      ...right.map((row) => `${table}: only disturbed: ${row}`),
    ];
  });
}
