import { ApplicationFailure } from '@temporalio/common';

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
      nonRetryable: known?.nonRetryable ?? false,
      details: [{ next: next() }],
      ...(e instanceof Error && { cause: e }),
    });
  }
}
