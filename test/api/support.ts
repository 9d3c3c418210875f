import { randomBytes, randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import pino from 'pino';
import type { Role } from '../../api/lib/access';
import { createApi } from '../../api/app';
import type { Refusal } from '../../domain/refusal';
import { type Db, openDb } from '../../prisma/db';
import { migrate } from '../../prisma/migrate';
import type { Reply } from '../../dispatch/delivery';
import type { TestEnvironment } from '../support/engine/global-setup';

export const ADMIN_KEY = 'sk_platform_for_tests_only';

export interface Answer {
  status: number;
  headers: Headers;
  // Untyped, because tests check bodies as a caller sees them.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

export interface Ask {
  key?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Stands in for the workflows. It returns the answer that a test sets, and keeps the ids of delivered rows. */
export class FakeDelivery {
  delivered: string[] = [];
  refusal: Refusal | null = null;
  isProcessed = true;
  /** Each delivery waits for this before it answers. */
  until: Promise<void> = Promise.resolve();

  async now(_storeId: string, id: string): Promise<Reply> {
    this.delivered.push(id);
    await this.until;
    return this.refusal ? { refusal: this.refusal } : {};
  }
  async untilProcessed(): Promise<Reply | null> {
    return this.isProcessed ? {} : null;
  }
  async toWorkflow(): Promise<Reply> {
    return {};
  }
}

/** The API over a separate database, where no worker processes the rows it writes. */
export class ApiUnderTest {
  readonly delivery = new FakeDelivery();
  readonly logged: string[] = [];
  db!: Db;
  url!: string;
  databaseUrl!: string;
  private server!: Server;
  private admin!: Client;
  private readonly database = `api_${randomBytes(6).toString('hex')}`;

  async start(): Promise<void> {
    const { databaseUrl } = JSON.parse(process.env['SHIMEBI_TEST_ENV']!) as TestEnvironment;
    this.admin = new Client({ connectionString: databaseUrl });
    await this.admin.connect();
    await this.admin.query(`CREATE DATABASE ${this.database}`);
    const own = new URL(databaseUrl);
    own.pathname = `/${this.database}`;
    this.databaseUrl = own.href;
    await migrate(this.databaseUrl);
    this.db = openDb(this.databaseUrl, 10);
    const log = pino({ level: 'debug' }, { write: (line: string) => void this.logged.push(line) });
    const app = createApi({
      db: this.db,
      delivery: this.delivery,
      adminKey: ADMIN_KEY,
      temporalUiUrl: 'http://temporal.test',
      publicUrl: 'http://api.test',
      log,
    });
    this.server = await new Promise<Server>((resolve) => {
      const listening = app.listen(0, () => resolve(listening));
    });
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
    await this.db.$disconnect();
    await this.admin.query(`DROP DATABASE ${this.database} WITH (FORCE)`);
    await this.admin.end();
  }

  /** Sends a request. A write gets a new Idempotency-Key unless `headers` contains one. @param key an API key */
  async ask(method: string, path: string, { key, body, headers = {} }: Ask & { key?: string } = {}): Promise<Answer> {
    const isWrite = method === 'POST' || method === 'PATCH';
    const answer = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(isWrite && { 'idempotency-key': randomUUID(), 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** Makes a store that settles by NP. Its clock stands at noon on 2026-10-05. */
  async store(clock: object = { kind: 'simulated', now: '2026-10-05T12:00:00+09:00' }): Promise<StoreUnderTest> {
    const made = await this.ask('POST', '/v1/stores', { key: ADMIN_KEY, body: { ...newStore, clock } });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    return new StoreUnderTest(this, made.body.id, made.body.api_keys);
  }
}

export const newStore = {
  name: 'テストストア',
  settlement: 'np',
  clock: { kind: 'simulated', now: '2026-10-05' },
  seller: {
    name: 'アイティクラウド株式会社',
    registration_number: 'T1999999999999',
    postal_code: '107-0052',
    address: '東京都港区赤坂1-1-1',
    phone: '03-1234-5678',
    contact_url: 'https://store.example/contact',
  },
  np: { base_url: 'http://np.test', shop_code: 'shop', sp_code: 'secret', terminal_id: 'terminal' },
  sbps: { base_url: 'http://sbps.test', merchant_id: '30132', service_id: '101', hash_key: 'hash-key' },
  mail_from: 'store@store.example',
  terms_version: '2026-04',
};

export function newAccount(reference: string) {
  return {
    reference,
    entity: 'corporation',
    company_name: '株式会社あおば',
    company_kana: 'カブシキガイシャアオバ',
    representative: '青葉太郎',
    postal_code: '100-0001',
    address: '東京都千代田区千代田1-1',
    phone: '03-1111-2222',
    contact_person: '青葉花子',
    email: `${reference}@aoba.example`,
    consent: { terms_version: '2026-04' },
  };
}

export const newPlan = {
  code: 'A',
  name: '商品A',
  provisioning: 'maker',
  cancellation_terms: 'notice_by_previous_month_end_ends_month_end',
  price: { amount: 30_000, rate_class: 'standard', effective_from: '2026-04-01' },
};

export class StoreUnderTest {
  constructor(
    private readonly api: ApiUnderTest,
    readonly id: string,
    private readonly keys: { role: Role; secret: string }[],
  ) {}

  keyOf(role: Role): string {
    return this.keys.find((key) => key.role === role)!.secret;
  }
  get(path: string, role: Role = 'admin', headers: Record<string, string> = {}): Promise<Answer> {
    return this.api.ask('GET', path, { key: this.keyOf(role), headers });
  }
  post(path: string, body: unknown, role: Role = 'operator', headers: Record<string, string> = {}): Promise<Answer> {
    return this.api.ask('POST', path, { key: this.keyOf(role), body, headers });
  }
  patch(path: string, body: unknown, role: Role = 'operator'): Promise<Answer> {
    return this.api.ask('PATCH', path, { key: this.keyOf(role), body });
  }

  async account(changes: object = {}): Promise<{ id: string; billing_destinations: { id: string }[] }> {
    const made = await this.post('/v1/accounts', { ...newAccount(`acc-${randomUUID()}`), ...changes });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    return made.body;
  }
  async plan(changes: object = {}): Promise<string> {
    const made = await this.post('/v1/plans', { ...newPlan, code: randomUUID(), ...changes });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    return made.body.id;
  }
  /** Places a bank-transfer order with a new account and a new plan. */
  async order(): Promise<{ id: string; account_id: string; lines: { subscription_id: string }[] }> {
    const [account, plan] = [await this.account(), await this.plan()];
    const made = await this.post('/v1/orders', transferOrder(account.id, plan));
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    return made.body;
  }
}

export function transferOrder(account_id: string, plan_id: string, quantity = 1) {
  return { account_id, payment: { method: 'bank_transfer' }, lines: [{ plan_id, quantity }] };
}

export function cardOrder(account_id: string, plan_id: string, payment: object = {}) {
  return {
    account_id,
    payment: { method: 'card', token: 'tok_1', token_key: 'tkey_1', ...payment },
    lines: [{ plan_id, quantity: 1 }],
  };
}
