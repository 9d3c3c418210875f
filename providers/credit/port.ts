import type { Instant, JstDate, Period } from '../../domain/calendar';
import type { BuyerResult, Guarantee } from '../../domain/account/screening';
import type { Yen } from '../../domain/money';
import type { RateClass } from '../../domain/tax';

/** Data by which NP screens a buyer (STORE.md B1), as registered. They must never enter a workflow history. */
export interface BuyerProfile {
  entity: 'corporation' | 'sole_proprietor';
  companyName: string;
  companyKana: string;
  representative: string;
  postalCode: string;
  address: string;
  phone: string;
  department: string | null;
  contactPerson: string;
  email: string;
}

export interface BuyerScreening {
  /** NP's 購入企業ID, 11 digits. */
  buyerId: string;
  result: BuyerResult;
  /** Hold or refusal codes, e.g. RE009 (address mismatch); empty when passed. */
  reasons: string[];
  guarantee: Guarantee;
  /**
   * Yen with tax; null until passed. `available` is the rest of the monthly limit in the latest month with a
   * registration.
   */
  limit: Yen | null;
  available: Yen | null;
}

/** One charge of one order for one period, including tax, as NP registers it (取引登録). */
export interface TransactionRequest {
  /** 加盟店取引ID, at most 40 characters, derived from the business key np-txn/<order>/<period>/<n>. */
  shopTransactionId: string;
  buyerId: string;
  orderedOn: JstDate;
  /** Yen with tax, the sum of the lines. */
  total: Yen;
  /** 発注番号 and 件名 from the buyer, to be printed on the bill (assumed, see np-assumed.ts). */
  poNumber?: string;
  subject?: string;
  lines: { text: string; /** yen with tax, per unit */ price: Yen; quantity: number; rateClass: RateClass }[];
}

/** 00 = registered; NG reasons: 21 未払い, 22 金額超過, 24 総合判断. */
export type TransactionResult =
  { outcome: 'registered'; transactionId: string } | { outcome: 'refused'; reason: '21' | '22' | '24' };

/** An invoice or debit notice that NP issued, with NP's number. We store a copy and check it to the yen. */
export interface IssuedBill {
  /** F-1-YYYYMMDD-NNNNNN */
  number: string;
  kind: 'invoice' | 'debit_notice';
  /**
   * 1 at first. 2 when the debit of a debit notice has failed: the notice becomes an invoice, payable by transfer under
   * the same number.
   */
  revision: number;
  buyerId: string;
  issuedOn: JstDate;
  /** Last day of the billed month. */
  closeOn: JstDate;
  /** Printed calendar due date. */
  dueOn: JstDate;
  debitOn: JstDate | null;
  /** Yen with tax. */
  total: Yen;
  /** Yen: tax contained in the total per rate, rounded once. */
  taxes: { rate: 10 | 8; total: Yen; tax: Yen }[];
  shopTransactionIds: string[];
  virtualAccount: { bank: string; branch: string; type: '普通'; number: string; holder: string } | null;
}

/** Interface to a credit provider. NP implements it over HTTP. */
export interface CreditProvider {
  /**
   * `reference` is our id of the billing destination, which has one buyer. `at` is the time of the application; NP
   * receives its date.
   */
  registerBuyer(profile: BuyerProfile, reference: string, at: Instant): Promise<BuyerScreening>;
  /** Applies again (申請) with corrected data after 保留 or 取消. */
  reapplyBuyer(buyerId: string, profile: BuyerProfile, at: Instant): Promise<BuyerScreening>;
  buyer(buyerId: string): Promise<BuyerScreening>;
  /**
   * Finds a buyer by our reference; null = never registered. Call it before repeating a registration that got no
   * answer.
   */
  findBuyer(reference: string): Promise<BuyerScreening | null>;
  /**
   * @throws ProviderError rejected when the id was used before, even by a refused one. A new attempt takes the next n.
   */
  registerTransaction(request: TransactionRequest): Promise<TransactionResult>;
  /**
   * Finds a registration by our id; null = NP never received it. Call it before repeating a registration that got no
   * answer.
   */
  findTransaction(shopTransactionId: string): Promise<TransactionResult | null>;
  /** All or none. Cancelling a cancelled transaction changes nothing. Cancelling a paid one is rejected. */
  cancelTransactions(transactionIds: string[]): Promise<void>;
  /** 請求確定依頼, all or none. `baseDate` decides the month of the invoice. Repeating a request changes nothing. */
  requestBilling(requests: { transactionId: string; baseDate: JstDate }[]): Promise<void>;
  /**
   * Bills of the month that closed on `closeOn`, in number order. A null `cursor` starts at the first; a null `next`
   * means the end.
   */
  issuedBills(closeOn: JstDate, cursor: string | null): Promise<{ bills: IssuedBill[]; next: string | null }>;
  billDocument(number: string): Promise<{ contentType: string; bytes: Uint8Array }>;
  /**
   * Reports to NP that a buyer's direct debit is in force from the month `fromPeriod` on (assumed: NP learns it from
   * the bank).
   */
  directDebitActive(buyerId: string, fromPeriod: Period): Promise<void>;
  directDebitEnded(buyerId: string): Promise<void>;
}
