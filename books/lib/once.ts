import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json';
import { Conflict } from './errors';
import { type Db, type Tx, isUniqueViolation } from '../../prisma/db';

/** The failure when a key is used with another business input. */
export function keyConflict(key: string): Conflict {
  return new Conflict(`business key ${key} was used with another input`);
}

/** SHA-256 of the value with sorted members, so equal inputs have equal hashes. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/**
 * The template of every write: runs `work` in one transaction together with a row of its key, a hash of the business input (never
 * the instant) and its result. The same key and input again return the stored result.
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
      // If two tries run at once, the loser rolls back and reads the result that the winner stored.
      const stored = isUniqueViolation(e) && (await db.once.findUnique({ where: { storeId_key: { storeId, key } } }));
      if (!stored) throw e;
    }
  }
}
