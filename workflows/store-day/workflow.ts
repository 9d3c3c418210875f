import { defineSearchAttributeKey } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';
import { dateOf, instantOfMs } from '../../domain/calendar';
import { keys } from '../contracts/keys';
import type { StoreDayStart } from '../contracts/messages';
import { bulk } from '../lib/activities';
import { Life } from '../lib/life';

const scheduledAt = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/** The daily work of a store: starts the workflows that are due on each day not done yet, up to the given day, in order. */
export async function storeDay(input: StoreDayStart | ScheduledDay): Promise<void> {
  const start = 'day' in input ? input : dayOfSchedule(input);
  const life = new Life<never>(start, null);
  await bulk.workStoreDays({ ...life.fact, day: start.day });
  await life.end();
}

/** The input that the Temporal Schedule of a real store gives. */
interface ScheduledDay {
  storeId: string;
  clock: 'real';
}

/** Builds the input of a run that a Temporal Schedule started. Its day is the scheduled day even if the run begins later. */
function dayOfSchedule(input: ScheduledDay): StoreDayStart {
  const { typedSearchAttributes, workflowId, startTime } = workflowInfo();
  const at = instantOfMs((typedSearchAttributes.get(scheduledAt) ?? startTime).getTime());
  return { ...input, at, day: dateOf(at), messageId: keys.message.start(workflowId) };
}
