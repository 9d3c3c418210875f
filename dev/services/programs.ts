import { resolve } from 'node:path';
import { type Service, startService } from './processes';
import { SetupError } from './progress';

const ROOT = resolve(__dirname, '../..');
const CHILD_READY_TIMEOUT_MS = 60_000;

/**
 * Starts a program of this repository. Each prints a JSON line with `"ready":true` on standard output when it is ready.
 * @param options.onStart receives the program before it is ready, so that the caller can stop it while it starts
 * @throws SetupError with the last lines of the program's log, when it ends before it is ready or is not ready within a minute
 */
export async function startProgram(options: {
  name: string;
  file: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  onStart?: (service: Service) => void;
}): Promise<Service> {
  const service = startService({
    name: options.name,
    command: process.execPath,
    args: ['--import', 'tsx', '--enable-source-maps', options.file],
    cwd: ROOT,
    env: options.env,
    logFile: options.logFile,
    readOutput: true,
  });
  options.onStart?.(service);
  const ready = new Promise<void>((resolve) => service.onLine((line) => isReady(line) && resolve()));
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, CHILD_READY_TIMEOUT_MS, 'late')));
  const outcome = await Promise.race([ready, service.ended, tooLate]);
  clearTimeout(timer);
  if (outcome === undefined) return service;
  await service.stop();
  const failure =
    outcome === 'late'
      ? `was not ready within ${CHILD_READY_TIMEOUT_MS / 1000} s`
      : `ended before it was ready (${describeEnd(outcome)})`;
  throw new SetupError(`${options.name} ${failure}. The last lines of ${service.logFile}:\n${service.lastLines(20)}`);
}

function isReady(line: string): boolean {
  if (!line.startsWith('{') || !line.includes('"ready"')) return false;
  try {
    return (JSON.parse(line) as { ready?: unknown }).ready === true;
  } catch {
    return false;
  }
}

export function describeEnd({ code, signal }: { code: number | null; signal: NodeJS.Signals | null }): string {
  return signal ? `signal ${signal}` : `exit code ${code}`;
}
