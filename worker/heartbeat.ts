import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';

/** A third of the 15 s that every activity is allowed between heartbeats. A statement over a whole store may take minutes. */
const EVERY_MS = 5_000;

/** Sends heartbeats while an activity works, so that Temporal notices a dead worker within 15 s and retries elsewhere. */
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
