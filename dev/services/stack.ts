import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { migrate } from '../../prisma/migrate';
import { requireRoom } from './disk';
import { freePort, requireFree } from './ports';
import { type Postgres, startPostgres } from './postgres';
import { type Service, stopAllServices } from './processes';
import { describeEnd, startProgram } from './programs';
import { type Progress, SetupError, silent } from './progress';
import { Supervised } from './supervised';
import { NAMESPACE, startTemporal, type Temporal } from './temporal';

const ROOT = resolve(__dirname, '../..');
/** Data and logs of dev and demo. Removing the folder discards them. SHIMEBI_STATE moves it, e.g. to a volume with more room. */
export const STATE_DIR = resolve(process.env.SHIMEBI_STATE ?? join(ROOT, '.shimebi'));

/** The port of each part in dev and demo, and the variable that changes it. */
export const PORTS = {
  api: { name: 'API', port: 4000, variable: 'PORT' },
  np: { name: 'NP simulator', port: 4010, variable: 'NP_PORT' },
  sbps: { name: 'SBPS simulator', port: 4011, variable: 'SBPS_PORT' },
  resend: { name: 'mail inbox', port: 4012, variable: 'RESEND_PORT' },
  temporal: { name: 'Temporal', port: 7233, variable: 'TEMPORAL_PORT' },
  temporalUi: { name: 'Temporal UI', port: 8233, variable: 'TEMPORAL_UI_PORT' },
  postgres: { name: 'PostgreSQL', port: 5433, variable: 'POSTGRES_PORT' },
} as const;

type Ports = Record<keyof typeof PORTS, number>;

/** The parts that lose no data when they are killed. The simulators keep their data in memory, so they are not among them. */
export type Part = 'postgres' | 'temporal' | 'worker' | 'api';

export interface Stack {
  apiUrl: string;
  npUrl: string;
  sbpsUrl: string;
  /** The Resend simulator: its API, and a page with its inbox. */
  resendUrl: string;
  temporalUiUrl?: string;
  temporalAddress: string;
  temporalNamespace: string;
  databaseUrl: string;
  adminApiKey: string;
  logDir: string;
  /** The processes of the worker and of the API. In a supervised stack they are those from before any restart. */
  worker: Service;
  api: Service;
  /** Resolves with a message for the user when a part ends unexpectedly, except after `stop`, or if the part is supervised. */
  failed: Promise<SetupError>;
  /** The parts that may be killed; only with the option `supervised`. */
  parts?: Record<Part, Supervised>;
  stop(): Promise<void>;
}

export interface StackOptions {
  /**
   * `dev` and `demo` keep their data under `.shimebi/` and use fixed ports. `test` discards its data, uses free ports and has no
   * UI.
   */
  mode: 'dev' | 'demo' | 'test';
  log: Progress;
  /** Files to run in place of the engine's own programs; for tests. */
  programs?: typeof PROGRAMS;
  /** Restarts PostgreSQL, Temporal, worker and API when they end, on the same ports and data. Only with mode `test`. */
  supervised?: boolean;
  /** Settings of the Temporal server, `key=value`; for tests. */
  dynamicConfig?: string[];
}

/** The programs started here. Each prints a JSON line with `"ready":true` on standard output when it is ready. */
export const PROGRAMS = { simulators: 'simulators/server.ts', worker: 'worker/main.ts', api: 'api/main.ts' };

/**
 * Starts everything the engine needs, and the engine: first PostgreSQL with its migrations and Temporal, at the same time; then
 * simulators, worker and API. When a part fails, the parts that have started are stopped.
 * @throws SetupError with advice, when the user can fix the cause
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { mode, log } = options;
  const throwaway = mode === 'test';
  // A test may start a second stack in the same process, so the process id alone is not unique.
  const name = `test-${process.pid}-${randomBytes(3).toString('hex')}`;
  const dir = throwaway ? join(STATE_DIR, name) : STATE_DIR;
  const logDir = throwaway ? join(STATE_DIR, 'logs', name) : join(STATE_DIR, 'logs', 'dev');
  if (throwaway) removeEndedTestRuns();
  requireRoom(dir);
  // Old logs are removed first, so that "the last lines" in a message are always from this run.
  rmSync(logDir, { recursive: true, force: true });
  mkdirSync(logDir, { recursive: true });
  mkdirSync(dir, { recursive: true });
  const ports = throwaway ? await randomPorts() : await fixedPorts();

  const started: { stop(): Promise<void> }[] = [];
  let stopping = false;
  const stop = async () => {
    stopping = true;
    for (const part of started.splice(0).reverse()) await part.stop();
    if (throwaway) rmSync(dir, { recursive: true, force: true });
  };
  const stopLater = <T extends { stop(): Promise<void> }>(part: T): T => {
    started.push(part);
    return part;
  };

  const openPostgres = (progress: Progress) =>
    startPostgres({
      dataDir: join(dir, 'postgres'),
      port: ports.postgres,
      throwaway,
      logFile: join(logDir, 'postgres.log'),
      log: progress,
    });
  const openTemporal = (progress: Progress) =>
    startTemporal({
      dbFile: throwaway && !options.supervised ? null : join(dir, 'temporal.db'),
      port: ports.temporal,
      uiPort: throwaway ? undefined : ports.temporalUi,
      dynamicConfig: options.dynamicConfig,
      logFile: join(logDir, 'temporal.log'),
      log: progress,
    });

  try {
    const [postgres, temporal] = await both(
      openPostgres(log)
        .then(stopLater)
        .then(async (server) => {
          await log.step('Migrating the database', () => migrate(server.url));
          return server;
        }),
      openTemporal(log).then(stopLater),
    );
    const urls = {
      apiUrl: `http://localhost:${ports.api}`,
      npUrl: `http://localhost:${ports.np}`,
      sbpsUrl: `http://localhost:${ports.sbps}`,
      resendUrl: `http://localhost:${ports.resend}`,
    };
    const adminApiKey = process.env.ADMIN_API_KEY ?? (throwaway ? newApiKey() : storedApiKey());
    const env = childEnvironment({ mode, ports, urls, adminApiKey, postgres, temporal });
    const programs = options.programs ?? PROGRAMS;
    const program = (name: keyof typeof programs) => ({
      name,
      file: programs[name],
      env,
      logFile: join(logDir, `${name}.log`),
    });
    const launch = (name: keyof typeof programs) =>
      log.step(`Starting ${name}`, () => startProgram({ ...program(name), onStart: stopLater }));
    // A restarted program is not added to `started`, because its supervisor stops it. If `stop` ended it before the supervisor
    // knew, the supervisor would restart it.
    const restart = (name: keyof typeof programs) => () => startProgram(program(name));
    // Simulators and worker start at the same time. The API starts last, because users take its answer as a sign that all is
    // ready.
    const [simulators, worker] = await both(launch('simulators'), launch('worker'));
    const api = await launch('api');
    const parts = options.supervised && {
      postgres: new Supervised(requireOwn(postgres.service), async () =>
        requireOwn((await openPostgres(silent)).service),
      ),
      temporal: new Supervised(requireOwn(temporal.service), async () =>
        requireOwn((await openTemporal(silent)).service),
      ),
      worker: new Supervised(worker, restart('worker')),
      api: new Supervised(api, restart('api')),
    };
    if (parts) started.push(...Object.values(parts));

    return {
      ...urls,
      temporalUiUrl: temporal.uiUrl,
      temporalAddress: temporal.address,
      temporalNamespace: NAMESPACE,
      databaseUrl: postgres.url,
      adminApiKey,
      logDir,
      worker,
      api,
      failed: firstFailure(
        parts ? [simulators] : [postgres.service, temporal.service, simulators, worker, api],
        () => stopping,
      ),
      stop,
      ...(parts && { parts }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function requireOwn(service: Service | undefined): Service {
  if (service) return service;
  throw new SetupError(
    'This run kills its parts on purpose, so it needs its own: unset DATABASE_URL and TEMPORAL_ADDRESS.',
  );
}

/** Removes the logs of test runs that have ended, which stay readable until now, and the data of runs that were killed. */
function removeEndedTestRuns(): void {
  for (const folder of [STATE_DIR, join(STATE_DIR, 'logs')]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      const pid = /^test-(\d+)-/.exec(name)?.[1];
      if (pid && !isAlive(Number(pid))) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Waits for both promises. When one fails, all programs are stopped, so that the other fails soon and not after minutes of a
 * build. The other is still awaited, so that `stop` knows everything that it has started.
 */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  try {
    return await Promise.all([a, b]);
  } catch (error) {
    // Repeated, because the other may just be between two programs, and start the next one after this call.
    const cut = setInterval(() => void stopAllServices(), 200);
    await Promise.allSettled([a, b]);
    clearInterval(cut);
    throw error;
  }
}

async function fixedPorts(): Promise<Ports> {
  const wanted = Object.entries(PORTS).map(([key, entry]) => ({
    key,
    ...entry,
    port: portFrom(entry.variable) ?? entry.port,
  }));
  const external = new Set<string>();
  if (process.env.DATABASE_URL) external.add('postgres');
  if (process.env.TEMPORAL_ADDRESS) external.add('temporal').add('temporalUi');
  await requireFree(wanted.filter(({ key }) => !external.has(key)));
  return Object.fromEntries(wanted.map(({ key, port }) => [key, port])) as Ports;
}

function portFrom(variable: string): number | undefined {
  const text = process.env[variable];
  if (!text) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new SetupError(`${variable} is "${text}", which is not a port (1–65535).`);
}

async function randomPorts(): Promise<Ports> {
  const entries = await Promise.all(Object.keys(PORTS).map(async (key) => [key, await freePort()] as const));
  return Object.fromEntries(entries) as Ports;
}

function childEnvironment(parts: {
  mode: string;
  ports: Ports;
  urls: { apiUrl: string; npUrl: string; sbpsUrl: string; resendUrl: string };
  adminApiKey: string;
  postgres: Postgres;
  temporal: Temporal;
}): NodeJS.ProcessEnv {
  const { ports, urls } = parts;
  return {
    LOG_LEVEL: parts.mode === 'test' ? 'warn' : 'info',
    ...process.env,
    DATABASE_URL: parts.postgres.url,
    TEMPORAL_ADDRESS: parts.temporal.address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    TEMPORAL_UI_URL: parts.temporal.uiUrl ?? '',
    API_URL: urls.apiUrl,
    NP_BASE_URL: urls.npUrl,
    SBPS_BASE_URL: urls.sbpsUrl,
    RESEND_BASE_URL: urls.resendUrl,
    PORT: String(ports.api),
    NP_PORT: String(ports.np),
    SBPS_PORT: String(ports.sbps),
    RESEND_PORT: String(ports.resend),
    ADMIN_API_KEY: parts.adminApiKey,
  };
}

async function firstFailure(services: (Service | undefined)[], isStopping: () => boolean): Promise<SetupError> {
  return new Promise((resolve) => {
    for (const service of services) {
      void service?.ended.then((outcome) => {
        if (isStopping()) return;
        resolve(
          new SetupError(
            `${service.name} ended unexpectedly (${describeEnd(outcome)}). The last lines of ${service.logFile}:\n${service.lastLines(20)}`,
          ),
        );
      });
    }
  });
}

function newApiKey(): string {
  return `admin_${randomBytes(24).toString('base64url')}`;
}

/** The admin API key kept for this checkout, so that a curl command copied yesterday works today. */
function storedApiKey(): string {
  const file = join(STATE_DIR, 'admin-api-key');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const key = newApiKey();
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return key;
}
