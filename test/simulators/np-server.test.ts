import { startSimulators } from '../../simulators/server';

test('all three serve on ports of their own until closed', async () => {
  const { urls, close } = await startSimulators({ np: 0, sbps: 0, resend: 0 });
  const status = async (url: string, init?: RequestInit) => (await fetch(url, init)).status;
  expect(await status(`${urls.np}/v1/buyers/1`)).toBe(401);
  expect(await status(`${urls.sbps}/api/xmlapi.do`, { method: 'POST' })).toBe(401);
  expect(await status(`${urls.resend}/control/emails`)).toBe(200);
  await close();
  await expect(fetch(urls.np)).rejects.toThrow();
});

test('a simulator that is away refuses connections, its controls included, and comes back on its port by itself', async () => {
  const { urls, close } = await startSimulators({ np: 0, sbps: 0, resend: 0 });
  const inbox = () => fetch(`${urls.resend}/control/emails`).then(({ status }) => status);
  const away = await fetch(`${urls.resend}/control/away`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ for_ms: 300 }),
  });
  expect(away.status).toBe(204);
  const refused = await refusalOf(inbox);
  expect(refused).toBe('ECONNREFUSED');
  expect(await onceBack(inbox)).toBe(200);
  await close();
});

/** Of the first call that does not get through. */
async function refusalOf(call: () => Promise<unknown>): Promise<string> {
  for (;;) {
    try {
      await call();
    } catch (e) {
      const { code } = (e as { cause: { code: string } }).cause;
      // What was cut off as the port closed.
      if (code !== 'UND_ERR_SOCKET' && code !== 'ECONNRESET') return code;
    }
  }
}

async function onceBack(call: () => Promise<number>): Promise<number> {
  for (;;) {
    try {
      return await call();
    } catch {
      await new Promise((wake) => setTimeout(wake, 20));
    }
  }
}
