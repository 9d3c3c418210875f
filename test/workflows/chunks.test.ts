import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { chunkBefore } from '../../activities/lib/chunk';
import type { Chunk } from '../../workflows/contracts/activities';
import { everyChunk } from '../../workflows/lib/chunks';

/** Three chunks, a to c. The second fails permanently, and a person decides. */

const NEXT: Record<string, string | null> = { a: 'b', b: 'c', c: null };

async function runChunks(decision: 'skip' | 'retry', fail: (next: string | null) => Promise<never>) {
  const begun: string[] = [];
  let broken = true;
  const step = async (after: string | null): Promise<Chunk> => {
    const chunk = after ?? 'a';
    begun.push(chunk);
    if (chunk === 'b' && broken) await fail(NEXT[chunk]!);
    return { next: NEXT[chunk]!, count: 1 };
  };
  const attempt = async (...of: unknown[]) => {
    const work = of.at(-1) as () => Promise<Chunk>;
    try {
      return { kind: 'done', value: await work() };
    } catch {
      if (decision === 'skip') return { kind: 'skipped' };
      broken = false;
      return { kind: 'done', value: await work() };
    }
  };
  await everyChunk({ attempt } as never, 'draft/2026-10', 'draft', step);
  return begun;
}

/** A rejection as the workflow receives it, wrapped in the activity's failure. */
const rejected = (next: string | null) =>
  chunkBefore(
    () => next,
    () => Promise.reject(ApplicationFailure.nonRetryable('refused', 'ProviderRejected')),
  ).catch((e: ApplicationFailure) => {
    throw new ActivityFailure('failed', 'chunk', '1', 'NON_RETRYABLE_FAILURE', undefined, e);
  });

test('skipping a failed chunk skips no other chunk', async () => {
  expect(await runChunks('skip', rejected)).toEqual(['a', 'b', 'c']);
});

test('after a chunk is retried, the others follow', async () => {
  expect(await runChunks('retry', rejected)).toEqual(['a', 'b', 'b', 'c']);
});

test('when a day of retries runs out, the last failure says where to continue', async () => {
  const ranOut = (next: string | null) =>
    rejected(next).catch((e: ActivityFailure) => {
      const timeout = new TimeoutFailure('no more time', undefined, 'SCHEDULE_TO_CLOSE');
      Object.assign(timeout, { cause: e.cause });
      throw new ActivityFailure('failed', 'chunk', '1', 'TIMEOUT', undefined, timeout);
    });
  expect(await runChunks('skip', ranOut)).toEqual(['a', 'b', 'c']);
});

test('a failure keeps its message and type, and stays retryable', async () => {
  const failing = chunkBefore(
    () => 'c',
    () => Promise.reject(new RangeError('too many')),
  );
  await expect(failing).rejects.toMatchObject({
    message: 'too many',
    type: 'RangeError',
    nonRetryable: false,
    details: [{ next: 'c' }],
  });
});
