import { Api } from '../../dev/story/api';
import { EventReader, type StoryEvent } from '../../dev/story/events';
import type { Buyer, NewBuyer, World } from '../../dev/story/world';
import { pdfPages } from '../documents/pdf-text';
import { checkBooks, rows, settled } from './books';
import { newWorld } from './engine/engine';

export interface Order {
  id: string;
  status: string;
  first_period: string;
  next_action: { url: string } | null;
}

export interface Invoice {
  id: string;
  account_id: string;
  billing_destination_id: string;
  number: string | null;
  status: string;
  period: string;
  net: number;
  tax: number;
  total: number;
  lines: { order_id: string; quantity: number; unit_amount: number; net: number; gross: number }[];
}

/** Members left out of a line: ids, and members that repeat what the line already says. */
const LEFT_OUT = ['order', 'invoice', 'direct_debit', 'number', 'document', 'to', 'issuer'];

/**
 * Tests a store as a diary: move the clock to a day, do something, and read exactly the events that follow. Each event is one
 * line, such as `2026-10-06 order.held budou 88000 until=2026-10-16`. Amounts are in yen with tax.
 */
export class Diary {
  private readonly reader: EventReader;

  protected constructor(readonly world: World) {
    this.reader = new EventReader(world);
  }

  static async begin(now: string, options?: { settlement?: 'np' | 'in_house'; settings?: object }): Promise<Diary> {
    return new Diary(await newWorld(now, options));
  }

  /** Moves the store's clock forward. A date means 10:00 on that day. @returns the events since the last reading */
  async until(to: string): Promise<string[]> {
    await this.world.until(to.length === 10 ? `${to}T10:00:00+09:00` : `${to}+09:00`);
    return this.newEvents();
  }

  /** Reads the events since the last reading. The books must balance at every reading. */
  async newEvents(): Promise<string[]> {
    await settled(this.world.storeId);
    const events = await this.reader.fresh();
    await checkBooks(this.world.storeId);
    return events.map(lineOf);
  }

  // ── people's actions ───────────────────────────────────────────────────────────────────────────────────────────────

  /** @param magic a magic value of the NP simulator, e.g. `limit-50000`, see docs/magic-values/np.md */
  buyer(reference: string, magic = '', more: Partial<NewBuyer> = {}): Promise<Buyer> {
    const email = `keiri${magic && `+${magic}`}@${reference}.example.jp`;
    const [company, kana] = [`株式会社${reference}`, 'カブシキガイシャテスト'];
    const base = { reference, company, kana, representative: '試験 太郎', address: '東京都渋谷区渋谷一丁目2番3号' };
    return this.world.buyer({ ...base, email, ...more });
  }

  /** @returns the order once it is decided or waits for a person */
  async order(buyer: Buyer, planId: string, more: object = {}): Promise<Order> {
    const storefront = this.world.as('storefront');
    const { id } = await storefront.post<Order>('/v1/orders', {
      account_id: buyer.accountId,
      payment: { method: 'bank_transfer' },
      lines: [{ plan_id: planId, quantity: 1 }],
      ...more,
    });
    await settled(this.world.storeId);
    return storefront.get<Order>(`/v1/orders/${id}`);
  }

  /** Places an order by card and stops at the redirect to 3-D Secure. @param scenario see docs/magic-values/cards.md */
  async orderByCard(
    buyer: Buyer,
    planId: string,
    scenario: string,
    ofCard: object = {},
    more: object = {},
  ): Promise<Order> {
    const card = await this.world.cardToken(scenario, ofCard);
    return this.order(buyer, planId, { payment: { method: 'card', ...card, brand: 'VISA', divisions: 1 }, ...more });
  }

  /** Replaces the card of a running contract, with 3-D Secure. */
  async replaceCard(orderId: string, scenario: string): Promise<void> {
    const card = await this.world.cardToken(scenario);
    const request = { ...card, brand: 'VISA', divisions: 1 };
    const order = await this.world.as('storefront').post<Order>(`/v1/orders/${orderId}/card`, request);
    await this.world.pass3ds(order.next_action!.url);
  }

  /** Our id of the order's first 3-D Secure authentication. */
  async authenticationOf(orderId: string): Promise<string> {
    const [row] = await rows<{ id: string }>(
      'SELECT id FROM card_authentications WHERE store_id = $1 AND order_id = $2 ORDER BY id LIMIT 1',
      [this.world.storeId, orderId],
    );
    return row!.id;
  }

  approve(period: string): Promise<unknown> {
    return this.world.as('finance').post(`/v1/closes/${period}/approve`, {});
  }

  /** All invoices of the month, with their lines. */
  async invoices(period: string): Promise<Invoice[]> {
    const finance = this.world.as('finance');
    const { data } = await finance.get<{ data: Invoice[] }>(`/v1/invoices?period=${period}&limit=100`);
    return Promise.all(data.map(({ id }) => finance.get<Invoice>(`/v1/invoices/${id}`)));
  }

  /** The text of an invoice's PDF, without line breaks. */
  async documentText(invoiceId: string): Promise<string> {
    const [document] = await rows<{ bytes: Buffer }>(
      'SELECT bytes FROM documents WHERE store_id = $1 AND invoice_id = $2 ORDER BY revision DESC',
      [this.world.storeId, invoiceId],
    );
    return pdfPages(document!.bytes).join('');
  }

  /** The text of the newest mail with that template. */
  async mailText(template: string): Promise<string> {
    const [mail] = await rows<{ text: string }>(
      'SELECT text FROM mails WHERE store_id = $1 AND template = $2 ORDER BY sent_at DESC, recorded_at DESC LIMIT 1',
      [this.world.storeId, template],
    );
    return mail!.text;
  }

  /** `kind` of each open incident, oldest first. */
  async incidents(): Promise<string[]> {
    const { data } = await this.world
      .as('finance')
      .get<{ data: { kind: string }[] }>('/v1/incidents?status=open&limit=100');
    return data.map(({ kind }) => kind).reverse();
  }

  /**
   * Sends a command to a workflow without the API, by writing the row that the API would write.
   * @param message its members other than messageId and at
   */
  async command(workflowId: string, name: string, message: object = {}): Promise<void> {
    await rows(
      `INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
       SELECT store_id, $2::text || '/' || $3::text || '/' || now_at, 'update', $2, $3, $4, now_at, now_at FROM clocks WHERE store_id = $1`,
      [this.world.storeId, workflowId, name, { by: 'test', ...message }],
    );
    await settled(this.world.storeId);
  }

  // ── the outside world ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Makes the NP simulator's next calls fail, see docs/magic-values/np.md. */
  async failNp(call: string, mode: string, times = 1): Promise<void> {
    await new Api(this.world.at.npUrl).post('/control/faults', { shop_code: this.world.shopCode, call, mode, times });
  }

  /** Makes the SBPS simulator's next calls fail, see docs/magic-values/cards.md. */
  async failSbps(apiId: string, mode: string, times = 1): Promise<void> {
    const fault = { merchant_id: this.world.merchantId, api_id: apiId, mode, times };
    await new Api(this.world.at.sbpsUrl).post('/control/faults', fault);
  }

  /** Makes the Resend simulator fail the next mails to that address, see docs/magic-values/mail.md. */
  async failMails(to: string, mode: string, times = 1): Promise<void> {
    await new Api(this.world.at.resendUrl).post('/control/faults', { to, mode, times });
  }

  /** Subjects of the mails that have arrived at that address, oldest first. */
  async mailsTo(address: string): Promise<string[]> {
    const path = `/control/emails?to=${encodeURIComponent(address)}`;
    const { emails } = await new Api(this.world.at.resendUrl).get<{ emails: { subject: string }[] }>(path);
    return emails.map(({ subject }) => subject).reverse();
  }

  /** How often NP received and registered each transaction, by shopTransactionId. */
  async npEffects(): Promise<Record<string, { received: number; registered: number }>> {
    const path = `/control/effects?shop_code=${this.world.shopCode}`;
    return (await new Api(this.world.at.npUrl).get<{ effects: never }>(path)).effects;
  }

  async sbpsEffects(): Promise<Record<string, unknown>[]> {
    const path = `/control/effects?merchant_id=${this.world.merchantId}`;
    return (await new Api(this.world.at.sbpsUrl).get<{ effects: Record<string, unknown>[] }>(path)).effects;
  }
}

function lineOf({ on, event, account, amount, period, ...rest }: StoryEvent): string {
  const facts = Object.entries(rest)
    .filter(([name]) => !LEFT_OUT.includes(name))
    .map(([name, value]) => (name === 'template' ? String(value) : `${name}=${String(value)}`));
  return [on, event, account, amount, period, ...facts].filter((part) => part !== undefined).join(' ');
}
