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
 * A workflow that fails outside of an attempt is over: nobody can repair it. It leaves an incident, and its messages are
 * acknowledged, so that neither a caller nor a simulated store's clock waits for it. What isn't a failure in Temporal's sense
 * (a bug in the code) fails the workflow task only, and goes on once it is mended.
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
