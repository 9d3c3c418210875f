import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json';
import { Conflict } from './errors';
import { type Db, type Tx, isUniqueViolation } from '../../prisma/db';

/** The error for a business key that is used again with another input. */
export function keyConflict(key: string): Conflict {
  return new Conflict(`business key ${key} was used with another input`);
}

/** SHA-256 of the value as JSON with sorted members, so that equal values have equal hashes. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/**
 * Runs `work` once for a business key: in one transaction with it, stores the key, a hash of the input, and the result. A call
 * with the same key and input returns the stored result, so a retry changes nothing.
 * @param input business data without the time of the call, which differs between retries
 * @throws Conflict when the key was used with another input
 */
export async function once<R>(
  db: Db,
  storeId: string,
  key: string,
  input: unknown,
  work: (tx: Tx) => Promise<R>,
): Promise<R> {
  const inputHash = hashOf(input);
  for (;;) {
    try {
      return await db.$transaction(async (tx) => {
        const done = await tx.once.findUnique({ where: { storeId_key: { storeId, key } } });
        if (done) {
          if (done.inputHash !== inputHash) throw keyConflict(key);
          return done.result as R;
        }
        const result = await work(tx);
        await tx.once.create({ data: { storeId, key, inputHash, result: result ?? null } });
        return result;
      });
    } catch (e) {
      // If two calls run at once, the later one fails on the key, rolls back, and reads the result that the other one stored.
      const stored = isUniqueViolation(e) && (await db.once.findUnique({ where: { storeId_key: { storeId, key } } }));
      if (!stored) throw e;
    }
  }
}
