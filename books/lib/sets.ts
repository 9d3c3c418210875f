import type { Rounding } from '../../domain/tax';
import { type Db, type Tx, sql } from '../../prisma/db';

/** One statement over a whole store: 100,000 rows with their foreign keys take some 10 s on two cores. */
export const WHOLE_STORE = { timeout: 300_000 };

/**
 * For set-based statements. PostgreSQL has no statistics for a month that has just begun. It assumes one or two rows and joins by
 * nested loops: checking 1,200 drafts took over 15 s, and 20 ms by hash joins. So every table is read by a range of its key, never
 * row by row. Such statements are marked as sets (prisma/db.ts), so that no plan made for an empty month is kept.
 */
export async function joinByHash(tx: Tx): Promise<void> {
  await tx.$executeRaw(sql`SET LOCAL enable_nestloop = off`);
}

/** The store's rounding of tax and its settlement, read before the statements that use them. */
export async function termsOf(db: Db | Tx, storeId: string): Promise<{ rounding: Rounding; settlement: string }> {
  const store = await db.store.findUniqueOrThrow({
    where: { id: storeId },
    select: { taxRounding: true, settlement: true },
  });
  return { rounding: store.taxRounding, settlement: store.settlement };
}
