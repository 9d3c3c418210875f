import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A program this process started and answers for. Everything still running here is stopped before this process ends. */
export interface Service {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the program has ended, however it ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly running: boolean;
  /** Standard output, when asked for with `readOutput`; it is written to the log file too. */
  onLine(listener: (line: string) => void): void;
  lastLines(count: number): string;
  stop(): Promise<void>;
  /** Sends the signal and asks for nothing; `SIGKILL` reaches what the program has started as well. */
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
  /** The signal that asks for an orderly end: PostgreSQL wants SIGINT ("fast"), everything else SIGTERM. */
  stopSignal?: NodeJS.Signals;
  readOutput?: boolean;
}

/** PostgreSQL's last checkpoint and a worker's last activities end well within this; what is left then is killed. */
const STOP_GRACE_MS = 15_000;

const running: Service[] = [];
let watchdog: ChildProcess | undefined;

/**
 * Starts a program in a process group of its own, so that Ctrl-C in a terminal reaches only us and the order of stopping stays ours.
 * A small watchdog process ends the program if we are killed without a chance to do so.
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
      if (child.pid) tellWatchdog(`- ${child.pid}`);
      resolve({ code, signal });
    };
    child.on('error', (error) => {
      writeSync(log, `${error.message}\n`);
      settle(127, null);
    });
    // 'close', not 'exit': the last lines a program wrote before it died are the ones worth reading.
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
      killGroup(child.pid); // what the program itself may have left behind
    },
    kill(signal) {
      if (!alive || !child.pid) return;
      if (signal === 'SIGKILL') killGroup(child.pid);
      else child.kill(signal);
    },
  };
  running.push(service);
  if (child.pid) tellWatchdog(`+ ${child.pid} ${stopSignal}`);
  return service;
}

/** Stops all programs, the latest first: each rests on those started before it. */
export async function stopAllServices(): Promise<void> {
  for (const service of [...running].reverse()) await service.stop();
}

/**
 * Ends this process in order on Ctrl-C, SIGTERM, a closed terminal, or the death of the `npm run` around it.
 * @param beforeExit what else to put away, once the programs are stopped
 */
export function stopServicesOnExit(beforeExit: () => Promise<void> | void = () => {}): void {
  let stoppingSince = 0;
  const shutdown = (exitCode: number) => {
    if (stoppingSince > 0) {
      // npm passes on the Ctrl-C that the terminal has already given us, so only a later one means "now".
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

function tellWatchdog(line: string): void {
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
