import { continueAsNew } from '@temporalio/workflow';
import type { ClockStart } from '../contracts/messages';
import { clockwork } from '../lib/activities';

/** Moves a simulated store's time from due instant to due instant. The store settles at each one before the next. */
export async function clock(input: ClockStart): Promise<void> {
  const { status } = await clockwork.stepClock({ storeId: input.storeId });
  if (status === 'advancing') await continueAsNew<typeof clock>(input);
}
