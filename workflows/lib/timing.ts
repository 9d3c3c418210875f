import { workflowInfo } from '@temporalio/workflow';
import { type Instant, msOf } from '../../domain/calendar';
import type { WaitName } from '../contracts/waits';

/*
 * These two functions decide how long timers and runs last. They are the only workflow code that tests replace, by
 * `workflowBundle({ timing })` in worker/bundle.ts. A test can then use timers of seconds instead of days, and let workflows
 * continue as new after each wait instead of after thousands of events.
 */

/** The duration in milliseconds of a real store's durable timer. Simulated stores have no timers. */
export function timerMs(_waitingFor: WaitName, until: Instant): number {
  // eslint-disable-next-line no-restricted-syntax -- Temporal's replayed clock; only how long a real wait lasts
  return Math.max(1, msOf(until) - Date.now());
}

/**
 * True if the workflow should continue as new now.
 * @param _hasRested whether this run has waited for a message or deadline yet
 */
export function shouldContinueAsNew(_hasRested: boolean): boolean {
  return workflowInfo().continueAsNewSuggested;
}
