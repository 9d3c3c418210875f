import { asyncLocalStorage } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { isRefusal } from '../prisma/db';

/** What PostgreSQL keeps refusing is not mended by trying: after about 4 s of tries a person is asked. */
const TRIES = 4;

/**
 * Does the work of one chunk. A failure says where the next chunk begins, so that a person can have this one alone left out.
 * @param next as the chunk would have answered, once it knows
 */
export async function chunkBefore<T>(next: () => string | null, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (e) {
    const { message, name } = e instanceof Error ? e : new Error(String(e));
    const known = e instanceof ApplicationFailure ? e : null;
    throw ApplicationFailure.create({
      message,
      type: known?.type ?? name,
      nonRetryable: known?.nonRetryable ?? (isRefusal(e) && tries() >= TRIES),
      details: [{ next: next() }],
      ...(e instanceof Error && { cause: e }),
    });
  }
}

/** Outside of an activity there is no second try. */
function tries(): number {
  return asyncLocalStorage.getStore()?.info.attempt ?? 1;
}
