import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { coresdk } from '@temporalio/proto';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import pg from 'pg';

/*
 * Programs of the engine that kill themselves (SIGKILL) at named points and are started again. Each point kills once, the first
 * time it is passed. The engine contains nothing of this: points are observed from outside, at its activities, its requests to
 * providers and its commits.
 */

export interface CrashPoint {
  name: string;
  /** An activity, a workflow type, or a request to the API, as `POST /v1/orders/:id/cancellations`. Without it: anywhere. */
  in?: string;
  /**
   * - `answered`: a provider has done its work and answered; nothing of the answer is booked
   * - `commit`, `committed`: before and after a transaction is committed
   * - `done`: the activity has done everything; its report has not left the process
   * - `ends`, `begun`: the workflow's run has decided to continue as new, and Temporal has begun the new run
   */
  at: 'answered' | 'commit' | 'committed' | 'done' | 'ends' | 'begun';
  /** For `answered`: a part of the request's URL or body. */
  of?: string;
  /** The point kills the nth time it is passed in a process, not the first. */
  nth?: number;
}

/** The processes share these files: the points, and one file for each point that has killed. */
export const pointsFile = (folder: string) => join(folder, 'points.json');
export const firedFile = (folder: string, name: string) => join(folder, `fired-${name}`);
const lostFile = (folder: string) => join(folder, 'lost.json');

const folder = process.env.CRASH_FOLDER ?? '';
const child = process.env.CRASH_CHILD === '1';

/**
 * Runs the program in a child process and starts it again each time it is killed.
 * @param file the file that calls this, as its last statement: the child runs the same file
 */
export function crashing(file: string, program: () => void): void {
  if (child) {
    observeRequests();
    observeProviders();
    observeCommits();
    program();
    return;
  }
  let stopping = false;
  const start = () => {
    const run = spawn(process.execPath, ['--import', 'tsx', file], {
      env: { ...process.env, CRASH_CHILD: '1' },
      stdio: 'inherit',
    });
    process.removeAllListeners('SIGTERM').once('SIGTERM', () => {
      stopping = true;
      run.kill('SIGTERM');
    });
    run.once('exit', (code, signal) => {
      if (signal === 'SIGKILL' && !stopping) start();
      else process.exit(code ?? 1);
    });
  };
  start();
}

const running = new AsyncLocalStorage<string>();
const underWay = new Set<string>();
const passed = new Map<string, number>();

function pass(at: CrashPoint['at'], of = ''): void {
  const points = existsSync(pointsFile(folder))
    ? (JSON.parse(readFileSync(pointsFile(folder), 'utf8')) as CrashPoint[])
    : [];
  for (const point of points) {
    if (point.at !== at || (point.in && point.in !== running.getStore())) continue;
    if ((point.of && !of.includes(point.of)) || existsSync(firedFile(folder, point.name))) continue;
    const times = (passed.get(point.name) ?? 0) + 1;
    passed.set(point.name, times);
    if (times < (point.nth ?? 1)) continue;
    writeFileSync(firedFile(folder, point.name), '');
    writeFileSync(lostFile(folder), JSON.stringify([...underWay]));
    process.kill(process.pid, 'SIGKILL');
    for (;;); // the signal may take a moment: nothing more may happen here
  }
}

type Activities = Record<string, (input: unknown) => Promise<unknown>>;

/** A worker whose activities and runs are observed. */
export async function createCrashingWorker(options: WorkerOptions): Promise<Worker> {
  await failLostActivities();
  const worker = await Worker.create({ ...options, activities: observed((options.activities ?? {}) as Activities) });
  observeRuns(worker);
  return worker;
}

const observed = (activities: Activities): Activities =>
  Object.fromEntries(
    Object.entries(activities).map(([name, run]) => [
      name,
      (input: unknown) =>
        running.run(name, async () => {
          const { isLocal, taskToken } = Context.current().info;
          const token = isLocal ? null : Buffer.from(taskToken).toString('base64');
          if (token) underWay.add(token);
          const result = await run(input).finally(() => token && underWay.delete(token));
          if (token) underWay.add(token);
          pass('done');
          if (token) underWay.delete(token);
          return result;
        }),
    ]),
  );

/** The private part of a worker that sends a workflow's commands to Temporal and resolves once Temporal has accepted them. */
type Internals = { nativeWorker: { completeWorkflowActivation(completion: Buffer): Promise<void> } };

function observeRuns(worker: Worker): void {
  const { nativeWorker } = worker as unknown as Internals;
  const complete = nativeWorker.completeWorkflowActivation;
  nativeWorker.completeWorkflowActivation = async (completion) => {
    const { successful } = coresdk.workflow_completion.WorkflowActivationCompletion.decodeDelimited(completion);
    const anew = successful?.commands?.find((command) => command.continueAsNewWorkflowExecution);
    if (!anew) return complete(completion);
    await running.run(anew.continueAsNewWorkflowExecution!.workflowType!, async () => {
      pass('ends');
      await complete(completion);
      pass('begun');
    });
  };
}

/** Reports the activities of the killed process as failed. Temporal itself would notice only after half a minute of silence. */
async function failLostActivities(): Promise<void> {
  if (!existsSync(lostFile(folder))) return;
  const lost = JSON.parse(readFileSync(lostFile(folder), 'utf8')) as string[];
  rmSync(lostFile(folder));
  const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS! });
  const client = new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE! });
  for (const token of lost)
    await client.activity.fail(Buffer.from(token, 'base64'), new Error('its worker was killed')).catch(() => {});
  await connection.close();
}

function observeRequests(): void {
  const emit = http.Server.prototype.emit;
  http.Server.prototype.emit = function (this: http.Server, event: string, ...args: unknown[]) {
    const emitted = () => Reflect.apply(emit, this, [event, ...args]) as boolean;
    if (event !== 'request') return emitted();
    const { method, url } = args[0] as http.IncomingMessage;
    const path = url?.split('?')[0]?.replace(/\/[a-z]+_[0-9A-Za-z]{22}(?=\/|$)/g, '/:id');
    return running.run(`${method} ${path}`, emitted);
  } as typeof emit;
}

function observeProviders(): void {
  const send = globalThis.fetch;
  globalThis.fetch = async (url, request) => {
    const answer = await send(url, request);
    const body = request?.body;
    const sent = body instanceof Uint8Array ? Buffer.from(body).toString('latin1') : String(body ?? '');
    pass('answered', `${request?.method ?? 'GET'} ${String(url)} ${sent}`);
    return answer;
  };
}

function observeCommits(): void {
  const query = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [statement] = args as [string | { text?: string } | undefined];
    const text = typeof statement === 'string' ? statement : statement?.text;
    if (text !== 'COMMIT') return query.apply(this, args);
    pass('commit');
    return Promise.resolve(query.apply(this, args)).then((result) => {
      pass('committed');
      return result;
    });
  } as typeof pg.Client.prototype.query;
}
