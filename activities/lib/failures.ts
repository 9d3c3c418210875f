import { ApplicationFailure } from '@temporalio/common';
import { Conflict, InvalidInput } from '../../books/lib/errors';

/** True if a retry cannot mend the failure, so that an operator has to decide what to do. */
export function isFinalFailure(e: unknown): e is Error {
  return (
    e instanceof Conflict || e instanceof InvalidInput || (e instanceof ApplicationFailure && e.nonRetryable === true)
  );
}
