import { Client, Connection } from '@temporalio/client';
import { Command } from 'commander';
import { join } from 'node:path';
import type { Progress } from '../dev/services/progress';
import { startProgram } from '../dev/services/programs';
import type { Stack } from '../dev/services/stack';
import { BARE_QUEUE } from './bare/worker';
import { type Load, cpuOf, load } from './load';
import { Shop } from './shop';
import { measured, median } from './stack';

interface Options {
  pairs: number;
  seconds: number;
  inFlight: number;
}

export const orderBench = new Command('order')
  .description('orders by HTTP until they are confirmed, compared with a workflow of three activities that do nothing')
  .option('--pairs <n>', 'turns of orders and of bare workflows', Number, 5)
  .option('--seconds <n>', 'duration of each turn', Number, 10)
  .option('--in-flight <n>', 'orders, or workflows, at the same time', Number, 32)
  .action((options: Options) => measured((stack, log) => orders(stack, log, options)));

async function orders(stack: Stack, log: Progress, { pairs, seconds, inFlight }: Options): Promise<object> {
  const bare = await startBare(stack);
  const shop = await log.step('Screening the buyers', () => Shop.open(stack, inFlight));
  const settle = () => shop.settle();
  const turns = {
    bare: (s: number) => load({ seconds: s, inFlight }, () => bare.run()),
    order: (s: number) => load({ seconds: s, inFlight, settle }, () => shop.order()),
  };
  await log.step('Warming up', async () => {
    await turns.order(seconds);
    await turns.bare(seconds / 2);
  });
  const accountEvents = await shop.accountEvents();
  shop.orders.length = 0;
  const measurements: { bare: Load; order: Load }[] = [];
  for (let pair = 1; pair <= pairs; pair += 1) {
    const [bare, order] = [await turns.bare(seconds), await turns.order(seconds)];
    measurements.push({ bare, order });
    log.line(`${pair}. ${order.perSecond.toFixed(1)} orders/s, ${bare.perSecond.toFixed(1)} bare/s`);
    log.line(`   CPU ms an order: ${cpuShares(order)}\n   CPU ms a bare:   ${cpuShares(bare)}`);
  }
  await shop.check();
  const events = (await shop.orderEvents()) + ((await shop.accountEvents()) - accountEvents) / shop.orders.length;
  await shop.close();
  await bare.stop();
  const middle = (of: (pair: { bare: Load; order: Load }) => number) =>
    Number(median(measurements.map(of)).toPrecision(3));
  return {
    bench: 'order',
    orders_per_s: middle(({ order }) => order.perSecond),
    bare_per_s: middle(({ bare }) => bare.perSecond),
    ratio: middle(({ order, bare }) => order.perSecond / bare.perSecond),
    cpu_s_per_order: middle(({ order }) => cpuOf(order, 'api/main.ts', 'worker/main.ts')),
    cpu_s_per_bare: middle(({ bare }) => cpuOf(bare, 'bare/worker.ts', 'bench/main.ts')),
    events_per_order: Number(events.toFixed(2)),
  };
}

/** A line of text with the CPU milliseconds that each program used per order, or per bare workflow. */
function cpuShares(of: Load): string {
  const parts = {
    api: cpuOf(of, 'api/main.ts'),
    worker: cpuOf(of, ' worker/main.ts'),
    'bare worker': cpuOf(of, 'bare/worker.ts'),
    bench: cpuOf(of, 'bench/main.ts'),
    Temporal: cpuOf(of, 'start-dev'),
    PostgreSQL: cpuOf(of, 'postgres'),
    simulators: cpuOf(of, 'simulators/'),
  };
  return Object.entries(parts)
    .map(([name, seconds]) => `${name} ${(seconds * 1000).toFixed(1)}`)
    .join(', ');
}

async function startBare(stack: Stack): Promise<{ run(): Promise<void>; stop(): Promise<void> }> {
  const service = await startProgram({
    name: 'bare worker',
    file: 'bench/bare/worker.ts',
    env: { ...process.env, TEMPORAL_ADDRESS: stack.temporalAddress, TEMPORAL_NAMESPACE: stack.temporalNamespace },
    logFile: join(stack.logDir, 'bare-worker.log'),
  });
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const client = new Client({ connection, namespace: stack.temporalNamespace });
  let n = 0;
  return {
    run: () =>
      client.workflow.execute('bare', { taskQueue: BARE_QUEUE, workflowId: `bare/${++n}`, workflowTaskTimeout: '5s' }),
    async stop() {
      await connection.close();
      await service.stop();
    },
  };
}
