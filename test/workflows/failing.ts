import { ApplicationFailure, CancelledFailure, continueAsNew } from '@temporalio/workflow';
import type { Start } from '../../workflows/contracts/messages';

/** Ends as the input says: with a failure, with a cancellation, or in a new run that returns. */
export async function failing(input: Start & { how: 'fail' | 'cancel' | 'continue' | 'return' }): Promise<void> {
  if (input.how === 'fail') throw ApplicationFailure.nonRetryable('no such order', 'InvalidInput');
  if (input.how === 'cancel') throw new CancelledFailure('cancelled');
  if (input.how === 'continue') await continueAsNew<typeof failing>({ ...input, how: 'return' });
}
