import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import type { DispatchKind } from '../../domain/vocabulary';
import { DispatchLoop } from '../../dispatch/loop';
import { ApiUnderTest } from '../api/support';

/* The dispatch loops of two workers over one separate database, and a target that receives sixty or more rows. */

const api = new ApiUnderTest();
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const gate = () => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
};

/** The rows that the target has received, in order, and how it answers. */
let received: number[] = [];
let concurrent = 0;
let mostConcurrent = 0;
let answer: (n: number, path?: string) => Promise<number> = async () => 204;
const target = http.createServer((req, res) => {
  void text(req).then(async (body) => {
    received.push(Number(body));
    mostConcurrent = Math.max(mostConcurrent, (concurrent += 1));
    const status = await answer(Number(body), req.url);
    concurrent -= 1;
    res.writeHead(status).end();
  });
});

beforeAll(async () => {
  await api.start();
  await listening(target);
});
let loops: DispatchLoop[] = [];
let ends: Promise<void>[] = [];
beforeEach(() => {
  [received, concurrent, mostConcurrent, answer] = [[], 0, 0, async () => 204];
});
afterEach(async () => {
  for (const loop of loops) loop.stop();
  await Promise.all(ends);
  [loops, ends] = [[], []];
});
afterAll(async () => {
  target.close();
  await api.stop();
});

async function listening(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function begin(databaseUrl = api.databaseUrl, db: object = api.db): DispatchLoop {
  const deps = { db, log: pino({ level: 'silent' }) } as unknown as ConstructorParameters<typeof DispatchLoop>[0];
  const loop = new DispatchLoop(deps, api.delivery, databaseUrl);
  loops.push(loop);
  ends.push(loop.run());
  return loop;
}

/** Enqueues rows 1 … count for one target, in a new store. @returns a function that waits until all are processed */
async function enqueueRows(count: number, path = ''): Promise<() => Promise<void>> {
  const { id } = await api.store();
  const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/${path}`;
  await api.db.$executeRaw`
    INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
    SELECT store_id, 'alarm/' || n, 'http', ${url}, 'alarm', to_jsonb(n), now_at, now_at
      FROM clocks, generate_series(1, ${count}::int) n WHERE store_id = ${id} ORDER BY n`;
  return () => until(async () => (await api.db.dispatch.count({ where: { storeId: id, processedAt: null } })) === 0);
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A connection to the database that the test can cut. */
async function openCuttableConnection(): Promise<{ url: string; cut(): void }> {
  const { hostname, port } = new URL(api.databaseUrl);
  const sockets: net.Socket[] = [];
  const server = net.createServer((near) => {
    const far = net.connect(Number(port), hostname);
    for (const [one, other] of [[near, far] as const, [far, near] as const])
      sockets.push(one.on('error', () => other.destroy()).pipe(other) && one);
  });
  const url = new URL(api.databaseUrl);
  url.port = String(await listening(server));
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: url.href, cut };
}

test('with two loops, a target receives its rows one at a time, in order, each once', async () => {
  const done = await enqueueRows(120);
  begin();
  begin();
  await done();
  expect(received).toEqual(upTo(120));
  expect(mostConcurrent).toBe(1);
});

test('later rows wait for a row that the target rejects three times', async () => {
  let refusals = 3;
  answer = async (n) => (n === 2 && refusals-- > 0 ? 503 : 204);
  const done = await enqueueRows(60);
  begin();
  await done();
  expect(received).toEqual([1, 2, 2, 2, ...upTo(60).slice(1)]);
});

test('when the leader loses its database, the other loop takes over its rows at once, and the leader sends nothing more', async () => {
  const done = await enqueueRows(60);
  const held = gate();
  answer = () => held.opened.then(() => 204);
  const { url, cut } = await openCuttableConnection();
  begin(url);
  await until(() => received.length === 1);
  begin();
  cut();
  await until(() => received.length === 2);
  held.open();
  await done();
  expect(received).toEqual([1, ...upTo(60)]);
});

test('when the leader is stopped, the other loop continues where it left off', async () => {
  const done = await enqueueRows(120);
  const held = gate();
  answer = (n) => (n === 5 ? held.opened : Promise.resolve()).then(() => 204);
  const first = begin();
  await until(() => received.length === 5);
  begin();
  first.stop();
  held.open();
  await done();
  expect(received).toEqual(upTo(120));
});

test('when the leader is stopped while a target hangs, the other targets still receive their rows', async () => {
  const done = await enqueueRows(1);
  const held = gate();
  answer = (_, path) => (path === '/' ? held.opened : Promise.resolve()).then(() => 204);
  const first = begin();
  await until(() => received.length === 1);
  const othersDone = await enqueueRows(3, 'other');
  begin();
  first.stop();
  await until(() => received.includes(3));
  held.open();
  await othersDone();
  await done();
});

test('when Resend hangs with more mails than are sent at once, the other targets still receive their rows', async () => {
  const { id } = await api.store();
  await api.db.$executeRaw`
    INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
    SELECT store_id, 'mail/' || n, 'mail', 'mail/' || n, 'mail', '{}', now_at - interval '1 day', now_at - interval '1 day'
      FROM clocks, generate_series(1, 150) n WHERE store_id = ${id}`;
  const held = gate();
  const findUniqueOrThrow = () => held.opened.then(() => Promise.reject(new Error('Resend is down')));
  const done = await enqueueRows(3);
  begin(api.databaseUrl, Object.create(api.db, { mail: { value: { findUniqueOrThrow } } }) as object);
  await done();
  expect(received).toEqual(upTo(3));
  held.open();
  await api.db.dispatch.updateMany({ where: { storeId: id }, data: { processedAt: new Date() } });
});

test('a workflow’s start is delivered before a message that was written earlier', async () => {
  const { id } = await api.store();
  await api.db.$executeRaw`
    INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
    SELECT store_id, kind, kind, 'close/1', kind, '{}', now_at, now_at
      FROM clocks, unnest(ARRAY['signal', 'start', 'update']) kind WHERE store_id = ${id}`;
  const delivered: string[] = [];
  const loop = begin();
  Object.assign(api.delivery, {
    async toWorkflow({ kind }: { kind: DispatchKind }) {
      delivered.push(kind);
      await api.db.dispatch.updateMany({ where: { storeId: id, kind }, data: { processedAt: new Date() } });
      return {};
    },
  });
  await until(() => delivered.length === 3);
  loop.stop();
  expect(delivered).toEqual(['start', 'signal', 'update']);
});
