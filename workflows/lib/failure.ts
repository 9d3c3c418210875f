import {
  ContinueAsNew,
  TemporalFailure,
  type WorkflowInterceptors,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { type Instant, instantOfMs } from '../../domain/calendar';
import { book, failureText } from './activities';

/**
 * Reports a workflow that fails outside of `Life.attempt`. Such a workflow is over and nobody can repair it, so this opens an
 * incident and acknowledges the workflow's messages. Otherwise their senders and a simulated clock would wait forever. An error
 * that is not a TemporalFailure (a bug in the code) fails only the workflow task, which Temporal retries until the bug is fixed.
 */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (e) {
          if (!(e instanceof TemporalFailure) || e instanceof ContinueAsNew || isCancellation(e)) throw e;
          const [start] = input.args as [{ storeId: string; at?: Instant }];
          const { workflowId, startTime } = workflowInfo();
          await book.workflowFailed({
            storeId: start.storeId,
            at: start.at ?? instantOfMs(startTime.getTime()),
            workflowId,
            detail: failureText(e),
          });
          throw e;
        }
      },
    },
  ],
});
