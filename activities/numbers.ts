import { type JstDate } from '../domain/calendar';
import { type Tx, sql } from '../prisma/db';

/**
 * The next number of a store's own series (`R-2026-000001`), gap-free: taken under the series' row lock in the transaction
 * that issues the document, so one that rolls back takes none. The fiscal year is that of the issue date.
 */
export async function takeNumber(tx: Tx, storeId: string, series: string, issuedOn: JstDate): Promise<string> {
  const [block] = await tx.$queryRaw<{ last: number; fiscal_year: number }[]>(sql`
    INSERT INTO number_series (store_id, series, fiscal_year, last)
    SELECT id, ${series}, ${Number(issuedOn.slice(0, 4))} - CASE WHEN ${Number(issuedOn.slice(5, 7))} < fiscal_first_month THEN 1 ELSE 0 END, 1
      FROM stores WHERE id = ${storeId}
    ON CONFLICT (store_id, series, fiscal_year) DO UPDATE SET last = number_series.last + 1
    RETURNING last, fiscal_year`);
  return `${series}-${block!.fiscal_year}-${String(block!.last).padStart(6, '0')}`;
}
