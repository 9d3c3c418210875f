import { toYen } from '../../domain/money';
import type { JournalEntry } from '../../domain/ledger/entries';
import type { TaxSummary } from '../../domain/tax';
import { type Tx, sql } from '../../prisma/db';
import { rowsIn } from '../lib/sql';

/** A journal entry to be posted. Its id is its business key, e.g. `sale/<invoice id>`. */
export interface Posting {
  id: string;
  entry: JournalEntry;
  /** null = the entry belongs to several invoices, or to none. */
  invoiceId: string | null;
  /** The buyer's account, not an account of the ledger. */
  accountId: string;
  /** Id of the entry that it reverses. */
  reverses?: string;
}

/** Posts one entry of an invoice, once. Ignores an entry without lines. The lines carry the id of the invoice's buyer. */
export async function post(tx: Tx, storeId: string, id: string, entry: JournalEntry, invoiceId: string): Promise<void> {
  const where = { storeId_id: { storeId, id: invoiceId } };
  const { accountId } = await tx.invoice.findUniqueOrThrow({ where, select: { accountId: true } });
  await postAll(tx, storeId, [{ id, entry, invoiceId, accountId }]);
}

/** Posts any number of entries in one statement, each once. The database checks at commit that each entry balances. */
export async function postAll(tx: Tx, storeId: string, postings: readonly Posting[]): Promise<void> {
  const moved = postings.filter(({ entry }) => entry.lines.length > 0);
  if (moved.length === 0) return;
  const entries = moved.map(({ id, entry, invoiceId, accountId, reverses }) => ({
    id,
    reverses,
    invoice_id: invoiceId,
    account_id: accountId,
    booked_on: entry.bookedOn,
    kind: entry.kind,
    lines: entry.lines,
  }));
  await tx.$executeRaw(sql`/* set */
    WITH entry AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${rowsIn(entries)})
                 AS entry (id text, reverses text, invoice_id text, account_id text, booked_on date, kind text, lines jsonb)
    ), posted AS (
      INSERT INTO journal_entries (store_id, id, booked_on, kind, invoice_id, reverses)
      SELECT ${storeId}, id, booked_on, kind, invoice_id, reverses FROM entry
      ON CONFLICT DO NOTHING
      RETURNING id
    )
    INSERT INTO journal_lines (store_id, entry_id, line_no, side, account_code, amount, rate_class, account_id)
    SELECT ${storeId}, entry.id, line.no, line.value->>'side', line.value->>'accountCode', (line.value->>'amount')::bigint,
           line.value->>'rateClass', entry.account_id
      FROM posted
      JOIN entry USING (id)
     CROSS JOIN LATERAL jsonb_array_elements(entry.lines) WITH ORDINALITY AS line (value, no)`);
}

/** Converts the totals of an invoice row to the type that domain/ uses. */
export function taxSummary(invoice: {
  net: bigint;
  tax: bigint;
  total: bigint;
  taxes: PrismaJson.RateTotal[];
}): TaxSummary {
  return {
    rates: invoice.taxes.map(({ rate_class, rate, net, tax, gross }) => ({
      rateClass: rate_class,
      rate,
      net: toYen(net),
      tax: toYen(tax),
      gross: toYen(gross),
    })),
    net: toYen(invoice.net),
    tax: toYen(invoice.tax),
    gross: toYen(invoice.total),
  };
}
