import { startSimulators } from '../../../simulators/server';

test('all three simulators answer on their own ports until closed', async () => {
  const { urls, close } = await startSimulators({ np: 0, sbps: 0, resend: 0 });
  const status = async (url: string, init?: RequestInit) => (await fetch(url, init)).status;
  expect(await status(`${urls.np}/v1/buyers/1`)).toBe(401);
  expect(await status(`${urls.sbps}/api/xmlapi.do`, { method: 'POST' })).toBe(401);
  expect(await status(`${urls.resend}/control/emails`)).toBe(200);
  await close();
  await expect(fetch(urls.np)).rejects.toThrow();
});

test('a simulator that is away refuses every connection, control calls too, and reopens its port by itself', async () => {
  const { urls, close } = await startSimulators({ np: 0, sbps: 0, resend: 0 });
  const inbox = () => fetch(`${urls.resend}/control/emails`).then(({ status }) => status);
  const away = await fetch(`${urls.resend}/control/away`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ for_ms: 300 }),
  });
  expect(away.status).toBe(204);
  const refused = await firstRefusal(inbox);
  expect(refused).toBe('ECONNREFUSED');
  expect(await firstAnswer(inbox)).toBe(200);
  await close();
});

/** Error code of the first call that is refused. */
async function firstRefusal(call: () => Promise<unknown>): Promise<string> {
  for (;;) {
    try {
      await call();
    } catch (e) {
      const { code } = (e as { cause: { code: string } }).cause;
      // These are requests in progress when the port closed.
      if (code !== 'UND_ERR_SOCKET' && code !== 'ECONNRESET') return code;
    }
  }
}

async function firstAnswer(call: () => Promise<number>): Promise<number> {
  for (;;) {
    try {
      return await call();
    } catch {
      await new Promise((wake) => setTimeout(wake, 20));
    }
  }
}
