import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { BookActivities, ClockActivities, GatewayActivities } from '../contracts/activities';

/** Failures that no retry can change: names of error classes (see books/lib/errors.ts) or types of ApplicationFailure. */
const FINAL = ['Conflict', 'ProviderRejected', 'InvalidInput'];

/**
 * The worker sends a heartbeat every 5 s for each regular activity. After this time without a heartbeat, Temporal assumes that
 * the worker was killed and starts the activity anew. A simulated clock reports an activity as stuck only after 30 s, so the new
 * try comes first.
 */
const HEARTBEAT = '15s';

const local = proxyLocalActivities<BookActivities>({
  // An activity takes 1–5 ms, so after 2 s PostgreSQL must be away. After 8 s of retries the regular activity takes over; until
  // then the worker keeps the workflow task alive by its heart-beats.
  startToCloseTimeout: '2s',
  scheduleToCloseTimeout: '8s',
  retry: { initialInterval: '20ms', backoffCoefficient: 2, maximumInterval: '1s', nonRetryableErrorTypes: FINAL },
});

const regular = proxyActivities<BookActivities>({
  startToCloseTimeout: '60s',
  heartbeatTimeout: HEARTBEAT,
  retry: { initialInterval: '500ms', maximumInterval: '10s', nonRetryableErrorTypes: FINAL },
});

/**
 * Activities that use PostgreSQL alone. Each call through `book` runs as a local activity. If PostgreSQL is away for more than
 * 8 s, the call runs again as a regular activity.
 */
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

/**
 * The same activities for work on many rows of a store (a close, a new month). Calls through `bulk` run as regular activities,
 * because they may take minutes.
 */
export const bulk = proxyActivities<BookActivities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: HEARTBEAT,
  retry: { initialInterval: '500ms', maximumInterval: '10s', nonRetryableErrorTypes: FINAL },
});

/**
 * Calls to NP (the credit provider NP掛け払い) and SBPS (the card gateway), on the rate-limited queue. The adapters give up a
 * request after 30 s. If 24 hours of retries do not succeed, the step has failed permanently and becomes an incident.
 */
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
  // One call moves the clock for at most 20 s of wall time, and then waits at most 50 s until all due work is done: 70 s in all.
  startToCloseTimeout: '120s',
  heartbeatTimeout: HEARTBEAT,
  retry: { initialInterval: '200ms', maximumInterval: '5s' },
});

/** True if a retry cannot help. Otherwise PostgreSQL or the network was away. */
export function isFinal(e: unknown): boolean {
  if (!(e instanceof ActivityFailure && e.cause instanceof ApplicationFailure)) return false;
  return e.cause.nonRetryable === true || FINAL.includes(e.cause.type ?? '');
}

/** The text of an incident, in one line: the kind of the failure and its message. */
export function failureText(e: unknown): string {
  const cause = e instanceof ActivityFailure && e.cause ? e.cause : e;
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
