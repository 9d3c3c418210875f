import { createHash } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { type Db, type Tx, isUniqueViolation } from '../prisma/db';

/** The same key with another business input: a bug or a forged retry, never to be tried again. */
export function conflict(key: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`business key ${key} was used with another input`, 'Conflict');
}

/** SHA-256 of the value with sorted members, so equal inputs have equal hashes. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

/**
 * The template of every write: runs `work` in one transaction together with a row that keeps its key, a hash of the business
 * input (never the instant) and its result. Same key and input: the stored result; same key, other input: non-retryable conflict.
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
          if (done.inputHash !== inputHash) throw conflict(key);
          return done.result as R;
        }
        const result = await work(tx);
        await tx.once.create({ data: { storeId, key, inputHash, result: result ?? null } });
        return result;
      });
    } catch (e) {
      // Two tries at once: the loser rolls back and reads what the winner stored.
      const stored = isUniqueViolation(e) && (await db.once.findUnique({ where: { storeId_key: { storeId, key } } }));
      if (!stored) throw e;
    }
  }
}

function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.entries(value).filter(([, v]) => v !== undefined);
  return `{${members
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`)
    .join(',')}}`;
}
