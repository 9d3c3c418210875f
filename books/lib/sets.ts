import type { Rounding } from '../../domain/tax';
import { type Db, type Tx, sql } from '../../prisma/db';

/** Transaction options for a statement over a whole store: 100,000 rows with foreign keys take about 10 s on two cores. */
export const WHOLE_STORE = { timeout: 300_000 };

/**
 * Forbids nested-loop joins for the rest of the transaction. PostgreSQL has no statistics for a month that has just begun. It
 * assumes one or two rows and joins by nested loops: a check of 1,200 drafts took over 15 s, and with hash joins 20 ms. The
 * statements that rely on this select a range of keys from each table, because a hash join reads all rows that are selected. They
 * begin with the mark for sets (prisma/db.ts), so that PostgreSQL does not keep a plan made for an empty month.
 */
export async function joinByHash(tx: Tx): Promise<void> {
  await tx.$executeRaw(sql`SET LOCAL enable_nestloop = off`);
}

/** The store's rounding of tax, and its settlement: the credit provider NP掛け払い bills and collects (`np`) or the store itself. */
export async function termsOf(db: Db | Tx, storeId: string): Promise<{ rounding: Rounding; settlement: string }> {
  const store = await db.store.findUniqueOrThrow({
    where: { id: storeId },
    select: { taxRounding: true, settlement: true },
  });
  return { rounding: store.taxRounding, settlement: store.settlement };
}
