import { type Instant, instantOfMs } from '../../domain/calendar';
import { Prisma, type Store } from '../../generated/prisma/client';
import { type Db, type Tx, instantOut, sqlStateOf } from '../../prisma/db';
import { Refused, found, throwRefusal } from './problems';

/** The store's current instant. It takes no lock, so it also works while the clock advances. */
export async function storeNow(db: Db | Tx, store: Store, realNow: () => Date): Promise<Instant> {
  if (store.clock === 'real') return instantOfMs(realNow().getTime());
  return instantOut(found(await db.clock.findUnique({ where: { storeId: store.id } })).nowAt);
}

/**
 * The instant at which a write is accepted, by the store's clock. On a simulated clock the write holds a shared lock until it
 * commits. An advance of the clock needs an exclusive lock, so it waits for the running writes. Then it waits until
 * the messages from these writes are processed, and only then does time move.
 * @param alone true for the advance itself, which takes the exclusive lock
 * @throws Refused clock_advancing while the clock advances
 */
export async function acceptedAt(tx: Tx, store: Store, realNow: () => Date, alone = false): Promise<Instant> {
  if (store.clock === 'real') return instantOfMs(realNow().getTime());
  const [clock] = await tx.$queryRaw<{ status: string; now_at: Date }[]>`
    SELECT status, now_at FROM clocks WHERE store_id = ${store.id} ${alone ? Prisma.sql`FOR UPDATE` : Prisma.sql`FOR SHARE`}`;
  if (!clock) throw new Error(`simulated store ${store.id} has no clock`);
  return clock.status === 'advancing' ? throwRefusal('clock_advancing') : instantOut(clock.now_at);
}

/** True for PostgreSQL's lock_not_available (55P03), inside Prisma's error: the lock was not free within `lock_timeout`. */
export function isLockTimeout(e: unknown): boolean {
  return !(e instanceof Refused) && e instanceof Error && sqlStateOf(e) === '55P03';
}
