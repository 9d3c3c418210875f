import { createServer, type Server } from 'node:net';
import { freePort, holderOf, isFree, requireFree } from '../../dev/services/ports';
import { SetupError } from '../../dev/services/progress';

describe('a port that is taken', () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('is detected, and its holder is named', async () => {
    expect(await isFree(port)).toBe(false);
    expect(holderOf(port)).toContain(`(pid ${process.pid})`);
  });

  test('stops the start with a message that names the variable for another port', async () => {
    const free = await freePort();
    const start = requireFree([
      { name: 'API', port, variable: 'PORT' },
      { name: 'mail inbox', port: free, variable: 'RESEND_PORT' },
    ]);
    await expect(start).rejects.toThrow(SetupError);
    await expect(start).rejects.toThrow(
      new RegExp(`^Port ${port} \\(API\\) is taken by .*pid ${process.pid}.* PORT=\\d+$`),
    );
  });
});

test('a free port is free', async () => {
  expect(await isFree(await freePort())).toBe(true);
});
