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
