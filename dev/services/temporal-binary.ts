import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freeMb } from './disk';
import { startService } from './processes';
import { type Progress, SetupError } from './progress';

export interface TemporalBinary {
  path: string;
  /** The version of the Temporal server inside: `temporal --version` prints it as "Server 1.29.1". */
  serverVersion: string;
  source: 'TEMPORAL_CLI_PATH' | 'PATH' | 'cache' | 'download' | 'go install';
}

/**
 * The oldest supported server: the first with update-with-start enabled by default. The engine starts the workflows of orders and
 * accounts with it.
 */
export const MIN_SERVER = '1.28.0';

/** The newest tag of the Temporal CLI that `go install` accepts: later tags have a `replace` in go.mod. It includes the UI. */
const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** Room for a download: the archive and the unpacked program. The program takes 250 MB; the rest is for the archive. */
const DOWNLOAD_MB = 500;
/** Room for a build: Go's module cache takes 1.8 GB, its build cache 1.4 GB; the program comes on top. */
const BUILD_MB = 4_000;

/** A reachable download server answers within this time. A blocked network often does not answer at all. */
const PROBE_TIMEOUT_MS = 3_000;

/** The folder of downloaded or built programs, which all checkouts of a user share. */
export function cacheDir(): string {
  return process.env.SHIMEBI_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'shimebi');
}

/**
 * Finds the Temporal program: `TEMPORAL_CLI_PATH`, `temporal` on the PATH, or the cache folder. Otherwise obtains it once into
 * the cache folder, by the SDK's download or else a build with Go.
 * @throws SetupError saying what to install when none of these works
 */
export async function obtainTemporal(log: Progress): Promise<TemporalBinary> {
  const present = findTemporal((reason) => log.line(reason));
  if (present) return present;
  const failures: string[] = [];
  for (const attempt of [download, buildWithGo]) {
    try {
      const path = await attempt(log);
      const serverVersion = serverVersionOf(path);
      if (!serverVersion || tooOld(serverVersion))
        throw new Error(`it has server ${serverVersion}, ${MIN_SERVER} or later is needed`);
      return { path, serverVersion, source: attempt === download ? 'download' : 'go install' };
    } catch (error) {
      failures.push(`  ${attempt === download ? 'download' : 'go install'}: ${(error as Error).message}`);
    }
  }
  throw new SetupError(
    `No Temporal server could be had:\n${failures.join('\n')}\n` +
      'Install the Temporal CLI (https://docs.temporal.io/cli) and put it on the PATH or name it in TEMPORAL_CLI_PATH,\n' +
      'or install Go 1.24 or later (SHIMEBI_CACHE names a folder with room), or set TEMPORAL_ADDRESS to your own server.',
  );
}

/**
 * Looks for a program that is already there, and downloads nothing.
 * @param onSkipped receives the reason why a program on the PATH or in the cache is not used
 * @throws SetupError when the program that `TEMPORAL_CLI_PATH` names cannot be used
 */
export function findTemporal(onSkipped: (reason: string) => void = () => {}): TemporalBinary | undefined {
  const named = process.env.TEMPORAL_CLI_PATH;
  if (named) {
    const serverVersion = isExecutable(named) ? serverVersionOf(named) : undefined;
    if (!serverVersion)
      throw new SetupError(`TEMPORAL_CLI_PATH is ${named}, which is not a Temporal command line. Correct or unset it.`);
    if (tooOld(serverVersion)) {
      throw new SetupError(
        `TEMPORAL_CLI_PATH is ${named} with server ${serverVersion}; ${MIN_SERVER} or later is needed. Upgrade or unset it.`,
      );
    }
    return { path: named, serverVersion, source: 'TEMPORAL_CLI_PATH' };
  }
  const candidates: { path: string; source: 'PATH' | 'cache' }[] = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => ({ path: join(folder, executable('temporal')), source: 'PATH' as const }));
  candidates.push({ path: cachedPath(), source: 'cache' });
  for (const { path, source } of candidates) {
    if (!isExecutable(path)) continue;
    const serverVersion = serverVersionOf(path);
    if (serverVersion && !tooOld(serverVersion)) return { path, serverVersion, source };
    onSkipped(
      `Skipping ${path}: ${serverVersion ? `server ${serverVersion}, ${MIN_SERVER} or later is needed` : 'it does not run'}`,
    );
  }
  return undefined;
}

/** Why neither a download nor a build would work here. Empty when one of them would. */
export async function obstacles(): Promise<string[]> {
  const download = (await whyNoDownload()) ?? whyNoRoom(DOWNLOAD_MB, [cacheDir()]);
  if (!download) return [];
  const build = whyNoBuild();
  return build ? [`download: ${download}`, `go install: ${build}`] : [];
}

async function whyNoDownload(): Promise<string | null> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = `https://temporal.download/cli/default?arch=${arch}&platform=${platform}&format=${platform === 'windows' ? 'zip' : 'tar.gz'}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).catch(() => undefined);
  if (response?.ok) return null;
  return response ? `temporal.download answered ${response.status}` : 'temporal.download is not reachable';
}

function whyNoBuild(): string | null {
  const { status, stdout } = spawnSync('go', ['env', 'GOCACHE', 'GOMODCACHE'], { encoding: 'utf8' });
  if (status !== 0) return 'Go is not installed';
  return whyNoRoom(BUILD_MB, [cacheDir(), ...stdout.trim().split('\n')]);
}

function whyNoRoom(neededMb: number, folders: string[]): string | null {
  const full = folders.find((folder) => freeMb(folder) < neededMb);
  return full === undefined ? null : `${freeMb(full)} MB are free at ${full}, it takes up to ${neededMb} MB`;
}

export function tooOld(version: string): boolean {
  const [have, need] = [version, MIN_SERVER].map((text) => text.split(/[.-]/).slice(0, 3).map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (have?.[i] ?? 0) - (need?.[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** Downloads through the SDK's test kit, which fetches the version that the SDK was released with. */
async function download(log: Progress): Promise<string> {
  await log.step('Asking temporal.download for the Temporal server', async () => {
    const why = (await whyNoDownload()) ?? whyNoRoom(DOWNLOAD_MB, [cacheDir()]);
    if (why) throw new Error(why);
  });
  return log.step('Downloading the Temporal server, once', async () => {
    const draft = join(cacheDir(), `download-${process.pid}`);
    mkdirSync(draft, { recursive: true });
    try {
      const { TestWorkflowEnvironment } = await import('@temporalio/testing');
      const environment = await TestWorkflowEnvironment.createLocal({
        server: { executable: { type: 'cached-download', downloadDir: draft } },
      });
      await environment.teardown();
      const file = readdirSync(draft).find((name) => name.startsWith('temporal'));
      if (!file) throw new Error(`the SDK left no program in ${draft}`);
      return moveToCache(join(draft, file));
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  });
}

/** Builds the program with Go, for networks that allow only package registries such as Go's module proxy. Needs no C compiler. */
async function buildWithGo(log: Progress): Promise<string> {
  const why = whyNoBuild();
  if (why) throw new Error(why);
  return log.step('Building the Temporal server with Go, once (2–3 minutes)', async (note) => {
    const draft = join(cacheDir(), `build-${process.pid}`);
    mkdirSync(draft, { recursive: true });
    try {
      const build = startService({
        name: 'go install',
        command: 'go',
        // -v prints each package as it is compiled. The progress line shows it.
        args: ['install', '-v', GO_PACKAGE],
        logFile: join(draft, 'build.log'),
        env: { ...process.env, GOBIN: draft, GOFLAGS: '', CGO_ENABLED: '0' },
        cwd: draft,
      });
      const report = setInterval(
        () =>
          note(
            build
              .lastLines(1)
              .replace(/^--- .*/, '')
              .slice(0, 70),
          ),
        1_000,
      );
      const { code } = await build.ended;
      clearInterval(report);
      if (code !== 0) throw new Error(`it failed:\n${build.lastLines(10)}`);
      return moveToCache(join(draft, executable('temporal')));
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  });
}

/** Moves a program into the cache by a rename, which is atomic: another run never sees half a program. */
function moveToCache(file: string): string {
  if (!existsSync(file)) throw new Error(`it left no ${file}`);
  mkdirSync(join(cacheDir(), 'bin'), { recursive: true });
  renameSync(file, cachedPath());
  return cachedPath();
}

function cachedPath(): string {
  return join(cacheDir(), 'bin', executable('temporal'));
}

function executable(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The version of the server inside a Temporal CLI. The CLI's own version is of no use: a CLI built here reports 0.0.0-DEV. */
function serverVersionOf(path: string): string | undefined {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return /Server (\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1];
}
