import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { DispatchLoop } from '../../dispatch/loop';
import { ApiUnderTest } from '../api/support';

/* The loops of two workers over one database of their own, and a target that is told sixty things and more. */

const api = new ApiUnderTest();
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const gate = () => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
};

/** What the target was told, in that order, and how it answers. */
let told: number[] = [];
let atOnce = 0;
let mostAtOnce = 0;
let answer: (n: number, path?: string) => Promise<number> = async () => 204;
const target = http.createServer((req, res) => {
  void text(req).then(async (body) => {
    told.push(Number(body));
    mostAtOnce = Math.max(mostAtOnce, (atOnce += 1));
    const status = await answer(Number(body), req.url);
    atOnce -= 1;
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
  [told, atOnce, mostAtOnce, answer] = [[], 0, 0, async () => 204];
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

/** Rows 1 … count for one target, in a store of their own. @returns resolves once all are done */
async function tell(count: number, path = ''): Promise<() => Promise<void>> {
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

/** A way to the database that can be cut. */
async function cable(): Promise<{ url: string; cut(): void }> {
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

test('two loops side by side: one target’s rows one at a time, in order, each once', async () => {
  const done = await tell(120);
  begin();
  begin();
  await done();
  expect(told).toEqual(upTo(120));
  expect(mostAtOnce).toBe(1);
});

test('a row that is refused three times: those after it wait for it', async () => {
  let refusals = 3;
  answer = async (n) => (n === 2 && refusals-- > 0 ? 503 : 204);
  const done = await tell(60);
  begin();
  await done();
  expect(told).toEqual([1, 2, 2, 2, ...upTo(60).slice(1)]);
});

test('the one that leads loses its database: the other begins with what it had taken, at once; it tells nothing more', async () => {
  const done = await tell(60);
  const held = gate();
  answer = () => held.opened.then(() => 204);
  const { url, cut } = await cable();
  begin(url);
  await until(() => told.length === 1);
  begin();
  cut();
  await until(() => told.length === 2);
  held.open();
  await done();
  expect(told).toEqual([1, ...upTo(60)]);
});

test('the one that leads is stopped: the other goes on where it left off', async () => {
  const done = await tell(120);
  const held = gate();
  answer = (n) => (n === 5 ? held.opened : Promise.resolve()).then(() => 204);
  const first = begin();
  await until(() => told.length === 5);
  begin();
  first.stop();
  held.open();
  await done();
  expect(told).toEqual(upTo(120));
});

test('the one that leads is stopped while a target does not answer: the others are told meanwhile', async () => {
  const done = await tell(1);
  const held = gate();
  answer = (_, path) => (path === '/' ? held.opened : Promise.resolve()).then(() => 204);
  const first = begin();
  await until(() => told.length === 1);
  const othersDone = await tell(3, 'other');
  begin();
  first.stop();
  await until(() => told.includes(3));
  held.open();
  await othersDone();
  await done();
});

test('Resend hangs with more mails than are sent at once: others are told what they are to be told', async () => {
  const { id } = await api.store();
  await api.db.$executeRaw`
    INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
    SELECT store_id, 'mail/' || n, 'mail', 'mail/' || n, 'mail', '{}', now_at - interval '1 day', now_at - interval '1 day'
      FROM clocks, generate_series(1, 150) n WHERE store_id = ${id}`;
  const held = gate();
  const findUniqueOrThrow = () => held.opened.then(() => Promise.reject(new Error('Resend is away')));
  const done = await tell(3);
  begin(api.databaseUrl, Object.create(api.db, { mail: { value: { findUniqueOrThrow } } }) as object);
  await done();
  expect(told).toEqual(upTo(3));
  held.open();
  await api.db.dispatch.updateMany({ where: { storeId: id }, data: { processedAt: new Date() } });
});

test('a message that was written before the start of its workflow: the start first', async () => {
  const { id } = await api.store();
  await api.db.$executeRaw`
    INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
    SELECT store_id, kind, kind, 'close/1', kind, '{}', now_at, now_at
      FROM clocks, unnest(ARRAY['signal', 'start', 'update']) kind WHERE store_id = ${id}`;
  const said: string[] = [];
  const loop = begin();
  Object.assign(api.delivery, {
    async toWorkflow({ kind }: { kind: string }) {
      said.push(kind);
      await api.db.dispatch.updateMany({ where: { storeId: id, kind }, data: { processedAt: new Date() } });
      return {};
    },
  });
  await until(() => said.length === 3);
  loop.stop();
  expect(said).toEqual(['start', 'signal', 'update']);
});
