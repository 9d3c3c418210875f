import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { BookActivities, ClockActivities, GatewayActivities } from '../contracts/activities';

/** Failures that trying again cannot mend, by the names of their classes (books/lib/errors.ts) or types. */
const FINAL = ['Conflict', 'ProviderRejected', 'InvalidInput'];

/**
 * The worker beats every 5 s for what it is busy with, so the work of one that was killed is done anew after this, well before
 * a simulated clock calls it stuck.
 */
const BEATS = '15s';

const local = proxyLocalActivities<BookActivities>({
  // A step of the books takes 1–5 ms; 2 s means PostgreSQL is away. 8 s in all stay inside one workflow task's heart-beat.
  startToCloseTimeout: '2s',
  scheduleToCloseTimeout: '8s',
  retry: { initialInterval: '20ms', backoffCoefficient: 2, maximumInterval: '1s', nonRetryableErrorTypes: FINAL },
});

const regular = proxyActivities<BookActivities>({
  startToCloseTimeout: '60s',
  heartbeatTimeout: BEATS,
  retry: { initialInterval: '500ms', maximumInterval: '10s', nonRetryableErrorTypes: FINAL },
});

/** The books: each step a local activity, and when PostgreSQL is away longer than 8 s the same function as a regular one. */
export const book: BookActivities = new Proxy({} as BookActivities, {
  get: (_, name: string) => async (input: never) => {
    const step = name as keyof BookActivities;
    try {
      return await (local[step] as (i: never) => Promise<unknown>)(input);
    } catch (e) {
      if (isCancellation(e) || isFinal(e)) throw e;
      return await (regular[step] as (i: never) => Promise<unknown>)(input);
    }
  },
});

/** Set-based work on whole stores (a close, a new month): regular activities that may take minutes. */
export const bulk = proxyActivities<BookActivities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: BEATS,
  retry: { initialInterval: '500ms', maximumInterval: '10s', nonRetryableErrorTypes: FINAL },
});

/**
 * NP and SBPS on the rate-limited queue. 40 s a try: the adapters give up after 30 s; 24 h in all, then a person decides.
 */
export const gateway = (taskQueue: string) =>
  proxyActivities<GatewayActivities>({
    taskQueue,
    startToCloseTimeout: '5m',
    heartbeatTimeout: BEATS,
    scheduleToCloseTimeout: '24h',
    retry: {
      initialInterval: '500ms',
      backoffCoefficient: 2,
      maximumInterval: '1m',
      nonRetryableErrorTypes: [...FINAL, 'UnknownOutcome'],
    },
  });

export const clockwork = proxyActivities<ClockActivities>({
  // One call steps for at most 20 s of wall time, and waits for at most 50 s for the last step to settle.
  startToCloseTimeout: '120s',
  heartbeatTimeout: BEATS,
  retry: { initialInterval: '200ms', maximumInterval: '5s' },
});

/** Whether the step failed for good; else it was only PostgreSQL or the network. */
export function isFinal(e: unknown): boolean {
  if (!(e instanceof ActivityFailure && e.cause instanceof ApplicationFailure)) return false;
  return e.cause.nonRetryable === true || FINAL.includes(e.cause.type ?? '');
}

/** One line for an incident: what kind of failure and what it said. */
export function failureText(e: unknown): string {
  const cause = e instanceof ActivityFailure && e.cause ? e.cause : e;
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
