import { proxyActivities } from '@temporalio/workflow';

const { noop } = proxyActivities<{ noop(): Promise<void> }>({ startToCloseTimeout: '10s' });

/** The smallest possible workflow with three steps. */
export async function bare(): Promise<void> {
  await noop();
  await noop();
  await noop();
}
