import { type Instant, instantOfMs } from '../../domain/calendar';
import { Prisma, type Store } from '../../generated/prisma/client';
import { type Db, type Tx, instantOut, sqlStateOf } from '../../prisma/db';
import { Refused, found, throwRefusal } from './problems';

/** The store's present, for reading. */
export async function storeNow(db: Db | Tx, store: Store, realNow: () => Date): Promise<Instant> {
  if (store.clock === 'real') return instantOfMs(realNow().getTime());
  return instantOut(found(await db.clock.findUnique({ where: { storeId: store.id } })).nowAt);
}

/**
 * The instant a write is accepted at. Holds a simulated clock where it is until the transaction ends: an advance takes the
 * row for itself, so what was accepted before it is settled by it.
 * @param alone for the advance itself: waits for the writes under way and keeps others out
 * @throws Refused clock_advancing
 */
export async function acceptedAt(tx: Tx, store: Store, realNow: () => Date, alone = false): Promise<Instant> {
  if (store.clock === 'real') return instantOfMs(realNow().getTime());
  const [clock] = await tx.$queryRaw<{ status: string; now_at: Date }[]>`
    SELECT status, now_at FROM clocks WHERE store_id = ${store.id} ${alone ? Prisma.sql`FOR UPDATE` : Prisma.sql`FOR SHARE`}`;
  if (!clock) throw new Error(`simulated store ${store.id} has no clock`);
  return clock.status === 'advancing' ? throwRefusal('clock_advancing') : instantOut(clock.now_at);
}

/** PostgreSQL's lock_not_available (55P03), which Prisma wraps: a row was held by others for longer than 5 s. */
export function isLockTimeout(e: unknown): boolean {
  return !(e instanceof Refused) && e instanceof Error && sqlStateOf(e) === '55P03';
}
