import { ApplicationFailure } from '@temporalio/common';
import { Conflict, InvalidInput } from '../../books/lib/errors';

/** Whether trying again cannot mend it, so that it is for a person to look at. */
export function isFinalFailure(e: unknown): e is Error {
  return (
    e instanceof Conflict || e instanceof InvalidInput || (e instanceof ApplicationFailure && e.nonRetryable === true)
  );
}
