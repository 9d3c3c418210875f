import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { Instant } from '../../domain/calendar';
import { type DebitSeen, type ResultCode, answerDebits } from '../../simulators/bank/debits';
import { type Accepted, Api, fetchWithRetries } from './api';

/** Addresses of the engine and of its providers' simulators, and the key for the engine's admin API. */
export interface Surroundings {
  apiUrl: string;
  npUrl: string;
  sbpsUrl: string;
  resendUrl: string;
  adminApiKey: string;
}

type Role = 'storefront' | 'operator' | 'finance' | 'approver' | 'auditor' | 'admin';

export interface NewBuyer {
  reference: string;
  company: string;
  kana: string;
  representative: string;
  address: string;
  /** The part before the @ may contain a magic value for the simulators (docs/magic-values/). */
  email: string;
}

const bankAccount = {
  bank: '三井住友銀行',
  branch: '赤坂支店',
  type: 'ordinary',
  number: '1234567',
  holder_kana: 'アイティクラウド（カ',
};

const seller = {
  name: 'アイティクラウド株式会社',
  registration_number: 'T2011001016148',
  postal_code: '107-0052',
  address: '東京都港区赤坂二丁目14番4号',
  phone: '03-0000-0000',
  contact_url: 'https://store.example.jp/contact',
};

/** The store as the bank knows it in direct debits (委託者, consignor), with the account that receives the money. In-house only. */
const consignor = {
  consignor_code: '1234567890',
  consignor_kana: 'アイティクラウド（カ',
  bank_code: '0009',
  bank_kana: 'ミツイスミトモ',
  branch_code: '825',
  branch_kana: 'アカサカ',
  type: 'ordinary',
  number: '1234567',
};

/** A new store with its API keys, and the actions of everybody around it: buyers, NP, the bank. */
export class World {
  /** Every write that the engine has accepted, in order. */
  readonly accepted: Accepted[] = [];
  /** Ids of orders whose one-time card token was lost through a kill, or through a lost answer. The buyer placed them again. */
  readonly lostOrders: string[] = [];

  private constructor(
    readonly at: Surroundings,
    readonly storeId: string,
    /** The store's id at NP (the credit provider). */
    readonly shopCode: string,
    /** The store's id at SBPS (the card gateway). */
    readonly merchantId: string,
    private readonly secrets: Record<Role, string>,
  ) {}

  /** Creates the store through the API and registers it with the simulators of NP and SBPS. */
  static async create(
    at: Surroundings,
    options: { name?: string; settlement?: 'np' | 'in_house'; now: string | 'real'; settings?: object },
  ): Promise<World> {
    const digits = (n: number) => Array.from(randomBytes(n), (b) => String(b % 10)).join('');
    const np = { shop_code: `bss${digits(7)}`, sp_code: `sp${digits(8)}`, terminal_id: digits(10) };
    const sbps = {
      merchant_id: await freeMerchantId(at.sbpsUrl),
      service_id: '001',
      hash_key: randomBytes(20).toString('hex'),
    };
    const platform = new Api(at.apiUrl, at.adminApiKey);
    const store = await platform.post<{ id: string; api_keys: { role: Role; secret: string }[] }>('/v1/stores', {
      name: options.name ?? 'ITreviewオンラインストア',
      settlement: options.settlement ?? 'np',
      clock: options.now === 'real' ? { kind: 'real' } : { kind: 'simulated', now: options.now },
      seller,
      np: { base_url: at.npUrl, ...np },
      sbps: { base_url: at.sbpsUrl, ...sbps },
      bank_account: bankAccount,
      ...(options.settlement === 'in_house' && { direct_debit: consignor }),
      mail_from: 'ITreviewオンラインストア <store@store.example.jp>',
      terms_version: '2026-04-01',
      ...options.settings,
    });
    const alarmToken = createHash('sha256')
      .update(store.id + at.adminApiKey)
      .digest('hex');
    await new Api(at.npUrl).post('/control/merchants', {
      ...np,
      news_url: `${at.apiUrl}/v1/providers/np/${store.id}/news`,
      alarms_url: `${at.apiUrl}/v1/alarms/${store.id}`,
      alarms_token: alarmToken,
      mail_url: at.resendUrl,
      seller: { name: seller.name, registration_number: seller.registration_number },
    });
    await new Api(at.sbpsUrl).post('/control/merchants', sbps);
    const secrets = Object.fromEntries(store.api_keys.map(({ role, secret }) => [role, secret]));
    return new World(at, store.id, np.shop_code, sbps.merchant_id, secrets as Record<Role, string>);
  }

  as(role: Role): Api {
    return new Api(this.at.apiUrl, this.secrets[role], (write) => this.accepted.push(write));
  }

  /** The secret of the store's API key for that role. */
  keyOf(role: Role): string {
    return this.secrets[role];
  }

  // ── the store's catalogue and buyers ───────────────────────────────────────────────────────────────────────────────

  /** A plan billed monthly in arrears. @param amount yen without tax @returns its id */
  async plan(
    code: string,
    name: string,
    amount: number,
    options: { maker?: boolean; terms?: string } = {},
  ): Promise<string> {
    const plan = await this.as('admin').post<{ id: string }>('/v1/plans', {
      code,
      name,
      provisioning: options.maker ? 'maker' : 'immediate',
      cancellation_terms: options.terms ?? 'notice_by_previous_month_end_ends_month_end',
      price: { amount, rate_class: 'standard', effective_from: '2026-04-01' },
    });
    return plan.id;
  }

  async buyer(buyer: NewBuyer): Promise<Buyer> {
    const account = await this.as('storefront').post<{ id: string; billing_destinations: { id: string }[] }>(
      '/v1/accounts',
      {
        reference: buyer.reference,
        entity: 'corporation',
        company_name: buyer.company,
        company_kana: buyer.kana,
        representative: buyer.representative,
        postal_code: '150-0002',
        address: buyer.address,
        phone: '03-1111-2222',
        department: '経理部',
        contact_person: buyer.representative,
        email: buyer.email,
        consent: { terms_version: '2026-04-01' },
      },
    );
    return { accountId: account.id, destinationId: account.billing_destinations[0]!.id };
  }

  // ── time ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Advances the store's clock, and waits until it has arrived. @throws when the clock fails, naming what is stuck */
  async until(to: Instant | string): Promise<void> {
    await this.as('admin').post('/v1/clock/advance', { to });
    for (;;) {
      const clock = await this.as('admin').get<{ status: string; failure: string | null }>('/v1/clock', {
        prefer: 'wait=30',
      });
      if (clock.status === 'failed') throw new Error(`the clock of ${this.storeId} failed: ${clock.failure}`);
      if (clock.status === 'ready') return;
    }
  }

  // ── buyers, NP and the bank ─────────────────────────────────────────────────────────────────────────────────────────

  /** A one-time token, as SBPS's JavaScript makes it from the buyer's card. @param scenario a magic value of the simulator */
  cardToken(scenario: string, more: object = {}): Promise<{ token: string; token_key: string }> {
    return new Api(this.at.sbpsUrl).post('/control/tokens', { scenario, brand: 'V', ...more });
  }

  /** The buyer passes (or fails) 3-D Secure on the issuer's page and returns to the store's page. */
  async pass3ds(redirectUrl: string, result: 'passed' | 'failed' = 'passed'): Promise<void> {
    const id = new URL(redirectUrl).pathname.split('/').pop()!;
    const { location } = await new Api(this.at.sbpsUrl).post<{ location: string }>(`/control/3ds/${id}`, { result });
    const page = await fetchWithRetries(location, {});
    if (!page.ok) throw new Error(`return from 3-D Secure: ${page.status} ${page.text}`);
  }

  /** NP grants a buyer a monthly credit limit, in yen with tax. */
  npGrants(reference: string, limit: number): Promise<unknown> {
    return new Api(this.at.npUrl).post('/control/limits', { shop_code: this.shopCode, reference, limit });
  }

  /**
   * NP refuses to register the buyer's months, because of an unpaid bill (21) or by its overall judgement (24).
   * @param reason null ends the refusals
   * @param from the first day of the refusals
   */
  npJudges(reference: string, reason: '21' | '24' | null, from?: string): Promise<unknown> {
    return new Api(this.at.npUrl).post('/control/refusals', { shop_code: this.shopCode, reference, reason, from });
  }

  /** A buyer pays a bill into NP's virtual account. */
  npIsPaid(billNumber: string, paidOn: string): Promise<unknown> {
    return new Api(this.at.npUrl).post('/control/payments', {
      shop_code: this.shopCode,
      bill_number: billNumber,
      paid_on: paidOn,
    });
  }

  /** The in-house store's bank debits the accounts in the month's request file, and finance imports the result file. */
  async bankDebits(nominal: string, resultOf: (debit: DebitSeen) => ResultCode): Promise<void> {
    const finance = this.as('finance');
    const result = answerDebits(await finance.getFile(`/v1/debit_runs/${nominal}/file`), resultOf);
    await finance.postFile(`/v1/debit_runs/${nominal}/result_file`, result);
  }

  /** Sets the bank's answers to NP's next debits of the buyer, as result codes: 0 is paid, 1 is too little money. */
  bankAnswers(reference: string, outcomes: number[]): Promise<unknown> {
    return new Api(this.at.npUrl).post('/control/debits', { shop_code: this.shopCode, reference, outcomes });
  }
}

/**
 * A random merchant id that has no charges at SBPS's simulator yet. The check is needed because an id has only five digits: with
 * a hundred stores, the chance that two of them get the same random id is about 5 %.
 */
async function freeMerchantId(sbpsUrl: string): Promise<string> {
  for (;;) {
    const id = String(randomInt(10_000, 100_000));
    const { effects } = await new Api(sbpsUrl).get<{ effects: unknown[] }>(`/control/effects?merchant_id=${id}`);
    if (effects.length === 0) return id;
  }
}

export interface Buyer {
  accountId: string;
  destinationId: string;
}
