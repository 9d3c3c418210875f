import { Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports';
import { type Service, startService } from './processes';
import { type Progress, SetupError } from './progress';
import { MIN_SERVER, obtainTemporal, tooOld } from './temporal-binary';

export interface Temporal {
  /** host:port of the gRPC front end. */
  address: string;
  /** Address of the Temporal UI; undefined when headless or when the server is external. */
  uiUrl?: string;
  /** The server's process; undefined when the server is external. */
  service?: Service;
  stop(): Promise<void>;
}

export const NAMESPACE = process.env.TEMPORAL_NAMESPACE ?? 'default';

/** All search attributes, by which operators find workflows. The last three are the name, owner and deadline of a wait. */
const SEARCH_ATTRIBUTES = [
  'StoreId=Keyword',
  'AccountId=Keyword',
  'Status=Keyword',
  'WaitingFor=Keyword',
  'Owner=Keyword',
  'DueAt=Datetime',
];

const DYNAMIC_CONFIG = [
  // By default the dev server polls its queues 20 times a second, so each task waits up to 50 ms, and three activities in a row
  // take 350 ms. With the next three settings they take 39 ms.
  'history.transferProcessorMaxPollRPS=5000',
  'history.timerProcessorMaxPollRPS=5000',
  'system.enableActivityEagerExecution=true',
  // By default the front end refuses more than 2,400 requests a second, and matching more than 1,200. In a benchmark these
  // limits of the dev server would look like limits of the engine.
  'frontend.rps=100000',
  'frontend.namespaceRPS=100000',
  'matching.rps=100000',
  // By default a task queue has four partitions. On one node they would only forward tasks to each other.
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  // Lets a workflow use a search attribute as soon as the attribute is registered.
  'system.forceSearchAttributesCacheRefreshOnRead=true',
];

const START_TIMEOUT_MS = 30_000;

/**
 * Uses the server at `TEMPORAL_ADDRESS` if that is set, and never stops it. Otherwise starts a dev server; temporal-binary.ts
 * finds its program. Returns when the namespace answers, not merely the port.
 * @param options.dbFile keeps workflows over a restart; null keeps them in memory, for tests only
 * @param options.uiPort without it the server runs headless
 * @param options.dynamicConfig further settings, `key=value`; for tests only
 * @throws SetupError when no program can be obtained, it is too old, or the server does not start
 */
export async function startTemporal(options: {
  dbFile: string | null;
  port?: number;
  uiPort?: number;
  dynamicConfig?: string[];
  logFile: string;
  log: Progress;
}): Promise<Temporal> {
  const external = process.env.TEMPORAL_ADDRESS;
  if (external)
    return options.log.step(`Reaching Temporal at ${external} (TEMPORAL_ADDRESS)`, () => reachExternal(external));
  const binary = await obtainTemporal(options.log);
  const port = options.port ?? (await freePort());
  return options.log.step('Starting Temporal', async () => {
    const service = startService({
      name: 'Temporal',
      command: binary.path,
      args: serverArguments({ ...options, port }),
      logFile: options.logFile,
    });
    const address = `127.0.0.1:${port}`;
    await waitUntilReady(service, address).catch(async (error: unknown) => {
      await service.stop();
      throw error;
    });
    return {
      address,
      uiUrl: options.uiPort ? `http://localhost:${options.uiPort}` : undefined,
      service,
      stop: () => service.stop(),
    };
  });
}

function serverArguments(options: {
  dbFile: string | null;
  port: number;
  uiPort?: number;
  dynamicConfig?: string[];
}): string[] {
  return [
    'server',
    'start-dev',
    '--ip=127.0.0.1',
    `--port=${options.port}`,
    `--namespace=${NAMESPACE}`,
    '--log-level=warn',
    ...(options.uiPort ? [`--ui-port=${options.uiPort}`] : ['--headless']),
    // SQLite's WAL with synchronous=NORMAL survives kill -9 of the server. Only a power cut could lose the last moments.
    ...(options.dbFile
      ? [`--db-filename=${options.dbFile}`, '--sqlite-pragma=journal_mode=WAL', '--sqlite-pragma=synchronous=NORMAL']
      : []),
    ...SEARCH_ATTRIBUTES.map((attribute) => `--search-attribute=${attribute}`),
    ...[...DYNAMIC_CONFIG, ...(options.dynamicConfig ?? [])].map((value) => `--dynamic-config-value=${value}`),
  ];
}

async function waitUntilReady(service: Service, address: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    if (!service.running)
      throw new SetupError(`Temporal did not start (log: ${service.logFile}):\n${service.lastLines(8)}`);
    try {
      await askNamespace(address, 1_000);
      return;
    } catch (error) {
      if (performance.now() > deadline) {
        throw new SetupError(
          `Temporal does not answer on ${address} (log: ${service.logFile}): ${String(error)}\n${service.lastLines(8)}`,
        );
      }
      await sleep(100);
    }
  }
}

async function reachExternal(address: string): Promise<Temporal> {
  let version: string;
  try {
    version = await askNamespace(address, 5_000);
  } catch (error) {
    throw new SetupError(
      `TEMPORAL_ADDRESS is ${address}, but no Temporal with the namespace "${NAMESPACE}" answers there: ${(error as Error).message}\n` +
        'Start it and create the namespace, or unset TEMPORAL_ADDRESS to use a dev server.',
    );
  }
  if (tooOld(version)) {
    throw new SetupError(
      `Temporal at ${address} is server ${version}; ${MIN_SERVER} or later is needed. Upgrade it, or unset TEMPORAL_ADDRESS.`,
    );
  }
  return { address, stop: async () => {} };
}

/** Asks for the namespace. @returns the server's version */
export async function askNamespace(address: string, timeoutMs: number): Promise<string> {
  const connection = await Connection.connect({ address, connectTimeout: timeoutMs });
  try {
    return await connection.withDeadline(Date.now() + timeoutMs, async () => {
      const system = await connection.workflowService.getSystemInfo({});
      await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
      return system.serverVersion ?? '';
    });
  } finally {
    await connection.close();
  }
}
