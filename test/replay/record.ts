import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { stopAllServices } from '../../dev/processes';
import { type Progress, createProgress } from '../../dev/progress';
import { startStack } from '../../dev/stack';
import { HISTORIES, asJson } from './histories';
import { RealEngine } from '../support/real-store';
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

async function simulatedLives(log: Progress): Promise<Written> {
  const stack = await startStack({ mode: 'test', log });
  try {
    const { failed: _failed, stop: _stop, ...environment } = stack;
    process.env.SHIMEBI_TEST_ENV = JSON.stringify(environment);
    const connection = await Connection.connect({ address: stack.temporalAddress });
    const client = new Client({ connection, namespace: stack.temporalNamespace });
    const written: Written = [];
    for (const [name, play] of Object.entries(plays))
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
    await log.step('Starting an engine for real clocks', () => engine.start());
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
    const history = await client.workflow
      .getHandle(workflowId)
      .fetchHistory()
      .catch((cause: unknown) => Promise.reject(new Error(`${of}: no workflow ${workflowId}`, { cause })));
    written.push([of, JSON.stringify(impersonal(asJson(history)))]);
  }
  return written;
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
