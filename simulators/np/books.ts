import type { Moment, Day, Month } from '../dates';
import { Faults } from './wire/faults';
import { NewsDesk } from './news';
import type { MerchantSettings } from './settings';

export type Guarantee = 'OK' | 'ALRT' | 'NG';
export type ScreeningResult = 'passed' | 'held' | 'denied' | 'cancelled' | 'screening';

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
  /** 購入企業ID, 11 digits. */
  id: string;
  /** The shop's own id for the buyer. */
  reference: string;
  profile: Profile;
  result: ScreeningResult;
  reasons: string[];
  guarantee: Guarantee;
  /** Monthly limit in yen with tax; null until screening is passed. */
  limit: number | null;
  /** Number of applications so far. */
  applications: number;
  /** First month billed by direct debit; null = by transfer. */
  debitFrom: Month | null;
  /** Result codes of the next debits. When the list is empty, debits succeed (0). */
  debitOutcomes: number[];
  /**
   * Charges ordered from that day on are refused for this reason, whatever the limit. null: they are judged as usual.
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
  /** 発注番号 and 件名, printed on the bill. */
  poNumber: string | null;
  subject: string | null;
  /** Only a registered transaction (審査OK) can be billed. A refused one uses up its shopTransactionId. */
  status: 'registered' | 'refused' | 'bill_requested' | 'billed' | 'cancelled';
  ngReason: '21' | '22' | '24' | null;
  /** 請求書発行基準日; null until billing is requested. */
  billBaseDate: Day | null;
}

export interface Payment {
  amount: number;
  paidOn: Day;
  confirmed: boolean;
}

export interface Bill {
  /** F-1-YYYYMMDD-NNNNNN */
  number: string;
  kind: 'invoice' | 'debit_notice';
  /** 1 at first. 2 after a failed debit, when the bill must be paid by transfer. */
  revision: number;
  buyerId: string;
  issuedOn: Day;
  closeOn: Day;
  /** As printed. `payUntil` is the same day or the next business day. */
  dueOn: Day;
  payUntil: Day;
  debitOn: Day | null;
  transactions: Transaction[];
  status: 'issued' | 'paid' | 'void';
  payments: Payment[];
  /** Guarantee status that this bill causes by being overdue; null while it is not. */
  overdue: 'ALRT' | 'NG' | null;
  /** Highest revision mailed so far; 0 = none. */
  mailed: number;
}

/** NP's data about one shop. Shops share nothing, so the same story always gets the same numbers. */
export class Merchant {
  readonly buyers = new Map<string, Buyer>();
  readonly buyersByReference = new Map<string, Buyer>();
  readonly transactions = new Map<string, Transaction>();
  readonly transactionsByShopId = new Map<string, Transaction>();
  /** In number order. */
  readonly bills = new Map<string, Bill>();
  readonly issued = new Set<Month>();
  readonly faults = new Faults();
  readonly news: NewsDesk = new NewsDesk(this);
  /** Per shopTransactionId: how often it was received, and how often that registered a transaction. */
  readonly effects = new Map<string, { received: number; registered: number }>();
  private readonly sequences = new Map<string, number>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(public settings: MerchantSettings) {}

  /** 1, 2, 3 … without gaps. */
  next(sequence: 'buyer' | 'transaction' | 'bill'): number {
    const n = (this.sequences.get(sequence) ?? 0) + 1;
    this.sequences.set(sequence, n);
    return n;
  }

  /**
   * Runs work one at a time, in order of arrival. A repeated callback must not start while its first run is unfinished.
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
