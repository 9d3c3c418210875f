import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { rows, settled } from '../support/books';
import { newWorld } from '../support/engine/engine';

test('a target that does not answer delays only its own rows, however many there are', async () => {
  const requested: string[] = [];
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let reached = (): void => {};
  const other = new Promise<void>((resolve) => (reached = resolve));
  const server = http.createServer((req, res) => {
    requested.push(req.url!);
    if (req.url === '/other') reached();
    else return void released.then(() => res.writeHead(204).end());
    res.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { storeId } = await newWorld('2026-10-05T10:00:00+09:00');
  // More rows than the loop claims at a time, all of them before the one row for the other target.
  await rows(
    `INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
     SELECT store_id, 'alarm/' || n, 'http', $2::text || CASE n WHEN 150 THEN '/other' ELSE '/wedged' END, 'alarm', '{}', now_at, now_at
       FROM clocks, generate_series(1, 150) n WHERE store_id = $1 ORDER BY n`,
    [storeId, url],
  );
  await other;
  // The first attempt at the hanging target is still open. It times out after 20 s.
  expect(requested).toEqual(['/wedged', '/other']);
  release();
  await settled(storeId);
  expect(requested).toHaveLength(150);
  await new Promise((resolve) => server.close(resolve));
});
