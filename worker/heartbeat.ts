import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';

/** The time between two heartbeats: a third of the 15 s after which Temporal considers an activity lost. */
const EVERY_MS = 5_000;

/**
 * Sends heartbeats while an activity works, if it has a heartbeat timeout. Temporal then notices a dead worker within 15 s and
 * retries the activity on another worker. The activity's own timeout would notice it much later, because one statement over a
 * whole store may take minutes.
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
