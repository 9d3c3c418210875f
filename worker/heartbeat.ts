import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';

/** The time between two heartbeats: a third of the 15 s after which Temporal considers an activity lost. */
const EVERY_MS = 5_000;

/**
 * Sends heartbeats while an activity works, so that Temporal notices a dead worker within 15 s and retries on another one. An
 * activity itself may take minutes, for example one statement over a whole store.
 */
export function sendHeartbeats(context: Context): ActivityInterceptors {
  return {
    inbound: {
      async execute(input, next) {
        if (context.info.isLocal || context.info.heartbeatTimeoutMs === undefined) return next(input);
        const timer = setInterval(() => context.heartbeat(), EVERY_MS);
        try {
          return await next(input);
        } finally {
          clearInterval(timer);
        }
      },
    },
  };
}
