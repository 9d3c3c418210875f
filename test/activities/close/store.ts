import { randomBytes } from 'node:crypto';
import pino from 'pino';
import type { Deps } from '../../../activities/lib/deps';
import { type JstDate, type Period, instant, period } from '../../../domain/calendar';
import type { DirectDebitState } from '../../../domain/direct-debit/lifecycle';
import type { IncidentKind } from '../../../domain/incidents';
import type { OrderState } from '../../../domain/order/lifecycle';
import type { SubscriptionState } from '../../../domain/subscription/lifecycle';
import type { OrderMethod } from '../../../domain/vocabulary';
import type { EventType } from '../../../workflows/contracts/events';
import type { RateClass, Rounding } from '../../../domain/tax';
import { toYen } from '../../../domain/money';
import { type Db, dateIn, instantIn, openDb } from '../../../prisma/db';
import type { CreditProvider, IssuedBill, TransactionRequest, TransactionResult } from '../../../providers/credit/port';
import { ProviderError } from '../../../providers/errors';

export function openTestDb(): Db {
  const { databaseUrl } = JSON.parse(process.env.SHIMEBI_TEST_ENV ?? '{}') as { databaseUrl: string };
  return openDb(databaseUrl, 4);
}

/** Incidents that the engine opens when it delivers a test's rows: the test's orders have no workflow, and its store has no cards. */
const ENGINE_INCIDENTS: IncidentKind[] = ['message_undeliverable', 'card_charge_failed', 'card_collection'];

const CONSIGNOR = {
  consignor_code: '1234567890',
  consignor_kana: 'ｱｲﾃｲｸﾗｳﾄﾞ(ｶ',
  bank_code: '0009',
  bank_kana: 'ﾐﾂｲｽﾐﾄﾓ',
  branch_code: '825',
  branch_kana: 'ｱｶｻｶ',
  type: 'ordinary' as const,
  number: '1234567',
};
const BANK = {
  bankCode: '0005',
  bankKana: 'ﾐﾂﾋﾞｼUFJ',
  branchCode: '001',
  branchKana: 'ﾎﾝﾃﾝ',
  type: 'ordinary' as const,
};

export interface LineSpec {
  amount?: number;
  quantity?: number;
  rateClass?: RateClass;
  status?: SubscriptionState;
  startsOn?: string;
  endsOn?: string;
}

/** NP in memory. It keeps the requests it receives and answers as each test sets it up. */
export class FakeNp {
  registered = new Map<string, TransactionRequest>();
  refuse = new Map<string, '21' | '22' | '24'>();
  lost = new Set<string>();
  broken = new Set<string>();
  registrations = 0;
  billing: { transactionId: string; baseDate: JstDate }[][] = [];
  bills: IssuedBill[] = [];
  missingDocuments = new Set<string>();
  pageSize = 2;

  private answer(shopTransactionId: string): TransactionResult {
    const reason = this.refuse.get(shopTransactionId.split('.')[0]!);
    return reason
      ? { outcome: 'refused', reason }
      : { outcome: 'registered', transactionId: `np-${shopTransactionId}` };
  }

  readonly provider = {
    registerTransaction: async (request: TransactionRequest) => {
      this.registrations += 1;
      if (this.broken.has(request.shopTransactionId))
        throw new ProviderError('np', 'rejected', 'no such buyer', ['E01']);
      if (this.registered.has(request.shopTransactionId)) throw new Error(`sent twice: ${request.shopTransactionId}`);
      this.registered.set(request.shopTransactionId, request);
      if (this.lost.delete(request.shopTransactionId)) throw new ProviderError('np', 'unknown', 'timed out');
      return this.answer(request.shopTransactionId);
    },
    findTransaction: async (id: string) => (this.registered.has(id) ? this.answer(id) : null),
    requestBilling: async (requests: { transactionId: string; baseDate: JstDate }[]) => {
      this.billing.push(requests);
    },
    issuedBills: async (closeOn: JstDate, cursor: string | null) => {
      const from = cursor === null ? 0 : Number(cursor);
      const all = this.bills.filter((bill) => bill.closeOn === closeOn);
      const next = from + this.pageSize < all.length ? String(from + this.pageSize) : null;
      return { bills: all.slice(from, from + this.pageSize), next };
    },
    billDocument: async (number: string) => {
      if (this.missingDocuments.has(number)) throw new ProviderError('np', 'rejected', 'no document', ['E404']);
      return { contentType: 'application/pdf', bytes: Buffer.from(`%PDF ${number}`) };
    },
  } as Partial<CreditProvider> as CreditProvider;
}

/** A separate store for each test. Its records are written directly to the database. */
export class TestStore {
  readonly id = `sto_${randomBytes(6).toString('hex')}`;
  readonly np = new FakeNp();
  readonly deps: Deps;
  private count = 0;

  private constructor(
    readonly db: Db,
    readonly settlement: 'np' | 'in_house',
    readonly rounding: Rounding,
  ) {
    this.deps = {
      db,
      credit: async () => this.np.provider,
      cards: () => Promise.reject(new Error('this store has no cards')),
      mail: undefined as never,
      publicUrl: 'http://localhost',
      log: pino({ level: 'silent' }),
    };
  }

  static async make(db: Db, settlement: 'np' | 'in_house', rounding: Rounding = 'floor'): Promise<TestStore> {
    const store = new TestStore(db, settlement, rounding);
    await db.store.create({
      data: {
        id: store.id,
        name: 'テストストア',
        settlement,
        clock: 'simulated',
        seller: {
          name: 'アイティクラウド株式会社',
          registration_number: 'T1234567890123',
          postal_code: '107-0052',
          address: '東京都港区',
          phone: '03-0000-0000',
          contact_url: 'https://store.example/contact',
        },
        np: { base_url: 'http://np.invalid', shop_code: 'shop', sp_code: 'sp', terminal_id: 'terminal' },
        ...(settlement === 'in_house' && {
          bankAccount: {
            bank: '三井住友銀行',
            branch: '赤坂支店',
            type: 'ordinary',
            number: '1234567',
            holder_kana: 'アイティクラウド（カ',
          },
        }),
        ...(settlement === 'in_house' && { directDebit: CONSIGNOR }),
        mailFrom: 'store@example.com',
        termsVersion: '1',
        taxRounding: rounding,
        lastDayDone: dateIn('2026-09-30' as JstDate),
      },
    });
    // The clock stands before everything that a test queues, so the engine that runs beside these tests delivers none of it.
    await db.clock.create({ data: { storeId: store.id, nowAt: instantIn(instant('2026-09-30T00:00:00+09:00')) } });
    await db.plan.create({
      data: {
        storeId: store.id,
        id: 'pln_a',
        code: 'a',
        name: '商品A',
        provisioning: 'immediate',
        cancellationTerms: 'ends_this_month_end',
      },
    });
    await db.price.create({
      data: {
        storeId: store.id,
        id: 'prc_a',
        planId: 'pln_a',
        version: 1,
        amount: 30_000n,
        rateClass: 'standard',
        effectiveFrom: dateIn('2026-01-01' as JstDate),
      },
    });
    return store;
  }

  /** Adds a buyer with its billing destination `dst_<name>`. */
  async buyer(name: string): Promise<void> {
    this.count += 1;
    const { db, id: storeId } = this;
    const contact = {
      companyName: `${name}株式会社`,
      companyKana: 'カブシキガイシャ',
      postalCode: '1000001',
      address: '東京都',
    };
    await db.account.create({
      data: {
        ...contact,
        storeId,
        id: `acc_${name}`,
        reference: name,
        entity: 'corporation',
        representative: '代表',
        phone: '0300000000',
        contactPerson: '担当',
        email: `${name}@example.com`,
        createdAt: new Date(0),
      },
    });
    await db.billingDestination.create({
      data: {
        ...contact,
        storeId,
        id: `dst_${name}`,
        accountId: `acc_${name}`,
        isDefault: true,
        department: '経理部',
        person: '担当',
        emailTo: `${name}@example.com`,
        emailCc: [`cc-${name}@example.com`],
        npBuyerId: this.settlement === 'np' ? String(10_000_000_000 + this.count) : null,
        buyerStatus: this.settlement === 'np' ? 'passed' : 'none',
      },
    });
  }

  /** Adds the order `ord_<name>` with subscriptions `sub_<name>_<n>`, by default in force since 2026-10-05. */
  async order(
    name: string,
    buyer: string,
    lines: LineSpec[] = [{}],
    { method = 'bank_transfer', status = 'active' }: { method?: OrderMethod; status?: OrderState } = {},
  ): Promise<string> {
    const { db, id: storeId } = this;
    const net = lines.reduce((sum, { amount = 30_000, quantity = 1 }) => sum + BigInt(amount * quantity), 0n);
    const orderId = `ord_${name}`;
    await db.order.create({
      data: {
        storeId,
        id: orderId,
        accountId: `acc_${buyer}`,
        destinationId: `dst_${buyer}`,
        method,
        status,
        acceptedAt: instantIn(instant('2026-10-05T10:00:00+09:00')),
        firstPeriod: period('2026-10'),
        net,
        total: net * 2n,
      },
    });
    await db.subscription.createMany({
      data: lines.map((line, index) => ({
        storeId,
        id: `sub_${name}_${index + 1}`,
        orderId,
        lineNo: index + 1,
        planId: 'pln_a',
        priceId: 'prc_a',
        planName: `商品A-${index + 1}`,
        quantity: line.quantity ?? 1,
        unitAmount: BigInt(line.amount ?? 30_000),
        rateClass: line.rateClass ?? 'standard',
        cancellationTerms: 'ends_this_month_end',
        status: line.status ?? 'active',
        startsOn: line.status === 'scheduled' ? null : dateIn((line.startsOn ?? '2026-10-05') as JstDate),
        endsOn: line.endsOn ? dateIn(line.endsOn as JstDate) : null,
      })),
    });
    return orderId;
  }

  async directDebit(buyer: string, activeOn: string, status: DirectDebitState = 'active'): Promise<void> {
    await this.db.directDebit.create({
      data: {
        storeId: this.id,
        id: `ddb_${buyer}`,
        accountId: `acc_${buyer}`,
        destinationId: `dst_${buyer}`,
        status,
        requestedOn: dateIn('2026-10-20' as JstDate),
        activeOn: dateIn(activeOn as JstDate),
        evidence: '金融機関の登録完了通知',
      },
    });
    if (this.settlement === 'in_house') await this.debitAccount(buyer, '7654321');
  }

  /** Sets the account that is debited from now on. The customer number is the buyer's position in the store. */
  async debitAccount(buyer: string, number: string): Promise<void> {
    const { db, id: storeId } = this;
    const id = `dac_${buyer}_${number}`;
    const destinations = await db.billingDestination.findMany({ where: { storeId }, orderBy: { id: 'asc' } });
    const customerNumber = String(100_001 + destinations.findIndex((known) => known.id === `dst_${buyer}`));
    await db.debitAccount.create({
      data: { ...BANK, storeId, id, directDebitId: `ddb_${buyer}`, customerNumber, number, holderKana: 'ｶ)ｱｵﾊﾞ' },
    });
    const where = { storeId_id: { storeId, id: `ddb_${buyer}` } };
    await db.directDebit.update({ where, data: { debitAccountId: id } });
  }

  /** Everything in the store's books, to check that a repeated step changes nothing. */
  async books() {
    const where = { storeId: this.id };
    const { db } = this;
    return {
      periods: await db.billingPeriod.findMany({ where, orderBy: { period: 'asc' } }),
      closes: await db.close.findMany({ where }),
      items: await db.billableItem.findMany({ where, orderBy: { id: 'asc' } }),
      invoices: await db.invoice.findMany({ where, orderBy: { id: 'asc' } }),
      lines: await db.invoiceLine.findMany({ where, orderBy: [{ invoiceId: 'asc' }, { lineNo: 'asc' }] }),
      transactions: await db.creditTransaction.findMany({ where, orderBy: { key: 'asc' } }),
      runs: await db.debitRun.findMany({ where }),
      debits: await db.debit.findMany({ where, orderBy: { key: 'asc' } }),
      payments: await db.payment.findMany({ where, orderBy: { id: 'asc' } }),
      series: await db.numberSeries.findMany({ where }),
      entries: await db.journalEntry.findMany({ where, orderBy: { id: 'asc' }, include: { journalLines: true } }),
      documents: await db.document.findMany({ where, orderBy: { id: 'asc' } }),
      events: await db.event.findMany({ where, orderBy: { seq: 'asc' } }),
      mails: await db.mail.findMany({ where, orderBy: { key: 'asc' } }),
      // Only the columns as queued, because the engine that runs beside these tests may have tried to deliver the row.
      dispatch: await db.dispatch.findMany({
        where,
        orderBy: { id: 'asc' },
        select: { id: true, kind: true, target: true, name: true, payload: true, at: true, dueAt: true },
      }),
      incidents: await db.incident.findMany({
        where: { ...where, kind: { notIn: ENGINE_INCIDENTS } },
        orderBy: { id: 'asc' },
      }),
    };
  }

  /** Runs a step twice. The second run must return the same and change nothing. */
  async twice<T>(step: () => Promise<T>): Promise<T> {
    const { first, second } = await this.twiceComparingBooks(step);
    expect(second).toEqual(first);
    return first;
  }

  /** Runs a step twice, for chunks that return how much they found to do. Only the books must stay the same. */
  async twiceComparingBooks<T>(step: () => Promise<T>): Promise<{ first: T; second: T }> {
    const first = await step();
    const before = await this.books();
    const second = await step();
    expect(await this.books()).toEqual(before);
    return { first, second };
  }

  async incidents(): Promise<string[]> {
    const where = { storeId: this.id, kind: { notIn: ENGINE_INCIDENTS } };
    return (await this.db.incident.findMany({ where, orderBy: { id: 'asc' } })).map((i) => i.kind);
  }

  /** The events of these types, in order, each with its date, type, account, amount and data. */
  async events(...types: EventType[]) {
    const events = await this.db.event.findMany({
      where: { storeId: this.id, type: { in: types } },
      orderBy: { seq: 'asc' },
    });
    return events.map((e) => ({
      on: e.businessDate.toISOString().slice(0, 10),
      event: e.type,
      account: e.accountId,
      amount: Number(e.amount),
      ...e.data,
    }));
  }

  /** The bill that NP would issue for this buyer's registered transactions, all at 10 %. */
  bill(number: string, buyerId: string, over: Partial<IssuedBill> & { period: Period }): IssuedBill {
    const { period, ...rest } = over;
    const requests = [...this.np.registered.values()].filter(
      (r) => r.buyerId === buyerId && r.shopTransactionId.split('.')[1] === period.replace('-', ''),
    );
    const total = toYen(requests.reduce((sum, r) => sum + r.total, 0));
    return {
      number,
      revision: 1,
      kind: 'invoice',
      buyerId,
      issuedOn: '2026-11-05' as JstDate,
      closeOn: '2026-10-31' as JstDate,
      dueOn: '2026-11-30' as JstDate,
      debitOn: null,
      total,
      taxes: [{ rate: 10, total, tax: toYen(Math.floor((total * 10) / 110)) }],
      shopTransactionIds: requests.map((r) => r.shopTransactionId),
      virtualAccount: null,
      ...rest,
    };
  }
}
