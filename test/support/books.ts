import { strict as assert } from 'node:assert';
import pg from 'pg';
import { engine } from './engine/engine';

/** Queries the engine's database, for facts that the API does not return. */
export async function rows<R extends object>(text: string, values: unknown[]): Promise<R[]> {
  const client = new pg.Client({ connectionString: engine().databaseUrl });
  await client.connect();
  try {
    return (await client.query<R>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Long, because a worker without a workflow cache may lose a step in the middle, and repeats each such step only after 5 s. */
const SETTLE_MS = 60_000;

/** Waits until the store has settled: every dispatch row that is due is processed. The store's clock waits in the same way. */
export async function settled(storeId: string): Promise<void> {
  const open = 'SELECT id FROM unsettled($1)';
  for (const deadline = Date.now() + SETTLE_MS; ;) {
    const left = await rows<{ id: string }>(open, [storeId]);
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`not settled: ${left.map(({ id }) => id).join(', ')}`);
    await new Promise((wake) => setTimeout(wake, 15));
  }
}

interface Sums {
  entries: number;
  unbalanced: number;
  codes: Record<string, { debit: number; credit: number }>;
  np: { net: number; tax: number; total: number };
  card: { net: number; tax: number; total: number };
  own: { net: number; tax: number; total: number };
  /** Payments into the store's own account, by debit or deposit, and their reversals. */
  received: number;
  reversed: number;
  over: number;
  overReversed: number;
}

/**
 * Checks that a store's books balance. Each entry's debits equal its credits. Each account code has the total that follows from the
 * issued invoices and from the payments into the store's own account. Amounts are in yen.
 */
export async function checkBooks(storeId: string): Promise<void> {
  const [sums] = await rows<{ sums: Sums }>(
    `WITH entry AS (
       SELECT sum(amount) FILTER (WHERE side = 'D') AS debit, sum(amount) FILTER (WHERE side = 'C') AS credit
         FROM journal_lines WHERE store_id = $1 GROUP BY entry_id
     ), code AS (
       SELECT account_code, coalesce(sum(amount) FILTER (WHERE side = 'D'), 0) AS debit,
              coalesce(sum(amount) FILTER (WHERE side = 'C'), 0) AS credit
         FROM journal_lines WHERE store_id = $1 GROUP BY account_code
     ), issued AS (
       SELECT s.settlement, coalesce(sum(net), 0) AS net, coalesce(sum(tax), 0) AS tax, coalesce(sum(total), 0) AS total
         FROM (VALUES ('np'), ('card'), ('in_house')) AS s (settlement)
         LEFT JOIN invoices i ON i.store_id = $1 AND i.settlement = s.settlement AND i.status IN ('issued', 'paid')
        GROUP BY s.settlement
     )
     SELECT jsonb_build_object(
       'entries', (SELECT count(*) FROM entry),
       'unbalanced', (SELECT count(*) FROM entry WHERE debit IS DISTINCT FROM credit),
       'codes', coalesce((SELECT jsonb_object_agg(account_code, jsonb_build_object('debit', debit, 'credit', credit)) FROM code), '{}'),
       'np', (SELECT to_jsonb(issued) - 'settlement' FROM issued WHERE settlement = 'np'),
       'card', (SELECT to_jsonb(issued) - 'settlement' FROM issued WHERE settlement = 'card'),
       'own', (SELECT to_jsonb(issued) - 'settlement' FROM issued WHERE settlement = 'in_house'),
       'received', (SELECT coalesce(sum(p.amount), 0) FROM payments p
                      JOIN invoices i ON i.store_id = p.store_id AND i.id = p.invoice_id AND i.settlement = 'in_house'
                     WHERE p.store_id = $1 AND p.amount > 0),
       'reversed', (SELECT coalesce(-sum(p.amount), 0) FROM payments p WHERE p.store_id = $1 AND p.amount < 0),
       'over', (SELECT coalesce(sum(over), 0) FROM deposits WHERE store_id = $1 AND over > 0)
             + (SELECT coalesce(sum(d.amount - coalesce(p.amount, 0)), 0) FROM debits d
                  JOIN invoices i ON i.store_id = d.store_id AND i.id = d.invoice_id AND i.settlement = 'in_house'
                  LEFT JOIN payments p ON p.store_id = d.store_id AND p.source_key = d.key
                 WHERE d.store_id = $1 AND d.status = 'succeeded'),
       'overReversed', (SELECT coalesce(-sum(over), 0) FROM deposits WHERE store_id = $1 AND over < 0)) AS sums`,
    [storeId],
  );
  const { unbalanced, codes, np, card, own, received, reversed, over, overReversed } = sums!.sums;
  const totalsOf = (code: string) => codes[code] ?? { debit: 0, credit: 0 };
  const actual = {
    unbalanced,
    '1110 普通預金': totalsOf('1110'),
    '1130 売掛金': totalsOf('1130'),
    '1131 売掛金（SBPS）': totalsOf('1131'),
    '1150 未収入金（NP）': totalsOf('1150'),
    '2130 仮受金': totalsOf('2130'),
    '2150 仮受消費税': totalsOf('2150'),
    '4110 売上高': totalsOf('4110'),
  };
  const expected = {
    unbalanced: 0,
    '1110 普通預金': { debit: received + over, credit: reversed + overReversed },
    '1130 売掛金': { debit: np.total + own.total + reversed, credit: np.total + received },
    '1131 売掛金（SBPS）': { debit: card.total, credit: 0 },
    '1150 未収入金（NP）': { debit: np.total, credit: 0 },
    '2130 仮受金': { debit: overReversed, credit: over },
    '2150 仮受消費税': { debit: 0, credit: np.tax + card.tax + own.tax },
    '4110 売上高': { debit: 0, credit: np.net + card.net + own.net },
  };
  assert.deepEqual(actual, expected);
}
