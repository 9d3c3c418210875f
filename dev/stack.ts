import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { migrate } from '../prisma/migrate';
import { requireRoom } from './disk';
import { freePort, requireFree } from './ports';
import { type Postgres, startPostgres } from './postgres';
import { type Service, stopAllServices } from './processes';
import { ending, startProgram } from './programs';
import { type Progress, SetupError, silent } from './progress';
import { Supervised } from './supervised';
import { NAMESPACE, startTemporal, type Temporal } from './temporal';

const ROOT = resolve(__dirname, '..');
/** Data and logs of dev and demo; removing it starts afresh. Elsewhere where this volume has no room. */
export const STATE_DIR = resolve(process.env.SHIMEBI_STATE ?? join(ROOT, '.shimebi'));

/** Where each part listens in dev and demo, and the variable that moves it. */
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

/** What loses nothing when it is killed. The simulators are the outside, and keep their books in memory. */
export type Part = 'postgres' | 'temporal' | 'worker' | 'api';

export interface Stack {
  apiUrl: string;
  npUrl: string;
  sbpsUrl: string;
  /** The simulator of Resend: its API, and its inbox as a page. */
  resendUrl: string;
  temporalUiUrl?: string;
  temporalAddress: string;
  temporalNamespace: string;
  databaseUrl: string;
  adminApiKey: string;
  logDir: string;
  /** The engine's own processes; of a supervised stack the first ones. */
  worker: Service;
  api: Service;
  /** Resolves when a part dies by itself, with what to tell the user; never after `stop`, nor for a supervised part. */
  failed: Promise<SetupError>;
  /** The parts that may be killed, when asked for with `supervised`. */
  parts?: Record<Part, Supervised>;
  stop(): Promise<void>;
}

export interface StackOptions {
  /** dev and demo keep data under `.shimebi/` and use fixed ports; test throws away its data and takes free ports, without a UI. */
  mode: 'dev' | 'demo' | 'test';
  log: Progress;
  /** Commands to run in place of the engine's own processes; for tests of this file. */
  programs?: typeof PROGRAMS;
  /** Parts that end are started again on the same ports and data; Temporal then keeps its data on disk. With mode `test` only. */
  supervised?: boolean;
  /** Of the Temporal server, `key=value`; for tests. */
  dynamicConfig?: string[];
}

/** Order of starting; each prints a JSON line with `"ready":true` on standard output when it serves. */
export const PROGRAMS = { simulators: 'simulators/server.ts', worker: 'worker/main.ts', api: 'api/main.ts' };

/**
 * Starts everything the engine needs and the engine itself: PostgreSQL with its migrations beside Temporal, then simulators, worker and API.
 * On failure what had been started is stopped again.
 * @throws SetupError with the cure, for what the person at the keyboard can mend
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { mode, log } = options;
  const throwaway = mode === 'test';
  // A run starts with fresh logs: what "the last lines" show is then always of this run.
  // A test may start a stack of its own beside that of the run, in the same process.
  const name = `test-${process.pid}-${randomBytes(3).toString('hex')}`;
  const dir = throwaway ? join(STATE_DIR, name) : STATE_DIR;
  const logDir = throwaway ? join(STATE_DIR, 'logs', name) : join(STATE_DIR, 'logs', 'dev');
  if (throwaway) forgetDeadTestRuns();
  requireRoom(dir);
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
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
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
        .then(keep)
        .then(async (server) => {
          await log.step('Migrating the database', () => migrate(server.url));
          return server;
        }),
      openTemporal(log).then(keep),
    );
    const urls = {
      apiUrl: `http://localhost:${ports.api}`,
      npUrl: `http://localhost:${ports.np}`,
      sbpsUrl: `http://localhost:${ports.sbps}`,
      resendUrl: `http://localhost:${ports.resend}`,
    };
    const adminApiKey = process.env.ADMIN_API_KEY ?? (throwaway ? newApiKey() : keptApiKey());
    const env = childEnvironment({ mode, ports, urls, adminApiKey, postgres, temporal });
    const programs = options.programs ?? PROGRAMS;
    const program = (name: keyof typeof programs) => ({
      name,
      file: programs[name],
      env,
      logFile: join(logDir, `${name}.log`),
    });
    const launch = (name: keyof typeof programs) =>
      log.step(`Starting ${name}`, () => startProgram({ ...program(name), keep }));
    // What is started again is stopped by what supervises it: stopped by anybody else it would only be started once more.
    const again = (name: keyof typeof programs) => () => startProgram(program(name));
    // Simulators and worker side by side; the API last, as it is what tells the world that all of it is there.
    const [simulators, worker] = await both(launch('simulators'), launch('worker'));
    const api = await launch('api');
    const parts = options.supervised && {
      postgres: new Supervised(ours(postgres.service), async () => ours((await openPostgres(silent)).service)),
      temporal: new Supervised(ours(temporal.service), async () => ours((await openTemporal(silent)).service)),
      worker: new Supervised(worker, again('worker')),
      api: new Supervised(api, again('api')),
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
      failed: firstDeath(
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

function ours(service: Service | undefined): Service {
  if (service) return service;
  throw new SetupError(
    'Parts of this run are killed on purpose, so they have to be its own: unset DATABASE_URL and TEMPORAL_ADDRESS.',
  );
}

/** Logs of a test run are kept for reading until the next run; data of one that was killed go with them. */
function forgetDeadTestRuns(): void {
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

/** When one fails the other is cut short (it may be a build of minutes), yet waited for, so that `stop` sees what it had started. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  try {
    return await Promise.all([a, b]);
  } catch (error) {
    // Again and again: the other may be between two programs.
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
  const notOurs = new Set<string>();
  if (process.env.DATABASE_URL) notOurs.add('postgres');
  if (process.env.TEMPORAL_ADDRESS) notOurs.add('temporal').add('temporalUi');
  await requireFree(wanted.filter(({ key }) => !notOurs.has(key)));
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

async function firstDeath(services: (Service | undefined)[], expected: () => boolean): Promise<SetupError> {
  return new Promise((resolve) => {
    for (const service of services) {
      void service?.ended.then((outcome) => {
        if (expected()) return;
        resolve(
          new SetupError(
            `${service.name} ended by itself (${ending(outcome)}). The last lines of ${service.logFile}:\n${service.lastLines(20)}`,
          ),
        );
      });
    }
  });
}

function newApiKey(): string {
  return `admin_${randomBytes(24).toString('base64url')}`;
}

/** One per checkout: a curl copied from yesterday's terminal works today. */
function keptApiKey(): string {
  const file = join(STATE_DIR, 'admin-api-key');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const key = newApiKey();
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return key;
}
