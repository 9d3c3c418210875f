import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { BookActivities, ClockActivities, GatewayActivities } from '../contracts/activities';

/** Failures that a retry cannot mend, by the names of their classes (books/lib/errors.ts) or types. */
const FINAL = ['Conflict', 'ProviderRejected', 'InvalidInput'];

/**
 * The worker sends a heartbeat every 5 s for each running activity. The activities of a killed worker start anew after this time,
 * well before a simulated clock calls them stuck.
 */
const HEARTBEAT = '15s';

const local = proxyLocalActivities<BookActivities>({
  // A step of the books takes 1–5 ms; after 2 s PostgreSQL is away. The 8 s in all fit into one workflow task's heartbeat.
  startToCloseTimeout: '2s',
  scheduleToCloseTimeout: '8s',
  retry: { initialInterval: '20ms', backoffCoefficient: 2, maximumInterval: '1s', nonRetryableErrorTypes: FINAL },
});

const regular = proxyActivities<BookActivities>({
  startToCloseTimeout: '60s',
  heartbeatTimeout: HEARTBEAT,
  retry: { initialInterval: '500ms', maximumInterval: '10s', nonRetryableErrorTypes: FINAL },
});

/** The books. Each step is a local activity; if PostgreSQL is away for more than 8 s, it runs again as a regular activity. */
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

/** Work on all rows of a store (a close, a new month). These regular activities may take minutes. */
export const bulk = proxyActivities<BookActivities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: HEARTBEAT,
  retry: { initialInterval: '500ms', maximumInterval: '10s', nonRetryableErrorTypes: FINAL },
});

/** Calls to NP and SBPS, on the rate-limited queue. The adapters give up a call after 30 s; after 24 h in all a person decides. */
export const gateway = (taskQueue: string) =>
  proxyActivities<GatewayActivities>({
    taskQueue,
    startToCloseTimeout: '5m',
    heartbeatTimeout: HEARTBEAT,
    scheduleToCloseTimeout: '24h',
    retry: {
      initialInterval: '500ms',
      backoffCoefficient: 2,
      maximumInterval: '1m',
      nonRetryableErrorTypes: [...FINAL, 'UnknownOutcome'],
    },
  });

export const clockwork = proxyActivities<ClockActivities>({
  // One call steps the clock for at most 20 s of wall time, then waits at most 50 s until the store has settled.
  startToCloseTimeout: '120s',
  heartbeatTimeout: HEARTBEAT,
  retry: { initialInterval: '200ms', maximumInterval: '5s' },
});

/** Whether the step failed permanently. Otherwise only PostgreSQL or the network was away. */
export function isFinal(e: unknown): boolean {
  if (!(e instanceof ActivityFailure && e.cause instanceof ApplicationFailure)) return false;
  return e.cause.nonRetryable === true || FINAL.includes(e.cause.type ?? '');
}

/** One line for an incident: the kind of failure and its message. */
export function failureText(e: unknown): string {
  const cause = e instanceof ActivityFailure && e.cause ? e.cause : e;
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
