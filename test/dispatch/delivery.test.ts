import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import type { DispatchKind } from '../../domain/vocabulary';
import { type Db, openDb } from '../../prisma/db';
import { type Delivery, createDelivery } from '../../dispatch/delivery';
import { resumeClocks } from '../../worker/upkeep';
import { workflowIds } from '../../workflows/contracts/ids';
import { engine, newWorld } from '../support/engine/engine';

/** Delivery to workflows that have not started or have ended, and clocks whose workflow was terminated by hand. */

let db: Db;
let connection: Connection;
let client: Client;
let delivery: Delivery;
let storeId: string;
const log = pino({ level: 'silent' });

beforeAll(async () => {
  const { temporalAddress: address, temporalNamespace: namespace, databaseUrl } = engine();
  db = openDb(databaseUrl, 4);
  connection = await Connection.connect({ address });
  client = new Client({ connection, namespace });
  delivery = createDelivery({ db, client, log });
  ({ storeId } = await newWorld('2026-10-05T10:00:00+09:00'));
}, 60_000);
afterAll(async () => {
  await db.$disconnect();
  await connection.close();
});

/** Writes a row that is due a year later by the store's clock, so that the engine's own loop leaves it alone. */
async function row(kind: DispatchKind, target: string, name: string) {
  const data = { storeId, id: `test/${randomUUID()}`, kind, target, name, payload: {}, at: new Date('2027-10-05') };
  return db.dispatch.create({ data: { ...data, dueAt: data.at } }) as Promise<Parameters<Delivery['toWorkflow']>[0]>;
}
const outcome = async (id: string) =>
  (await db.dispatch.findUniqueOrThrow({ where: { storeId_id: { storeId, id } } })).outcome;
const undeliverable = (id: string) =>
  db.incident.count({ where: { storeId, id: `undeliverable/${id}`, kind: 'message_undeliverable' } });

test('news for an account whose workflow has ended opens an incident', async () => {
  const target = workflowIds.account(`acc_${randomUUID()}`);
  await client.workflow.start('account', { workflowId: target, taskQueue: 'nobody' });
  await client.workflow.getHandle(target).terminate('by a person');
  const news = await row('signal', target, 'guaranteeChanged');
  expect(await delivery.toWorkflow(news)).toEqual({});
  expect(await outcome(news.id)).toBe('target ended');
  expect(await undeliverable(news.id)).toBe(1);
});

test('a message for a workflow that has not started waits for the start; without a start it opens an incident', async () => {
  const target = workflowIds.order(`ord_${randomUUID()}`);
  const start = await row('start', target, 'order');
  const early = await row('update', target, 'cancel');
  await expect(delivery.toWorkflow(early)).rejects.toThrow(/not found/i);
  expect(await delivery.now(storeId, early.id)).toEqual({});
  expect(await outcome(early.id)).toBeNull();

  await db.dispatch.delete({ where: { storeId_id: { storeId, id: start.id } } });
  expect(await delivery.toWorkflow(early)).toEqual({ refusal: { code: 'conflict' } });
  expect(await undeliverable(early.id)).toBe(1);
});

test('a clock that was terminated while it advanced is resumed once; a running clock is left alone', async () => {
  const world = await newWorld('2026-10-05T10:00:00+09:00');
  const clockOf = () => db.clock.findUniqueOrThrow({ where: { storeId: world.storeId } });
  const { journey } = await clockOf();
  const lost = workflowIds.clock(world.storeId, journey + 1);
  await client.workflow.start('clock', { workflowId: lost, taskQueue: 'nobody' });
  await db.clock.update({
    where: { storeId: world.storeId },
    data: { status: 'advancing', targetAt: new Date('2026-10-07T10:00:00+09:00'), journey: journey + 1 },
  });
  const means = { db, client, log };
  await resumeClocks(means);
  expect((await clockOf()).journey).toBe(journey + 1);
  await client.workflow.getHandle(lost).terminate('by a person');
  await Promise.all([resumeClocks(means), resumeClocks(means)]);
  expect((await clockOf()).journey).toBe(journey + 2);
  const arrived = await world.as('finance').get<{ status: string; now: string }>('/v1/clock', { prefer: 'wait=20' });
  expect(arrived).toMatchObject({ status: 'ready', now: '2026-10-07T10:00:00.000+09:00' });
}, 60_000);
