import { continueAsNew } from '@temporalio/workflow';
import type { ClockStart, StoreDayStart } from '../contracts/messages';
import { bulk, clockwork } from '../lib/activities';
import { Life } from '../lib/life';

/** The unit of calendar work: every day since the store's last one, in order, starts what it calls for. */
export async function storeDay(input: StoreDayStart): Promise<void> {
  const life = new Life<never>(input, null);
  await bulk.workStoreDays({ ...life.fact, day: input.day });
  await life.end();
}

/** A simulated store's time, driven forward from due instant to due instant, each settled before the next. */
export async function clock(input: ClockStart): Promise<void> {
  const { status } = await clockwork.stepClock({ storeId: input.storeId });
  if (status === 'advancing') await continueAsNew<typeof clock>(input);
}
