import type { JstDate } from '../../domain/calendar';
import { type Tx, sql } from '../../prisma/db';

/**
 * Takes the next `count` numbers of a series of the store (`INV-2026-000001`). The numbers have no gaps, because the series stays
 * locked until the transaction commits or rolls back. The year in a number is the one in which the fiscal year of the issue date
 * begins.
 */
export async function takeNumbers(
  tx: Tx,
  storeId: string,
  series: string,
  issuedOn: JstDate,
  count: number,
): Promise<string[]> {
  const [year, month] = [Number(issuedOn.slice(0, 4)), Number(issuedOn.slice(5, 7))];
  const [block] = await tx.$queryRaw<{ last: number; fiscal_year: number }[]>(sql`
    INSERT INTO number_series (store_id, series, fiscal_year, last)
    SELECT id, ${series}, ${year} - CASE WHEN ${month} < fiscal_first_month THEN 1 ELSE 0 END, ${count}
      FROM stores WHERE id = ${storeId}
    ON CONFLICT (store_id, series, fiscal_year) DO UPDATE SET last = number_series.last + EXCLUDED.last
    RETURNING last, fiscal_year`);
  const { last, fiscal_year } = block!;
  return Array.from(
    { length: count },
    (_, index) => `${series}-${fiscal_year}-${String(last - count + index + 1).padStart(6, '0')}`,
  );
}
