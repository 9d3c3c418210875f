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
 * A workflow that fails outside of an attempt is over: nobody can repair it. It opens an incident and acknowledges its messages,
 * so that no caller and no simulated clock waits for it. Any other error (a bug in the code) fails only the workflow task, which
 * Temporal retries until the bug is mended.
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
