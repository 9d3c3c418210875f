import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import type { Deps } from '../../activities/deps';
import { DispatchLoop } from '../../worker/dispatch-loop';
import { ApiUnderTest } from '../api/support';

/* The loops of two workers over one database of their own. */

const api = new ApiUnderTest();
const loops: DispatchLoop[] = [];
const ended: Promise<void>[] = [];
/** Numbers of the rows the target was told, in that order. */
let told: number[] = [];
let atWork = 0;
let mostAtWork = 0;
let hold: Promise<void> = Promise.resolve();
const target = http.createServer((req, res) => {
  void text(req).then(async (n) => {
    told.push(Number(n));
    mostAtWork = Math.max(mostAtWork, (atWork += 1));
    await hold;
    atWork -= 1;
    res.writeHead(204).end();
  });
});

beforeAll(async () => {
  await api.start();
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  [told, atWork, mostAtWork] = [[], 0, 0];
});
afterEach(async () => {
  for (const loop of loops.splice(0)) loop.stop();
  await Promise.all(ended.splice(0));
});
afterAll(async () => {
  target.close();
  await api.stop();
});

function begin(): DispatchLoop {
  const deps = { db: api.db, log: pino({ level: 'silent' }) } as unknown as Deps;
  const loop = new DispatchLoop(deps, api.delivery, api.databaseUrl);
  loops.push(loop);
  ended.push(loop.run());
  return loop;
}

/** Rows for one target, their numbers where the target reads them. */
async function tell(count: number): Promise<() => Promise<void>> {
  const { id } = await api.store();
  const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`;
  await api.db.$executeRaw`
    INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
    SELECT store_id, 'alarm/' || n, 'http', ${url}, 'alarm', to_jsonb(n), now_at, now_at
      FROM clocks, generate_series(1, ${count}::int) n WHERE store_id = ${id} ORDER BY n`;
  return () => until(async () => (await api.db.dispatch.count({ where: { storeId: id, processedAt: null } })) === 0);
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

test('two loops side by side: one target’s rows one at a time, in order, each once', async () => {
  const done = await tell(120);
  begin();
  begin();
  await done();
  expect(told).toEqual(upTo(120));
  expect(mostAtWork).toBe(1);
});

test('the one that leads is gone with rows it had taken: the other begins with them, at once and in order', async () => {
  const done = await tell(60);
  let letGo = (): void => {};
  hold = new Promise((resolve) => (letGo = resolve));
  const first = begin();
  await until(() => told.length === 1);
  begin();
  first.stop();
  await api.db.$queryRaw`
    SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
     WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()`;
  await until(() => told.length === 2);
  letGo();
  await done();
  expect(told).toEqual([1, ...upTo(60)]);
});
