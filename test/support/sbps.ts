import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { instant } from '../../domain/calendar';
import { yen } from '../../domain/money';
import type { CardProvider } from '../../providers/cards/port';
import { createSbps } from '../../providers/cards/sbps/provider';
import { createSbpsSimulator } from '../../simulators/sbps/app';

export const MERCHANT = { merchantId: '30132', serviceId: '001', hashKey: 'c2b8a9d0e7' };

/** Starts a simulator on its own port with one merchant registered. The functions it returns play the outside world. */
export async function startSbps() {
  const server: Server = await new Promise((resolve) => {
    const listening = createSbpsSimulator().listen(0, '127.0.0.1', () => resolve(listening));
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const control = async (path: string, body: unknown) => {
    const response = await fetch(`${baseUrl}/control/${path}`, {
      method: 'POST',
      // Closes each connection, so that the provider's client cannot reuse it.
      headers: { 'Content-Type': 'application/json', Connection: 'close' },
      body: JSON.stringify(body),
    });
    return {
      status: response.status,
      json: response.status === 204 ? {} : ((await response.json()) as Record<string, string>),
    };
  };
  const { merchantId, serviceId, hashKey } = MERCHANT;
  await control('merchants', { merchant_id: merchantId, service_id: serviceId, hash_key: hashKey });

  return {
    baseUrl,
    control,
    provider: (timeoutMs?: number): CardProvider => createSbps({ ...MERCHANT, baseUrl, timeoutMs }),
    fault: (fault: { api_id: string; mode: string; times?: number; delay_ms?: number }) =>
      control('faults', { merchant_id: merchantId, ...fault }),
    async token(card: { scenario: string; brand?: string; declined_from?: string }) {
      const { json } = await control('tokens', card);
      return { token: json.token ?? '', tokenKey: json.token_key ?? '' };
    },
    async effects() {
      const response = await fetch(`${baseUrl}/control/effects?merchant_id=${merchantId}`, {
        headers: { Connection: 'close' },
      });
      return ((await response.json()) as { effects: Record<string, unknown>[] }).effects;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type RunningSbps = Awaited<ReturnType<typeof startSbps>>;

export const OCTOBER_7 = instant('2026-10-07T10:00:00+09:00');

/** chiyo's order in the story: 12,000 yen a month, 13,200 with tax. */
export const SALE = {
  orderId: 'card-auth-chiyo-2026-10-1',
  customerCode: 'chiyo',
  amount: yen(13_200),
  tax: yen(1_200),
  itemId: 'PLAN-A',
  itemName: '年額プラン',
  at: OCTOBER_7,
};

/** Takes a shopper through 3-D Secure. @returns the authentication id */
export async function authenticate(
  sbps: RunningSbps,
  card: Parameters<RunningSbps['token']>[0] = { scenario: 'ok' },
  sale: { customerCode: string; amount: typeof SALE.amount } = SALE,
): Promise<string> {
  const answer = await sbps.provider().request3ds({
    customerCode: sale.customerCode,
    amount: sale.amount,
    card: await sbps.token(card),
    okUrl: 'https://store.example/ok',
    ngUrl: 'https://store.example/ng',
    at: OCTOBER_7,
  });
  if (answer.outcome !== 'redirect') throw new Error(`3-D Secure was not offered: ${answer.code}`);
  await sbps.control(`3ds/${answer.authenticationId}`, { result: 'passed' });
  return answer.authenticationId;
}

/** Authorises a sale with a new card. @returns the tracking id */
export async function authoriseSale(sbps: RunningSbps, sale: Partial<typeof SALE> = {}): Promise<string> {
  const wanted = { ...SALE, ...sale };
  const by = { authenticationId: await authenticate(sbps, { scenario: 'ok' }, wanted) };
  const answer = await sbps.provider().authorise({ ...wanted, by });
  if (answer.outcome !== 'authorised') throw new Error(`declined: ${answer.code}`);
  return answer.trackingId;
}
