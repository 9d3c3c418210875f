import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { stopAllServices } from '../../dev/services/processes';
import { type Progress, createProgress } from '../../dev/services/progress';
import { startStack } from '../../dev/services/stack';
import { HISTORIES, type IHistory as History, asJson } from './histories';
import { RealEngine } from '../support/real-store';
import { inHousePlays } from './in-house-plays';
import { type Recorded, plays } from './plays';
import { realPlays } from './real-plays';

/**
 * Plays stores on its own engine and writes the histories of their workflows to test/histories/. Until release 1.0, a commit that
 * changes a workflow runs this and says so. After that, histories are frozen and changes go through patched().
 */
async function record(): Promise<void> {
  const log = createProgress(process.stderr);
  const written = [...(await recordSimulated(log)), ...(await recordReal(log))];
  // Only now: a failed recording must not leave half a corpus.
  rmSync(HISTORIES, { recursive: true, force: true });
  mkdirSync(HISTORIES, { recursive: true });
  for (const [name, json] of written) writeFileSync(join(HISTORIES, `${name}.json`), `${json}\n`);
  process.stderr.write(`${written.length} histories in ${HISTORIES}\n`);
}

type Written = [name: string, json: string][];

/**
 * A server suggests a new run after 4,096 events, which a contract reaches after years. With 24 events, long workflows go over
 * several runs, each of which is recorded, and short workflows keep a single run.
 */
const SHORT_RUNS = ['limit.historyCount.suggestContinueAsNew=24'];

async function recordSimulated(log: Progress): Promise<Written> {
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

/** The same workflows with durable timers, which take seconds here. */
async function recordReal(log: Progress): Promise<Written> {
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
  for (const [title, workflowId] of Object.entries(recorded)) {
    const runs = await runsOf(client, workflowId).catch((cause: unknown) =>
      Promise.reject(new Error(`${title}: no workflow ${workflowId}`, { cause })),
    );
    for (const [i, history] of runs.entries()) {
      const name = runs.length === 1 ? title : `${title}.run-${i + 1}`;
      written.push([name, JSON.stringify(withoutMachine(asJson(history)))]);
    }
  }
  return written;
}

/** The histories of all runs, the first one first. */
async function runsOf(client: Client, workflowId: string): Promise<History[]> {
  const runs: History[] = [];
  for (let runId: string | undefined; ;) {
    const history: History = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.unshift(history);
    runId = history.events![0]!.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
    if (!runId) return runs;
  }
}

/** Removes the process id and host name of the recording machine from identities and sticky queues. */
function withoutMachine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMachine);
  if (value === null || typeof value !== 'object') return value;
  const { normalName, ...rest } = value as Record<string, unknown>;
  const entries = Object.entries(rest).map(([key, member]) => [
    key,
    key === 'identity' ? 'worker' : key === 'name' && normalName ? normalName : withoutMachine(member),
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
