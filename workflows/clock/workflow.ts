import { continueAsNew } from '@temporalio/workflow';
import type { ClockStart } from '../contracts/messages';
import { clockwork } from '../lib/activities';

/** A simulated store's time, driven forward from due instant to due instant, each settled before the next. */
export async function clock(input: ClockStart): Promise<void> {
  const { status } = await clockwork.stepClock({ storeId: input.storeId });
  if (status === 'advancing') await continueAsNew<typeof clock>(input);
}
