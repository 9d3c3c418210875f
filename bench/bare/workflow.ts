import { proxyActivities } from '@temporalio/workflow';

const { noop } = proxyActivities<{ noop(): Promise<void> }>({ startToCloseTimeout: '10s' });

/** The least a workflow with three steps can be. */
export async function bare(): Promise<void> {
  await noop();
  await noop();
  await noop();
}
