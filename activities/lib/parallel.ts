import { asyncLocalStorage } from '@temporalio/activity';

/**
 * Runs `work` for every item, at most `width` at a time, and sends a heartbeat after each item. If one item fails, the others are
 * still done.
 * @throws the first failure, after all items are done
 */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) {
      await work(item).catch((e: unknown) => failures.push(e));
      heartbeat();
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  if (failures.length > 0) throw failures[0];
}

/** Sends a heartbeat of the running activity. Does nothing outside of an activity. */
export function heartbeat(): void {
  asyncLocalStorage.getStore()?.heartbeat();
}
