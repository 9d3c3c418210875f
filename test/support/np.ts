import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { type Instant, endOf, instant, jstDate } from '../../domain/calendar';
import { yen } from '../../domain/money';
import { createNp } from '../../providers/credit/np/provider';
import type { BuyerProfile, TransactionRequest } from '../../providers/credit/port';
import { createNpSimulator } from '../../simulators/np/app';

export const SHOP = { shopCode: 'bss0001234', spCode: 'sp5678', terminalId: '9010000001' };
const TOKEN = 'alarm-token';

interface Alarm {
  id: string;
  at: Instant;
  callback_url: string;
  body: object;
}
export interface Notice {
  event_id: string;
  type: string;
  occurred_at: Instant;
  data: Record<string, unknown>;
}

async function serve(app: express.Express): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The engine as NP sees it: accepts alarms and news. The test calls an alarm back when its date has come. */
function fakeEngine() {
  const alarms = new Map<string, Alarm>();
  const fired = new Set<string>();
  const news: { authorization: string | undefined; notice: Notice }[] = [];
  const mails: { key: string | undefined; mail: Record<string, unknown> }[] = [];
  const refuse = { news: 0, alarms: 0, mails: 0 };
  const app = express();
  app.use(express.json({ limit: '10mb' }));
  app.post('/alarms', (req, res) => {
    if (refuse.alarms-- > 0) return void res.status(503).end();
    if (req.get('authorization') !== `Bearer ${TOKEN}`) return void res.status(401).end();
    const alarm = req.body as Alarm;
    if (!alarms.has(alarm.id)) alarms.set(alarm.id, alarm);
    res.status(201).end();
  });
  app.post('/news', (req, res) => {
    if (refuse.news-- > 0) return void res.status(500).end();
    news.push({ authorization: req.get('authorization'), notice: req.body as Notice });
    res.status(204).end();
  });
  app.post('/mail/emails', (req, res) => {
    // Resend answers like this while the first attempt is still in progress.
    if (refuse.mails-- > 0) return void res.status(409).json({ name: 'concurrent_idempotent_requests' });
    mails.push({ key: req.get('idempotency-key'), mail: req.body as Record<string, unknown> });
    res.json({ id: String(mails.length) });
  });
  const call = (alarm: Alarm) =>
    fetch(alarm.callback_url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(alarm.body),
    });
  return { app, alarms, fired, news, mails, refuse, call };
}

/** Starts a simulator with one shop, the engine that it calls, and the adapter under test. */
export async function startNp() {
  const engine = fakeEngine();
  const engineServer = await serve(engine.app);
  const simulator = await serve(createNpSimulator());

  const control = async (path: string, body: object) => {
    const response = await fetch(`${simulator.url}/control/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(path === 'merchants' ? body : { shop_code: SHOP.shopCode, ...body }),
    });
    return { status: response.status, text: await response.text() };
  };
  const read = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${simulator.url}/control/${path}?shop_code=${SHOP.shopCode}`);
    return (await response.json()) as T;
  };
  await control('merchants', {
    shop_code: SHOP.shopCode,
    sp_code: SHOP.spCode,
    terminal_id: SHOP.terminalId,
    news_url: `${engineServer.url}/news`,
    alarms_url: `${engineServer.url}/alarms`,
    alarms_token: TOKEN,
    mail_url: `${engineServer.url}/mail`,
  });

  /** Fires the alarms that are due by the end of that day, in order. @returns the news they caused, in order of arrival */
  const until = async (date: string): Promise<Notice[]> => {
    const before = engine.news.length;
    for (;;) {
      const due = [...engine.alarms.values()]
        .filter(({ id, at }) => !engine.fired.has(id) && at < endOf(jstDate(date)))
        .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))[0];
      if (!due) return engine.news.slice(before).map(({ notice }) => notice);
      const response = await engine.call(due);
      if (!response.ok) throw new Error(`${due.id}: HTTP ${response.status} ${await response.text()}`);
      engine.fired.add(due.id);
    }
  };

  return {
    baseUrl: simulator.url,
    engine,
    control,
    until,
    np: createNp({ ...SHOP, baseUrl: simulator.url }),
    npWith: (changes: object) => createNp({ ...SHOP, baseUrl: simulator.url, ...changes }),
    buyers: async () => (await read<{ buyers: Record<string, unknown>[] }>('buyers')).buyers,
    bills: async () => (await read<{ bills: Record<string, unknown>[] }>('bills')).bills,
    effects: async () => (await read<{ effects: Record<string, object> }>('effects')).effects,
    alarmTimes: () => Object.fromEntries([...engine.alarms.values()].map(({ id, at }) => [id, at.slice(0, 16)])),
    async stop() {
      await simulator.close();
      await engineServer.close();
    },
  };
}

export type RunningNp = Awaited<ReturnType<typeof startNp>>;

export const OCTOBER_5 = instant('2026-10-05T10:00:00+09:00');

/** A company of the story. Magic values go into the local part of its mail address. */
export function profileOf(name: string, changes: Partial<BuyerProfile> = {}): BuyerProfile {
  return {
    entity: 'corporation',
    companyName: '株式会社青葉',
    companyKana: 'カブシキガイシャアオバ',
    representative: '青葉 一郎',
    postalCode: '100-0001',
    address: '東京都千代田区千代田1-1',
    phone: '03-1234-5678',
    department: '総務部',
    contactPerson: '青葉 花子',
    email: `${name}@aoba.example`,
    ...changes,
  };
}

/** A transaction of one line at 10 %. @param total yen with tax */
export function charge(
  buyerId: string,
  shopTransactionId: string,
  total: number,
  orderedOn = '2026-10-05',
): TransactionRequest {
  return {
    shopTransactionId,
    buyerId,
    orderedOn: jstDate(orderedOn),
    total: yen(total),
    lines: [{ text: '商品A 2026年10月分', price: yen(total), quantity: 1, rateClass: 'standard' }],
  };
}

/** Registers a buyer and its transaction, and requests the month's bill. @returns the buyer's id */
export async function registerAndBill(at: RunningNp, name: string, total: number, month: string): Promise<string> {
  const found = await at.np.findBuyer(name);
  const { buyerId } = found ?? (await at.np.registerBuyer(profileOf(name), name, OCTOBER_5));
  const result = await at.np.registerTransaction(charge(buyerId, `${name}-${month}-1`, total, `${month}-05`));
  if (result.outcome !== 'registered') throw new Error(`NP rejected the transaction: ${result.reason}`);
  await at.np.requestBilling([{ transactionId: result.transactionId, baseDate: jstDate(`${month}-05`) }]);
  return buyerId;
}
