import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import pino from 'pino';
import { openDb } from '../prisma/db';
import { bookActivities, gatewayActivities } from './activities';
import { sendHeartbeats } from './heartbeat';
import { workflowBundle } from './bundle';
import { createDelivery } from '../dispatch/delivery';
import { createDeps } from './deps';
import { DispatchLoop } from '../dispatch/loop';
import { concurrency } from './options';
import { gatewayQueueOf, taskQueueOf } from '../dispatch/queues';
import { startUpkeep } from './upkeep';

/** Parts of the worker that tests replace. */
export interface WorkerReplacements {
  /** Path of a module that takes the place of workflows/lib/timing.ts. */
  timing?: string;
  createWorker?: (options: WorkerOptions) => Promise<Worker>;
}

/**
 * Runs the worker process. It has two Temporal workers for stores on real time and two for stores on a simulated clock: one for
 * workflows and database activities, and one for activities that call providers. It also runs the dispatch loop, which delivers
 * the rows of the dispatch table, and the upkeep of schedules and clocks.
 */
async function main({ timing, createWorker }: WorkerReplacements): Promise<void> {
  const env = (name: string, fallback?: string): string => {
    const value = process.env[name] ?? fallback;
    if (!value) throw new Error(`${name} is not set: the worker can't start without it`);
    return value;
  };
  const log = pino({ level: env('LOG_LEVEL', 'info'), base: { process: 'worker' } }, pino.destination(2));
  const address = env('TEMPORAL_ADDRESS', '127.0.0.1:7233');
  const namespace = env('TEMPORAL_NAMESPACE', 'default');
  const databaseUrl = env('DATABASE_URL');

  Runtime.install({
    // The list is empty because the SDK must not react to SIGINT or SIGTERM. On these signals main() stops the workers and the
    // dispatch loop itself, and then closes the connections.
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'WARN' }, forward: {} } },
    logger: {
      log: (level, message, meta) =>
        log[level === 'WARN' ? 'warn' : level === 'ERROR' ? 'error' : 'debug']({ meta }, message),
      trace: (message, meta) => log.trace({ meta }, message),
      debug: (message, meta) => log.debug({ meta }, message),
      info: (message, meta) => log.debug({ meta }, message),
      warn: (message, meta) => log.warn({ meta }, message),
      error: (message, meta) => log.error({ meta }, message),
    },
  });

  const db = openDb(databaseUrl);
  const deps = createDeps({
    db,
    log,
    publicUrl: env('PUBLIC_URL', env('API_URL', 'http://127.0.0.1:4000')),
    resend: {
      apiKey: env('RESEND_API_KEY', 're_simulated'),
      baseUrl: env('RESEND_BASE_URL', 'https://api.resend.com'),
    },
  });
  const connection = await NativeConnection.connect({ address });
  const clientConnection = await Connection.connect({ address });
  const client = new Client({ connection: clientConnection, namespace });

  const create = createWorker ?? ((options: WorkerOptions) => Worker.create(options));
  const bundle = await workflowBundle({ timing });
  const books = bookActivities(deps);
  const gateways = gatewayActivities(deps);
  const shared = {
    connection,
    namespace,
    interceptors: { activity: [sendHeartbeats] },
    shutdownGraceTime: '10s',
    shutdownForceTime: '20s',
  };
  const workers = await Promise.all(
    ['real', 'simulated'].flatMap((clock) => [
      create({
        ...shared,
        taskQueue: taskQueueOf(clock),
        workflowBundle: bundle,
        activities: books,
        ...concurrency,
      }),
      create({
        ...shared,
        taskQueue: gatewayQueueOf(clock),
        activities: gateways,
        maxConcurrentActivityTaskExecutions: concurrency.maxConcurrentActivityTaskExecutions,
        // The providers (NP for credit, SBPS for cards) publish no rate limit. We chose a cautious one: 50 activities a second
        // for all worker processes together. Simulators need no limit.
        ...(clock === 'real' && { maxTaskQueueActivitiesPerSecond: 50 }),
      }),
    ]),
  );

  const delivery = createDelivery({ db, client, log });
  const loop = new DispatchLoop(deps, delivery, databaseUrl);
  const running = Promise.all([...workers.map((worker) => worker.run()), loop.run()]);
  const stopUpkeep = startUpkeep({ db, client, log });
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);

  const stop = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    loop.stop();
    stopUpkeep();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await running;
  await clientConnection.close();
  await connection.close();
  await db.$disconnect();
}

/** Runs the worker as this process, until SIGTERM or SIGINT. */
export function startWorker(replacements: WorkerReplacements = {}): void {
  main(replacements).then(
    () => process.exit(0),
    (e: unknown) => {
      process.stderr.write(`worker: ${e instanceof Error ? (e.stack ?? e.message) : String(e)}\n`);
      process.exit(1);
    },
  );
}

if (require.main === module) startWorker();
