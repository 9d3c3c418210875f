import type { Moment, Day, Month } from '../dates';
import { Faults } from './faults';
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
  /** The shop's own id of the buyer. */
  reference: string;
  profile: Profile;
  result: ScreeningResult;
  reasons: string[];
  guarantee: Guarantee;
  /** Yen with tax a month; null until passed. */
  limit: number | null;
  /** How often it applied. */
  applications: number;
  /** First month billed by direct debit; null = by transfer. */
  debitFrom: Month | null;
  /** Result codes of the coming debits; none left = 0. */
  debitOutcomes: number[];
  /** What is ordered from that day on is refused for that reason, whatever its limit; null = judged by the limit. */
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
  /** Only a registered one (審査OK) goes on; a refused one keeps its shopTransactionId used up. */
  status: 'registered' | 'refused' | 'bill_requested' | 'billed' | 'cancelled';
  ngReason: '21' | '22' | '24' | null;
  /** 請求書発行基準日, once billing is requested. */
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
  /** 2 once its debit has failed and it is to be paid by transfer. */
  revision: number;
  buyerId: string;
  issuedOn: Day;
  closeOn: Day;
  /** As printed; `payUntil` is the same or the next bank business day. */
  dueOn: Day;
  payUntil: Day;
  debitOn: Day | null;
  transactions: Transaction[];
  status: 'issued' | 'paid' | 'void';
  payments: Payment[];
  /** What being overdue has made of the guarantee. */
  overdue: 'ALRT' | 'NG' | null;
  /** Highest revision that was mailed. */
  mailed: number;
}

/** All that NP knows of one shop; nothing is shared between shops, so equal stories get equal numbers. */
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
  /** Per shopTransactionId: how often it was sent, and how often that registered something. */
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

  /** One at a time, in order of arrival: a repeated callback must not meet its first run half done. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }
}

/** What a later doing is called back with. */
export interface AlarmBody {
  at: Moment;
  [key: string]: unknown;
}
