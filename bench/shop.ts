import { Client, Connection } from '@temporalio/client';
import { Agent, request } from 'node:http';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import type { Stack } from '../dev/services/stack';
import { type Buyer, World } from '../dev/story/world';
import { workflowIds } from '../workflows/contracts/ids';

const STORE_BEGINS = '2026-10-01T10:00:00+09:00';
/** The number of buyers. It exceeds the 32 orders placed at a time, so that orders of one buyer seldom wait for each other. */
const BUYERS = 64;

/** The benchmark's online shop, which places orders by HTTP. NP, the credit provider, has accepted its buyers before. */
export class Shop {
  /** Ids of the confirmed orders, oldest first. */
  readonly orders: string[] = [];
  private next = 0;
  private readonly agent: Agent;

  private constructor(
    private readonly world: World,
    private readonly buyers: Buyer[],
    private readonly planId: string,
    private readonly apiUrl: string,
    private readonly pool: Pool,
    private readonly client: Client,
    inFlight: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  }

  static async open(stack: Stack, inFlight: number): Promise<Shop> {
    const world = await World.create(stack, { now: STORE_BEGINS });
    const planId = await world.plan('A', '商品A', 1_000);
    const buyers: Buyer[] = [];
    for (let n = 1; n <= BUYERS; n += 1) {
      const buyer = { reference: `b${n}`, company: `株式会社ベンチ${n}`, kana: 'ベンチ', representative: '試験 太郎' };
      const email = `keiri+limit-100000000000@b${n}.example.jp`;
      buyers.push(await world.buyer({ ...buyer, address: '東京都渋谷区渋谷1-1-1', email }));
    }
    const connection = await Connection.connect({ address: stack.temporalAddress });
    const client = new Client({ connection, namespace: stack.temporalNamespace });
    const pool = new Pool({ connectionString: stack.databaseUrl, max: 1 });
    const shop = new Shop(world, buyers, planId, stack.apiUrl, pool, client, inFlight);
    // NP screens a buyer at its first order. Only eight buyers order at a time, so that each decision comes within the 30 s for
    // which a request waits.
    for (let n = 0; n < BUYERS; n += 8) await Promise.all(buyers.slice(n, n + 8).map(() => shop.order()));
    await shop.settle();
    shop.orders.length = 0;
    return shop;
  }

  /** Places an order and waits for the answer. By then the order is confirmed and its service has started. */
  async order(): Promise<void> {
    const { accountId } = this.buyers[this.next++ % this.buyers.length]!;
    const order = await this.post('/v1/orders', {
      account_id: accountId,
      payment: { method: 'bank_transfer' },
      lines: [{ plan_id: this.planId, quantity: 1 }],
    });
    if (order.status !== 'active') throw new Error(`order ${order.id} is ${order.status}, not confirmed`);
    this.orders.push(order.id);
  }

  /** Waits until the orders have had all their effects: no due message or mail is left. */
  async settle(): Promise<void> {
    for (;;) {
      const { rows } = await this.pool.query<{ open: string }>('SELECT count(*) AS open FROM unsettled($1)', [
        this.world.storeId,
      ]);
      if (rows[0]!.open === '0') return;
      await sleep(5);
    }
  }

  /** @throws when an order lacks its event, charge, NP registration, wait or audit entry, or when an incident was opened */
  async check(): Promise<void> {
    const { rows } = await this.pool.query<{ order_id: string }>(
      `SELECT o.id AS order_id FROM orders o
        WHERE o.store_id = $1 AND o.id = ANY($2)
          AND NOT (o.status = 'active'
            AND EXISTS (SELECT FROM events e WHERE e.store_id = o.store_id AND e.order_id = o.id AND e.type = 'order.confirmed')
            AND EXISTS (SELECT FROM billable_items i WHERE i.store_id = o.store_id AND i.order_id = o.id AND i.status = 'billable')
            AND EXISTS (SELECT FROM credit_transactions t WHERE t.store_id = o.store_id AND t.order_id = o.id AND t.status = 'registered')
            AND EXISTS (SELECT FROM waits w WHERE w.store_id = o.store_id AND w.workflow_id = 'order/' || o.id AND w.waiting_for = 'contract')
            AND EXISTS (SELECT FROM audit_log a WHERE a.store_id = o.store_id AND a.target = o.id))`,
      [this.world.storeId, this.orders],
    );
    const incidents = await this.pool.query('SELECT kind FROM incidents WHERE store_id = $1', [this.world.storeId]);
    if (rows.length + incidents.rows.length > 0)
      throw new Error(`${rows.length} orders are incomplete, ${incidents.rows.length} incidents`);
  }

  /** Number of history events of the buyers' account workflows. bench/order.ts adds the growth of this number to the orders'. */
  async accountEvents(): Promise<number> {
    const lengths = this.buyers.map(({ accountId }) => this.historyLength(workflowIds.account(accountId)));
    return (await Promise.all(lengths)).reduce((sum, length) => sum + length, 0);
  }

  /** Mean number of history events of an order's workflow, over a sample: every nth order, about 200 in all. */
  async orderEvents(every = Math.max(1, Math.floor(this.orders.length / 200))): Promise<number> {
    const sample = this.orders.filter((_, i) => i % every === 0);
    const lengths = await Promise.all(sample.map((id) => this.historyLength(workflowIds.order(id))));
    return lengths.reduce((sum, length) => sum + length, 0) / sample.length;
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.pool.end();
    await this.client.connection.close();
  }

  private async historyLength(workflowId: string): Promise<number> {
    const { events } = await this.client.workflow.getHandle(workflowId).fetchHistory();
    return events?.length ?? 0;
  }

  /**
   * Posts as a shop does: if the server has just closed the kept-alive connection, the request is sent again with the same
   * idempotency key.
   */
  private async post(path: string, body: object): Promise<{ id: string; status: string }> {
    const key = randomUUID();
    try {
      return await this.send(path, body, key);
    } catch (e) {
      if ((e as { code?: string }).code !== 'ECONNRESET') throw e;
      return this.send(path, body, key);
    }
  }

  /** Uses Node's own client on kept-alive connections, because fetch would double the CPU of the load generator. */
  private send(path: string, body: object, key: string): Promise<{ id: string; status: string }> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        this.apiUrl + path,
        {
          method: 'POST',
          agent: this.agent,
          headers: {
            authorization: `Bearer ${this.world.keyOf('storefront')}`,
            'content-type': 'application/json',
            'idempotency-key': key,
            prefer: 'wait=30',
          },
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (part: string) => (text += part));
          answer.on('end', () => {
            if (answer.statusCode === 201) resolve(JSON.parse(text) as { id: string; status: string });
            else reject(new Error(`${path}: ${answer.statusCode} ${text}`));
          });
        },
      );
      outgoing.on('error', reject).end(JSON.stringify(body));
    });
  }
}
