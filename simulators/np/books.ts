import type { Moment, Day, Month } from '../dates';
import { Faults } from './wire/faults';
import { NewsDesk } from './news';
import type { MerchantSettings } from './settings';

/** Whether NP guarantees new claims on a buyer: OK = yes, ALRT = still yes, but a bill is overdue, NG = no. */
export type Guarantee = 'OK' | 'ALRT' | 'NG';
export type ScreeningResult = 'passed' | 'held' | 'denied' | 'cancelled' | 'screening';

/** Registered data of a buyer, with the API's field names. `companyType`: 1 = corporation, 2 = sole proprietor. */
export interface Profile {
  companyType: '1' | '2';
  companyName: string;
  companyNameKana: string;
  representativeName: string;
  zipCode: string;
  address: string;
  tel: string;
  departmentName: string;
  contactName: string;
  email: string;
}

export interface Buyer {
  /** NP's id of the buyer (購入企業ID), 11 digits. */
  id: string;
  /** The shop's id for the buyer (shopBuyerId). */
  reference: string;
  profile: Profile;
  result: ScreeningResult;
  reasons: string[];
  guarantee: Guarantee;
  /** Monthly credit limit in yen with tax; null until the buyer has passed the screening. */
  limit: number | null;
  /** Number of times that the shop has applied (申請) for this buyer. */
  applications: number;
  /** First month that the buyer pays by direct debit. null: it pays by bank transfer. */
  debitFrom: Month | null;
  /** Results that a test has set for the buyer's next direct debits, in order. Without a result, a debit succeeds. */
  debitOutcomes: number[];
  /**
   * Refusal that a test has set: NP refuses charges ordered on the day `from` or later, for `reason` and whatever the
   * limit. null: NP judges charges as usual.
   */
  refusal: { reason: '21' | '24'; from: Day } | null;
  transactions: Transaction[];
}

export interface TransactionDetail {
  text: string;
  /** Yen with tax, per unit. */
  price: number;
  quantity: number;
  rate: 10 | 8;
}

export interface Transaction {
  id: string;
  shopTransactionId: string;
  buyerId: string;
  orderedOn: Day;
  /** Yen with tax. */
  total: number;
  details: TransactionDetail[];
  /** The buyer's own order number (発注番号) and subject (件名), which NP prints on the bill. */
  poNumber: string | null;
  subject: string | null;
  /**
   * Billing can be requested only for a registered transaction (審査OK). A refused transaction keeps its shopTransactionId,
   * which cannot be used again.
   */
  status: 'registered' | 'refused' | 'bill_requested' | 'billed' | 'cancelled';
  /** Reason of a refusal: 21 = unpaid before, 22 = over the limit, 24 = overall judgement. null: not refused. */
  ngReason: '21' | '22' | '24' | null;
  /** Date that decides the month of the bill (請求書発行基準日); null until billing is requested. */
  billBaseDate: Day | null;
}

export interface Payment {
  amount: number;
  paidOn: Day;
  confirmed: boolean;
}

export interface Bill {
  /** Has the form F-1-YYYYMMDD-NNNNNN, with the issue date. */
  number: string;
  kind: 'invoice' | 'debit_notice';
  /** 1 when issued. 2 after a failed direct debit, when the debit notice has become an invoice. */
  revision: number;
  buyerId: string;
  issuedOn: Day;
  closeOn: Day;
  /** Due date as printed. `payUntil`, the last day to pay, is the same day or the next business day. */
  dueOn: Day;
  payUntil: Day;
  debitOn: Day | null;
  transactions: Transaction[];
  status: 'issued' | 'paid' | 'void';
  payments: Payment[];
  /** The status to which the buyer's guarantee falls because this bill is overdue. null: the bill is not overdue. */
  overdue: 'ALRT' | 'NG' | null;
  /** Last revision that was mailed to the buyer. 0: none. */
  mailed: number;
}

/**
 * NP's data about one merchant or shop, which is a store of the engine. Each shop has its own sequences of ids and bill
 * numbers, so a test gets the same numbers whatever other shops do.
 */
export class Merchant {
  readonly buyers = new Map<string, Buyer>();
  readonly buyersByReference = new Map<string, Buyer>();
  readonly transactions = new Map<string, Transaction>();
  readonly transactionsByShopId = new Map<string, Transaction>();
  /** Bills by number, in number order. */
  readonly bills = new Map<string, Bill>();
  /** Months whose bills are issued. */
  readonly issued = new Set<Month>();
  readonly faults = new Faults();
  readonly news: NewsDesk = new NewsDesk(this);
  /** Counts by shopTransactionId: how often NP received it in a request, and how often NP registered a transaction for it. */
  readonly effects = new Map<string, { received: number; registered: number }>();
  private readonly sequences = new Map<string, number>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(public settings: MerchantSettings) {}

  /** Takes the next number of a sequence, which begins with 1. */
  next(sequence: 'buyer' | 'transaction' | 'bill'): number {
    const n = (this.sequences.get(sequence) ?? 0) + 1;
    this.sequences.set(sequence, n);
    return n;
  }

  /**
   * Runs `work` when all work that was passed in before has ended. The clock may repeat a callback, and the second run must
   * not begin before the first has ended.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }
}

/** Body of a callback from the store's clock. */
export interface AlarmBody {
  at: Moment;
  [key: string]: unknown;
}
