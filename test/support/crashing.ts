import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { coresdk } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import pg from 'pg';

/*
 * Programs of the engine that kill themselves (SIGKILL) at named points and are started again: each point once, the first time
 * it is passed. Nothing of this is in the engine; points are seen from outside, at its activities, its requests to providers and
 * its commits.
 */

export interface CrashPoint {
  name: string;
  /** An activity, a workflow type, or of the API a request as `POST /v1/orders/:id/cancellations`; without it wherever it happens. */
  in?: string;
  /**
   * - `answered`: a provider has done its work and answered, nothing of the answer is booked
   * - `commit`, `committed`: before and after a transaction is committed
   * - `done`: the activity has done all, its report has not left the process
   * - `ends`, `begun`: the workflow's run has decided to continue as new, and Temporal has begun the new run
   */
  at: 'answered' | 'commit' | 'committed' | 'done' | 'ends' | 'begun';
  /** Of `answered`: what the request's URL or body has in it. */
  of?: string;
  /** Not the first time it is passed in a process, but the nth. */
  nth?: number;
}

/** Where points and those that fired are kept, between the processes. */
export const pointsFile = (folder: string) => join(folder, 'points.json');
export const firedFile = (folder: string, name: string) => join(folder, `fired-${name}`);
const lostFile = (folder: string) => join(folder, 'lost.json');

const folder = process.env.CRASH_FOLDER ?? '';
const child = process.env.CRASH_CHILD === '1';

/** The program given, started again as often as it is killed. To be called last in a file of its own, which is run again as the child. */
export function crashing(file: string, program: () => void): void {
  if (child) return begin(program);
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

function begin(program: () => void): void {
  watchActivities();
  watchRequests();
  watchProviders();
  watchCommits();
  program();
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
    for (;;); // not a step further
  }
}

type Activities = Record<string, (input: unknown) => Promise<unknown>>;

function watchActivities(): void {
  const create = Worker.create.bind(Worker);
  Worker.create = async (options) => {
    await nobodyWaits();
    const worker = await create({ ...options, activities: watched((options.activities ?? {}) as Activities) });
    watchRuns(worker);
    return worker;
  };
}

const watched = (activities: Activities): Activities =>
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

/** Of a worker what it tells Temporal of a workflow's step, and when that has been taken. */
type Telling = { nativeWorker: { completeWorkflowActivation(completion: Buffer): Promise<void> } };

function watchRuns(worker: Worker): void {
  const { nativeWorker } = worker as unknown as Telling;
  const tell = nativeWorker.completeWorkflowActivation;
  nativeWorker.completeWorkflowActivation = async (completion) => {
    const { successful } = coresdk.workflow_completion.WorkflowActivationCompletion.decodeDelimited(completion);
    const anew = successful?.commands?.find((command) => command.continueAsNewWorkflowExecution);
    if (!anew) return tell(completion);
    await running.run(anew.continueAsNewWorkflowExecution!.workflowType!, async () => {
      pass('ends');
      await tell(completion);
      pass('begun');
    });
  };
}

/** Temporal would learn of the dead by their silence: half a minute each time, told here at once. */
async function nobodyWaits(): Promise<void> {
  if (!existsSync(lostFile(folder))) return;
  const lost = JSON.parse(readFileSync(lostFile(folder), 'utf8')) as string[];
  rmSync(lostFile(folder));
  const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS! });
  const client = new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE! });
  for (const token of lost)
    await client.activity.fail(Buffer.from(token, 'base64'), new Error('its worker was killed')).catch(() => {});
  await connection.close();
}

function watchRequests(): void {
  const emit = http.Server.prototype.emit;
  http.Server.prototype.emit = function (this: http.Server, event: string, ...args: unknown[]) {
    const told = () => Reflect.apply(emit, this, [event, ...args]) as boolean;
    if (event !== 'request') return told();
    const { method, url } = args[0] as http.IncomingMessage;
    const path = url?.split('?')[0]?.replace(/\/[a-z]+_[0-9A-Za-z]{22}(?=\/|$)/g, '/:id');
    return running.run(`${method} ${path}`, told);
  } as typeof emit;
}

function watchProviders(): void {
  const send = globalThis.fetch;
  globalThis.fetch = async (url, request) => {
    const answer = await send(url, request);
    const body = request?.body;
    const sent = body instanceof Uint8Array ? Buffer.from(body).toString('latin1') : String(body ?? '');
    pass('answered', `${request?.method ?? 'GET'} ${String(url)} ${sent}`);
    return answer;
  };
}

function watchCommits(): void {
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
