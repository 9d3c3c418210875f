import { proxyActivities } from '@temporalio/workflow';

const { noop } = proxyActivities<{ noop(): Promise<void> }>({ startToCloseTimeout: '10s' });

/** A workflow of three activities that do nothing. Its rate shows how fast Temporal itself is on this machine. */
export async function bare(): Promise<void> {
  await noop();
  await noop();
  await noop();
}
