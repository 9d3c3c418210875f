import { workflowInfo } from '@temporalio/workflow';
import { type Instant, msOf } from '../../domain/calendar';
import type { WaitName } from '../contracts/waits';

/*
 * How long timers and runs last. These two functions are the only workflow code that tests replace (`workflowBundle({ timing })` in
 * worker/bundle.ts): timers of seconds in place of days, and a new run after each rest in place of one after thousands of events.
 */

/** Milliseconds for which a real store's durable timer runs. Simulated stores have no timers. */
export function timerMs(_waitingFor: WaitName, until: Instant): number {
  // eslint-disable-next-line no-restricted-syntax -- Temporal's replayed clock; only how long a real wait lasts
  return Math.max(1, msOf(until) - Date.now());
}

/** Whether the workflow should continue as new now. @param _hasRested whether this run has come to rest at least once */
export function shouldContinueAsNew(_hasRested: boolean): boolean {
  return workflowInfo().continueAsNewSuggested;
}
