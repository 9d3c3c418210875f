import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { stopAllServices } from '../../dev/processes';
import { type Progress, createProgress } from '../../dev/progress';
import { startStack } from '../../dev/stack';
import { HISTORIES, type IHistory as History, asJson } from './histories';
import { RealEngine } from '../support/real-store';
import { inHousePlays } from './in-house-plays';
import { type Recorded, plays } from './plays';
import { realPlays } from './real-plays';

/**
 * Plays stores against an engine of its own and writes the histories of their workflows to test/histories/. Until release 1.0
 * the commit that changes a workflow runs this and says so; afterwards histories are frozen, and changes go through patched().
 */
async function record(): Promise<void> {
  const log = createProgress(process.stderr);
  const written = [...(await simulatedLives(log)), ...(await realLives(log))];
  // Only now: what failed half-way must not leave half a corpus.
  rmSync(HISTORIES, { recursive: true, force: true });
  mkdirSync(HISTORIES, { recursive: true });
  for (const [name, json] of written) writeFileSync(join(HISTORIES, `${name}.json`), `${json}\n`);
  process.stderr.write(`${written.length} histories in ${HISTORIES}\n`);
}

type Written = [name: string, json: string][];

/**
 * A server suggests a new run after 4,096 events, which a contract comes to in years. Here after so many that lives of some
 * length go over several runs, each of which is recorded, and short ones stay whole.
 */
const SHORT_RUNS = ['limit.historyCount.suggestContinueAsNew=24'];

async function simulatedLives(log: Progress): Promise<Written> {
  const stack = await startStack({ mode: 'test', log, dynamicConfig: SHORT_RUNS });
  try {
    const { failed: _failed, stop: _stop, ...environment } = stack;
    process.env.SHIMEBI_TEST_ENV = JSON.stringify(environment);
    const connection = await Connection.connect({ address: stack.temporalAddress });
    const client = new Client({ connection, namespace: stack.temporalNamespace });
    const written: Written = [];
    for (const [name, play] of Object.entries({ ...plays, ...inHousePlays }))
      written.push(...(await historiesOf(client, await log.step(`Playing ${name}`, play))));
    await connection.close();
    return written;
  } finally {
    await stack.stop();
    await stopAllServices();
  }
}

/** The same workflows where deadlines come by timers; their windows take seconds. */
async function realLives(log: Progress): Promise<Written> {
  const engine = new RealEngine();
  try {
    await log.step('Starting an engine for real clocks', () => engine.start(SHORT_RUNS));
    const written: Written = [];
    for (const [name, play] of Object.entries(realPlays)) {
      const { ids } = await log.step(`Playing ${name}`, () => play(engine));
      written.push(...(await historiesOf(engine.client, ids)));
    }
    return written;
  } finally {
    await engine.stop();
    await stopAllServices();
  }
}

async function historiesOf(client: Client, recorded: Recorded): Promise<Written> {
  const written: Written = [];
  for (const [of, workflowId] of Object.entries(recorded)) {
    const runs = await runsOf(client, workflowId).catch((cause: unknown) =>
      Promise.reject(new Error(`${of}: no workflow ${workflowId}`, { cause })),
    );
    for (const [i, history] of runs.entries()) {
      const name = runs.length === 1 ? of : `${of}.run-${i + 1}`;
      written.push([name, JSON.stringify(impersonal(asJson(history)))]);
    }
  }
  return written;
}

/** The first run and those that continued it, in order. */
async function runsOf(client: Client, workflowId: string): Promise<History[]> {
  const runs: History[] = [];
  for (let runId: string | undefined; ;) {
    const history: History = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.unshift(history);
    runId = history.events![0]!.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
    if (!runId) return runs;
  }
}

/** Without process id and host name of the machine they were recorded on, which stand in identities and sticky queues. */
function impersonal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(impersonal);
  if (value === null || typeof value !== 'object') return value;
  const { normalName, ...rest } = value as Record<string, unknown>;
  const entries = Object.entries(rest).map(([key, member]) => [
    key,
    key === 'identity' ? 'worker' : key === 'name' && normalName ? normalName : impersonal(member),
  ]);
  return Object.fromEntries(entries);
}

record().then(
  () => process.exit(0),
  (e: unknown) => {
    process.stderr.write(`${e instanceof Error ? (e.stack ?? e.message) : String(e)}\n`);
    process.exit(1);
  },
);
