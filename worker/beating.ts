import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';

/** A statement over a whole store may take minutes and can't tell of itself; a third of the 15 s that every activity is allowed. */
const EVERY_MS = 5_000;

/** Tells Temporal, while an activity works, that its worker is alive: one that died is replaced in 15 s. */
export function beating(context: Context): ActivityInterceptors {
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
