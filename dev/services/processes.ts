import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A program that this process has started, and that this process stops before it exits. */
export interface Service {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the program has ended, for whatever reason. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly running: boolean;
  /** Calls `listener` with each line of standard output, which goes to the log file too. Needs the option `readOutput`. */
  onLine(listener: (line: string) => void): void;
  lastLines(count: number): string;
  stop(): Promise<void>;
  /** Sends an operating-system signal without waiting. `SIGKILL` also goes to the processes that the program has started. */
  kill(signal: NodeJS.Signals): void;
}

export interface ServiceOptions {
  name: string;
  command: string;
  args: string[];
  logFile: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** The signal for an orderly shutdown: SIGINT ("fast") for PostgreSQL, SIGTERM for everything else. */
  stopSignal?: NodeJS.Signals;
  readOutput?: boolean;
}

/**
 * A program that does not stop within this time is killed. PostgreSQL's last checkpoint and a worker's last activities take less.
 */
const STOP_GRACE_MS = 15_000;

const running: Service[] = [];
let watchdog: ChildProcess | undefined;

/**
 * Starts a program in its own process group, so that Ctrl-C in a terminal reaches only this process, which then stops the
 * programs in the right order. A small watchdog process stops the program if this process is killed.
 */
export function startService(options: ServiceOptions): Service {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  writeSync(log, `--- ${options.name}: ${options.command} ${options.args.join(' ')}\n`);
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    uid: options.uid,
    gid: options.gid,
    detached: true,
    stdio: ['ignore', options.readOutput ? 'pipe' : log, log],
  });
  const listeners: ((line: string) => void)[] = [];
  if (child.stdout) {
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      writeSync(log, text);
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) for (const listener of listeners) listener(line);
    });
  }
  let alive = true;
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    const settle = (code: number | null, signal: NodeJS.Signals | null) => {
      if (!alive) return;
      alive = false;
      closeSync(log);
      running.splice(running.indexOf(service), 1);
      if (child.pid) notifyWatchdog(`- ${child.pid}`);
      resolve({ code, signal });
    };
    child.on('error', (error) => {
      writeSync(log, `${error.message}\n`);
      settle(127, null);
    });
    // 'exit' may come before the program's last lines of output, which say why it died. 'close' comes after them.
    child.on('close', settle);
  });

  const stopSignal = options.stopSignal ?? 'SIGTERM';
  const service: Service = {
    name: options.name,
    pid: child.pid ?? 0,
    logFile: options.logFile,
    ended,
    get running() {
      return alive;
    },
    onLine: (listener) => void listeners.push(listener),
    lastLines: (count) => tail(options.logFile, count),
    async stop() {
      if (!alive || !child.pid) return;
      child.kill(stopSignal);
      const killer = setTimeout(() => killGroup(child.pid!), STOP_GRACE_MS);
      await ended;
      clearTimeout(killer);
      killGroup(child.pid); // processes that the program left behind
    },
    kill(signal) {
      if (!alive || !child.pid) return;
      if (signal === 'SIGKILL') killGroup(child.pid);
      else child.kill(signal);
    },
  };
  running.push(service);
  if (child.pid) notifyWatchdog(`+ ${child.pid} ${stopSignal}`);
  return service;
}

/** Stops all programs, the latest first, because a program may need those that were started before it. */
export async function stopAllServices(): Promise<void> {
  for (const service of [...running].reverse()) await service.stop();
}

/**
 * Shuts this process down in order on Ctrl-C, on SIGTERM, when the terminal is closed, or when the `npm run` that started it
 * dies.
 * @param beforeExit further clean-up, once the programs have stopped
 */
export function stopServicesOnExit(beforeExit: () => Promise<void> | void = () => {}): void {
  let stoppingSince = 0;
  const shutdown = (exitCode: number) => {
    if (stoppingSince > 0) {
      // After one Ctrl-C two signals arrive: the terminal sends one, and npm forwards it. So only a signal that comes over 1 s
      // later is a second Ctrl-C, which means "kill now".
      if (performance.now() - stoppingSince > 1_000) {
        for (const service of running) killGroup(service.pid);
        process.exit(exitCode);
      }
      return;
    }
    stoppingSince = performance.now();
    void stopAllServices()
      .then(beforeExit)
      .finally(() => process.exit(exitCode));
  };
  process.on('SIGINT', () => shutdown(130));
  process.on('SIGTERM', () => shutdown(143));
  process.on('SIGHUP', () => shutdown(129));
  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) shutdown(143);
    }, 1_000).unref();
  }
}

function notifyWatchdog(line: string): void {
  if (!watchdog) {
    watchdog = spawn(process.execPath, [join(__dirname, 'watchdog.mjs')], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    watchdog.on('error', () => {});
    watchdog.stdin?.on('error', () => {});
    watchdog.unref();
    (watchdog.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  }
  watchdog.stdin?.write(`${line}\n`);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // already gone
  }
}

function tail(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}
