import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { concurrency } from '../../worker/options';

export const BARE_QUEUE = 'bench-bare';

/** The worker process of the bare workflows, with which bench/order.ts compares orders. */
async function main(): Promise<void> {
  Runtime.install({ shutdownSignals: ['SIGTERM'], telemetryOptions: { logging: { filter: 'WARN', forward: {} } } });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS']! }),
    namespace: process.env['TEMPORAL_NAMESPACE']!,
    taskQueue: BARE_QUEUE,
    workflowsPath: require.resolve('./workflow'),
    activities: { noop: async () => {} },
    ...concurrency,
  });
  const running = worker.run();
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
  await running;
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
