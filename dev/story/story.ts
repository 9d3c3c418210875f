import { setTimeout as sleep } from 'node:timers/promises';
import type { Buyer, World } from './world';

/** An action of people outside the engine, at a time of the store's clock. */
export interface Step {
  at: string;
  /** The text in the timeline. */
  title: string;
  act: () => Promise<unknown>;
}

interface Order {
  id: string;
  status: string;
  next_action: { url: string } | null;
}
interface Invoice {
  number: string | null;
  account_id: string;
  period: string;
  total: number;
}

export function step(at: string, title: string, act: () => Promise<unknown>): Step {
  return { at: `${at}:00+09:00`, title, act };
}

const PREFER_WAIT = { prefer: 'wait=10' };
/** How many cards a buyer enters before giving up. */
const MAX_CARDS = 3;

/**
 * Half a year of a store whose credit provider is NP. Of its six buyers, aoba changes to direct debit; budou is over its credit
 * limit at first, and cancels later; chiyo and daichi pay by card; NP refuses emi, and holds the screening of fuji until its
 * address is corrected. Plans are billed monthly in arrears, in whole months, at 10 % tax.
 */
export class Story {
  /** For some buyers, the part of the mail address that tells NP's simulator how to treat them (docs/magic-values/np.md). */
  protected readonly magic: Record<string, string> = { budou: '+limit-50000', emi: '+ng24', fuji: '+hold-address' };
  protected readonly buyers = new Map<string, Buyer>();
  protected readonly plans = new Map<number, string>();
  protected mandate = '';
  private readonly orders = new Map<string, Order>();

  constructor(protected readonly world: World) {}

  /** Creates the catalogue and the buyers. */
  async prepare(): Promise<void> {
    const { world } = this;
    this.plans.set(30_000, await world.plan('A-STD', '商品A スタンダード', 30_000, { maker: true }));
    this.plans.set(80_000, await world.plan('B-PRO', '商品B プロ', 80_000));
    this.plans.set(12_000, await world.plan('C-LIGHT', '商品C ライト', 12_000));
    this.plans.set(20_000, await world.plan('D-TEAM', '商品D チーム', 20_000));
    for (const [reference, company, kana, representative] of [
      ['aoba', '株式会社青葉システムズ', 'カブシキガイシャアオバシステムズ', '青葉 一郎'],
      ['budou', '葡萄商事株式会社', 'ブドウショウジカブシキガイシャ', '葡萄 二郎'],
      ['chiyo', '千代田デザイン合同会社', 'チヨダデザインゴウドウガイシャ', '千代 三子'],
      ['daichi', '株式会社大地フーズ', 'カブシキガイシャダイチフーズ', '大地 四郎'],
      ['emi', '笑企画株式会社', 'エミキカクカブシキガイシャ', '笑 五月'],
      ['fuji', '富士リサーチ株式会社', 'フジリサーチカブシキガイシャ', '富士 六郎'],
    ] as const) {
      const email = `keiri${this.magic[reference] ?? ''}@${reference}.example.jp`;
      const address = reference === 'fuji' ? '東京都渋谷区渋谷一丁目（番地不明）' : '東京都渋谷区渋谷一丁目2番3号';
      this.buyers.set(reference, await world.buyer({ reference, company, kana, representative, address, email }));
    }
  }

  steps(): Step[] {
    const finance = this.world.as('finance');
    return [
      ...this.firstOrders(),
      step('2026-10-08T10:00', 'NPが budou の枠を 200,000円に増額、運用担当が記録して保留を解除', () =>
        this.raiseLimit(),
      ),
      step('2026-10-09T10:00', 'emi の注文をNPが総合判断でお断り', () => this.order('emi', 20_000)),
      step('2026-10-09T11:00', 'fuji の審査が住所相違で保留', () => this.order('fuji', 20_000)),
      step('2026-10-13T10:00', '運用担当が fuji の住所を修正して再申請', () => this.correctAddress()),
      step('2026-10-20T10:00', 'aoba が口座振替を希望', () => this.requestDirectDebit()),
      step('2026-10-23T10:00', 'NPが依頼書を郵送', () =>
        finance.post(`/v1/direct_debits/${this.mandate}/form_posted`, { on: '2026-10-23' }),
      ),
      step('2026-11-02T10:00', '依頼書が届く', () =>
        finance.post(`/v1/direct_debits/${this.mandate}/form_received`, { on: '2026-11-02' }),
      ),
      step('2026-11-04T10:00', '経理が10月分を承認', () => this.approve('2026-10')),
      step('2026-11-30T12:00', '3社が10月分を支払う', () => this.pay('2026-10', '2026-11-30', 'aoba', 'budou', 'fuji')),
      step('2026-12-02T10:00', '経理が11月分を承認', () => this.approve('2026-11')),
      step('2026-12-10T10:00', 'budou が解約を申し込む', () => this.cancel('budou')),
      step('2027-01-04T10:00', '3社が11月分を支払う（期限内）、chiyo がカードを差し替える', async () => {
        await this.pay('2026-11', '2027-01-04', 'aoba', 'budou', 'fuji');
        await this.replaceCard('chiyo');
      }),
      step('2027-01-05T10:00', '経理が12月分を承認', () => this.approve('2026-12')),
      step('2027-01-08T10:00', '不備の連絡なし、経理が aoba の口座振替登録を完了', () =>
        finance.post(`/v1/direct_debits/${this.mandate}/complete`, {
          evidence: '登録完了リスト（2027-01-08 銀行照会）',
        }),
      ),
      step('2027-02-01T12:00', '3社が12月分を支払う（01-31は日曜）', () =>
        this.pay('2026-12', '2027-02-01', 'aoba', 'budou', 'fuji'),
      ),
      step('2027-02-02T10:00', '経理が1月分を承認', () => this.approve('2027-01')),
      step('2027-03-01T12:00', 'budou と fuji が1月分を支払う、aoba の口座は資金不足', () => this.payAndMissDebit()),
      step('2027-03-02T10:00', '経理が2月分を承認', () => this.approve('2027-02')),
      step('2027-03-31T12:00', 'aoba が1月分を振込で支払う', () => this.pay('2027-01', '2027-03-31', 'aoba')),
      step('2027-04-02T10:00', '物語の終わり', async () => {}),
    ];
  }

  /** The orders of the first week, which are the same in both stories. */
  protected firstOrders(): Step[] {
    const operator = this.world.as('operator');
    return [
      step('2026-10-05T10:00', 'aoba が商品Aを注文（銀行振込）', () => this.order('aoba', 30_000)),
      step('2026-10-05T15:00', 'メーカーが提供を開始', () =>
        operator.post(`/v1/orders/${this.orderOf('aoba')}/service_start`, { on: '2026-10-05' }),
      ),
      step('2026-10-06T10:00', 'budou が商品Bを注文（与信枠 50,000円）', () => this.order('budou', 80_000)),
      step('2026-10-07T10:00', 'chiyo が商品Cを注文（カード、3Dセキュア認証）', () =>
        this.orderByCard('chiyo', 12_000, 'ok_then_renewal_declined', { declined_from: '2027-01-01' }),
      ),
      step('2026-10-07T11:00', 'daichi のカードをカード会社が承認しない', () =>
        this.orderByCard('daichi', 12_000, 'declined'),
      ),
    ];
  }

  /**
   * An account and a plan with which the reader of the README can place an order: the account of aoba, which has passed its
   * credit check, and a plan whose service starts at once.
   */
  sampleOrder(): { accountId: string; planId: string } {
    return { accountId: this.buyers.get('aoba')!.accountId, planId: this.plans.get(20_000)! };
  }

  protected orderOf(reference: string): string {
    return this.orders.get(reference)!.id;
  }

  protected async order(
    reference: string,
    price: number,
    payment: object = { method: 'bank_transfer' },
    no = 1001,
  ): Promise<Order> {
    const order = await this.world.as('storefront').post<Order>(
      '/v1/orders',
      {
        account_id: this.buyers.get(reference)!.accountId,
        reference: `${reference.toUpperCase()}-${no}`,
        payment,
        lines: [{ plan_id: this.plans.get(price), quantity: 1 }],
      },
      PREFER_WAIT,
    );
    this.orders.set(reference, order);
    return order;
  }

  /**
   * Orders by card and passes 3-D Secure. If the engine loses the card's one-time token, it cancels the order, and the buyer
   * orders again with a new token.
   */
  protected async orderByCard(reference: string, price: number, scenario: string, more: object = {}): Promise<void> {
    for (let no = 1001; no < 1001 + MAX_CARDS; no += 1) {
      const card = await this.world.cardToken(scenario, more);
      const order = await this.order(reference, price, { method: 'card', ...card, brand: 'VISA', divisions: 1 }, no);
      const url = await this.redirectOf(order);
      if (url !== null) return this.world.pass3ds(url);
      this.world.lostOrders.push(order.id);
    }
    throw new Error(`${reference} was not sent to 3-D Secure after ${MAX_CARDS} orders`);
  }

  private async raiseLimit(): Promise<void> {
    const { accountId, destinationId } = this.buyers.get('budou')!;
    const operator = this.world.as('operator');
    await this.world.npGrants(destinationId, 200_000);
    await operator.post(`/v1/accounts/${accountId}/credit_limits`, {
      amount: 200_000,
      reason: 'NPより増額の連絡（2026-10-08）',
    });
    await operator.post(`/v1/orders/${this.orderOf('budou')}/release`, { reason: '与信枠 200,000円に増額済み' });
  }

  private async correctAddress(): Promise<void> {
    const { accountId } = this.buyers.get('fuji')!;
    const operator = this.world.as('operator');
    await operator.patch(`/v1/accounts/${accountId}`, {
      address: '東京都渋谷区渋谷一丁目2番3号',
      reason: '登記簿で確認',
    });
    await operator.post(`/v1/accounts/${accountId}/screening/reapply`, { reason: '住所を修正' });
  }

  protected async requestDirectDebit(): Promise<void> {
    const { accountId } = this.buyers.get('aoba')!;
    this.mandate = (
      await this.world.as('operator').post<{ id: string }>('/v1/direct_debits', { account_id: accountId })
    ).id;
  }

  protected approve(period: string): Promise<unknown> {
    return this.world.as('finance').post(`/v1/closes/${period}/approve`, {});
  }

  private async pay(period: string, on: string, ...references: string[]): Promise<void> {
    for (const { number } of await this.billsOf(period, references)) await this.world.npIsPaid(number, on);
  }

  /** The bills of a month for the given buyers, in the order of `references`. */
  protected async billsOf(period: string, references: readonly string[]): Promise<{ number: string; total: number }[]> {
    const { data } = await this.world.as('finance').get<{ data: Invoice[] }>(`/v1/invoices?period=${period}&limit=100`);
    return references.map((reference) => {
      const { accountId } = this.buyers.get(reference)!;
      const bill = data.find((invoice) => invoice.account_id === accountId && invoice.number !== null);
      if (!bill) throw new Error(`${reference} has no bill for ${period}`);
      return { ...bill, number: bill.number! };
    });
  }

  protected async cancel(reference: string): Promise<void> {
    const order = `/v1/orders/${this.orderOf(reference)}`;
    const storefront = this.world.as('storefront');
    await storefront.post(`${order}/cancellations/preview`, {});
    await storefront.post(`${order}/cancellations`, { lines: 'all', reason: '事業縮小のため' });
  }

  protected async replaceCard(reference: string): Promise<void> {
    const order = `/v1/orders/${this.orderOf(reference)}`;
    for (let tries = 0; tries < MAX_CARDS; tries += 1) {
      const card = await this.world.cardToken('ok');
      const newCard = { ...card, brand: 'VISA', divisions: 1 };
      const url = await this.redirectOf(await this.world.as('storefront').post<Order>(`${order}/card`, newCard));
      if (url !== null) return this.world.pass3ds(url);
    }
    throw new Error(`${reference} was not sent to 3-D Secure with ${MAX_CARDS} cards`);
  }

  /**
   * Waits for the address to which the shop sends the buyer's browser for 3-D Secure. Null when the card's one-time token was
   * lost: a new order is then cancelled, and an order whose card is being replaced gets no address within half a minute.
   */
  private async redirectOf(order: Order): Promise<string | null> {
    for (let polls = 0; !order.next_action; polls += 1) {
      if (order.status === 'cancelled' || (order.status !== 'received' && polls >= 300)) return null;
      if (polls === 1200) throw new Error(`order ${order.id} (${order.status}) was not decided in two minutes`);
      await sleep(100);
      order = await this.world.as('storefront').get<Order>(`/v1/orders/${order.id}`);
    }
    return order.next_action.url;
  }

  private async payAndMissDebit(): Promise<void> {
    await this.world.bankAnswers(this.buyers.get('aoba')!.destinationId, [1, 0]);
    await this.pay('2027-01', '2027-03-01', 'budou', 'fuji');
  }
}
