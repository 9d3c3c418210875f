import { rows } from '../../support/books';
import { newWorld } from '../../support/engine/engine';
import { expectedStory, playStory } from '../../support/play';

/** A simulated store runs only the days on which something is due. Its books must equal those of a store that runs every day. */

/** Makes the store run every date at 00:05, due or not. The clock steps to any due row of dispatch, also to those written here. */
async function runEveryDay(storeId: string, from: string, to: string): Promise<void> {
  await rows(
    `INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
     SELECT $1, 'start/store-day/' || $1 || '/' || day, 'start', 'store-day/' || $1 || '/' || day, 'storeDay',
            jsonb_build_object('day', day), (day || 'T00:05:00+09:00')::timestamptz, (day || 'T00:05:00+09:00')::timestamptz
       FROM (SELECT d::date::text AS day FROM generate_series($2::timestamp, $3::timestamp, interval '1 day') AS d) AS days`,
    [storeId, from, to],
  );
}

/** The books without ids: every bill with its number, lines and amounts, and the journal, both in a fixed order. */
async function booksOf(storeId: string): Promise<unknown[]> {
  const bills = rows(
    `SELECT a.reference, i.number, i.period, i.settlement, i.status, i.revision, i.net::text, i.tax::text, i.total::text,
            (SELECT jsonb_agg(jsonb_build_array(l.quantity, l.unit_amount, l.net) ORDER BY l.net, l.quantity) FROM invoice_lines l
              WHERE l.store_id = i.store_id AND l.invoice_id = i.id) AS lines
       FROM invoices i JOIN accounts a ON a.store_id = i.store_id AND a.id = i.account_id
      WHERE i.store_id = $1 ORDER BY i.period, a.reference, i.settlement, i.total`,
    [storeId],
  );
  const journal = rows(
    `SELECT e.booked_on::text, l.side, l.account_code, l.amount::text
       FROM journal_entries e JOIN journal_lines l ON l.store_id = e.store_id AND l.entry_id = e.id
      WHERE e.store_id = $1 ORDER BY 1, 3, 2, 4`,
    [storeId],
  );
  return [await bills, await journal];
}

test('gives the same events, bills, numbers and journal for half a year in which every day runs', async () => {
  const [due, every] = [await newWorld('2026-10-01'), await newWorld('2026-10-01')];
  await runEveryDay(every.storeId, '2026-10-02', '2027-04-02');
  const [ofDue, ofEvery] = await Promise.all([playStory(due), playStory(every)]);
  expect(ofDue).toEqual(expectedStory());
  expect(ofEvery).toEqual(ofDue);
  expect(await booksOf(every.storeId)).toEqual(await booksOf(due.storeId));

  const days = async (storeId: string) =>
    (
      await rows(`SELECT 1 FROM dispatch WHERE store_id = $1 AND name = 'storeDay' AND processed_at IS NOT NULL`, [
        storeId,
      ])
    ).length;
  // October 1 to April 2 are 184 days. Only the firsts of the months and the starts of the debit runs are due.
  expect(await days(every.storeId)).toBe(184);
  expect(await days(due.storeId)).toBeLessThan(20);
}, 300_000);
