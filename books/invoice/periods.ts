import { type Period, nextPeriod } from '../../domain/calendar';
import { type Tx, sql } from '../../prisma/db';

/**
 * Adds a billing month to a store. A month that exists already stays unchanged.
 * @param status `closed` for a past month without sales, which needs no close. An item that still comes for it is billed in the
 *   next open month
 * @returns true if the month was added
 */
export async function addPeriod(
  tx: Tx,
  storeId: string,
  period: Period,
  status: 'open' | 'closed' = 'open',
): Promise<boolean> {
  const { count } = await tx.billingPeriod.createMany({ data: [{ storeId, period, status }], skipDuplicates: true });
  return count === 1;
}

/** Finds the first open month from `from` on. Locks it until the transaction ends, so that no close can freeze it meanwhile. */
export async function holdOpenPeriod(tx: Tx, storeId: string, from: Period): Promise<Period> {
  let period = from;
  for (;;) {
    const [held] = await tx.$queryRaw<{ status: string }[]>(sql`
      SELECT status FROM periods WHERE store_id = ${storeId} AND period = ${period} FOR SHARE`);
    if (held?.status === 'open') return period;
    if (held) period = nextPeriod(period);
    else await addPeriod(tx, storeId, period);
  }
}
