import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { restBook } from '../../activities/store/rest';
import { instant } from '../../domain/calendar';
import { TestStore, openTestDb } from '../activities/close/store';
import type { failing } from './failing';
import { type OwnWorker, startOwnWorker } from './own-worker';

/** The effects of a workflow that fails outside of an attempt: workflows/lib/failure.ts. */

const db = openTestDb();
const taskQueue = `failure-${randomUUID()}`;
const at = instant('2026-10-05T10:00:00+09:00');
let client: Client;
let store: TestStore;
let worker: OwnWorker;

beforeAll(async () => {
  store = await TestStore.make(db, 'np');
  worker = await startOwnWorker('failing.ts', {
    taskQueue,
    interceptors: { workflowModules: [join(__dirname, '../../workflows/lib/failure.ts')] },
    activities: restBook(store.deps),
  });
  client = worker.client;
});
afterAll(async () => {
  await worker.stop();
  await db.$disconnect();
});

/** Runs a workflow with two delivered but open messages, its start and a signal. @returns its failure, incidents, open messages */
async function run(how: 'fail' | 'cancel' | 'continue') {
  const workflowId = `failing/${randomUUID()}`;
  const instantIn = new Date(at);
  for (const kind of ['start', 'signal'] as const)
    await db.dispatch.create({
      data: {
        storeId: store.id,
        id: `${kind}/${workflowId}`,
        kind,
        target: workflowId,
        name: kind,
        payload: {},
        at: instantIn,
        dueAt: instantIn,
        deliveredAt: instantIn,
      },
    });
  const ended = client.workflow.execute<typeof failing>('failing', {
    taskQueue,
    workflowId,
    args: [{ storeId: store.id, clock: 'simulated', at, messageId: `start/${workflowId}`, how }],
  });
  const failure = await ended.then(
    () => null,
    (e: Error) => (e.cause as Error).message,
  );
  const where = { storeId: store.id };
  const incidents = await db.incident.findMany({ where: { ...where, workflowId } });
  const open = await db.dispatch.count({ where: { ...where, target: workflowId, processedAt: null } });
  return { failure, incidents, open };
}

test('a failure opens an incident with its reason and closes its messages', async () => {
  const { failure, incidents, open } = await run('fail');
  expect(failure).toBe('no such order');
  expect(incidents).toMatchObject([
    {
      kind: 'workflow_failed',
      owner: 'operator',
      openedAt: new Date(at),
      detail: { failure: expect.stringContaining('no such order') },
    },
  ]);
  expect(open).toBe(0);
});

test('a cancellation or a new run is not a failure', async () => {
  expect(await run('cancel')).toMatchObject({ incidents: [], open: 2 });
  expect(await run('continue')).toMatchObject({ failure: null, incidents: [], open: 2 });
});
