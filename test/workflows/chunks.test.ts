import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { chunkBefore } from '../../activities/lib/chunk';
import type { Chunk } from '../../workflows/contracts/activities';
import { everyChunk } from '../../workflows/lib/chunks';

/** Three chunks, a to c; the second one fails for good, and a person decides. */

const NEXT: Record<string, string | null> = { a: 'b', b: 'c', c: null };

async function played(decision: 'skip' | 'retry', fail: (next: string | null) => Promise<never>) {
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

/** As the workflow sees it, through the activity's failure. */
const rejected = (next: string | null) =>
  chunkBefore(
    () => next,
    () => Promise.reject(ApplicationFailure.nonRetryable('refused', 'ProviderRejected')),
  ).catch((e: ApplicationFailure) => {
    throw new ActivityFailure('failed', 'chunk', '1', 'NON_RETRYABLE_FAILURE', undefined, e);
  });

test('a chunk left out is the only one left out', async () => {
  expect(await played('skip', rejected)).toEqual(['a', 'b', 'c']);
});

test('tried again, the others follow it', async () => {
  expect(await played('retry', rejected)).toEqual(['a', 'b', 'b', 'c']);
});

test('a day of tries ran out: what the last of them said counts', async () => {
  const ranOut = (next: string | null) =>
    rejected(next).catch((e: ActivityFailure) => {
      const timeout = new TimeoutFailure('no more time', undefined, 'SCHEDULE_TO_CLOSE');
      Object.assign(timeout, { cause: e.cause });
      throw new ActivityFailure('failed', 'chunk', '1', 'TIMEOUT', undefined, timeout);
    });
  expect(await played('skip', ranOut)).toEqual(['a', 'b', 'c']);
});

test('what failed is told as it was, and may be tried again as before', async () => {
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
