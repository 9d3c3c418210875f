import { continueAsNew } from '@temporalio/workflow';
import type { ClockStart } from '../contracts/messages';
import { clockwork } from '../lib/activities';

/**
 * Moves a simulated store's time forward to its target. Time jumps to the next instant at which something is due, and jumps again
 * only once all work due at that instant is done.
 */
export async function clock(input: ClockStart): Promise<void> {
  const { status } = await clockwork.stepClock({ storeId: input.storeId });
  if (status === 'advancing') await continueAsNew<typeof clock>(input);
}
