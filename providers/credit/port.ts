import type { Instant, JstDate, Period } from '../../domain/calendar';
import type { BuyerResult, Guarantee } from '../../domain/account/screening';
import type { Yen } from '../../domain/money';
import type { RateClass } from '../../domain/tax';

/** What NP screens a buyer by (STORE.md B1): names as registered, never in a workflow history. */
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
   * Monthly limit, and what is left of it in the latest month that has a registration, yen with tax; null until passed.
   */
  limit: Yen | null;
  available: Yen | null;
}

/** One charge of one order for one period, tax-inclusive, as NP registers it (取引登録). */
export interface TransactionRequest {
  /** 加盟店取引ID, at most 40 characters, derived from the business key np-txn/<order>/<period>/<n>. */
  shopTransactionId: string;
  buyerId: string;
  orderedOn: JstDate;
  /** Yen with tax, the sum of the lines. */
  total: Yen;
  /** 発注番号 and 件名 as the buyer gave them, to be printed on the bill (assumed, see np-assumed.ts). */
  poNumber?: string;
  subject?: string;
  lines: { text: string; /** yen with tax, per unit */ price: Yen; quantity: number; rateClass: RateClass }[];
}

/** 00 = registered; NG reasons: 21 未払い, 22 金額超過, 24 総合判断. */
export type TransactionResult =
  { outcome: 'registered'; transactionId: string } | { outcome: 'refused'; reason: '21' | '22' | '24' };

/** An invoice or debit notice that NP issued, with NP's number; mirrored by us, checked to the yen. */
export interface IssuedBill {
  /** F-1-YYYYMMDD-NNNNNN */
  number: string;
  kind: 'invoice' | 'debit_notice';
  /** 1; 2 once a debit notice whose debit failed has become an invoice to be paid by transfer, under the same number. */
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

/** The one door to a credit provider. NP speaks it over HTTP; an in-house store answers it from its own books. */
export interface CreditProvider {
  /** `reference`: our id of the billing destination, one buyer each. `at`: the application's instant, NP is told its date. */
  registerBuyer(profile: BuyerProfile, reference: string, at: Instant): Promise<BuyerScreening>;
  /** Corrected data after 保留 or 取消, and the application made again (申請). */
  reapplyBuyer(buyerId: string, profile: BuyerProfile, at: Instant): Promise<BuyerScreening>;
  buyer(buyerId: string): Promise<BuyerScreening>;
  /** Looks a buyer up by our reference; null = never registered. Asked before a lost registration is sent again. */
  findBuyer(reference: string): Promise<BuyerScreening | null>;
  /** @throws ProviderError rejected when the id was used before, also by a refused one: a new attempt takes the next n. */
  registerTransaction(request: TransactionRequest): Promise<TransactionResult>;
  /** Asked before a lost registration is sent again; null = NP never saw it. */
  findTransaction(shopTransactionId: string): Promise<TransactionResult | null>;
  /** All or none. Cancelling a cancelled one again changes nothing; a paid one is rejected. */
  cancelTransactions(transactionIds: string[]): Promise<void>;
  /** 請求確定依頼, all or none. `baseDate` decides which month's invoice. The same request again changes nothing. */
  requestBilling(requests: { transactionId: string; baseDate: JstDate }[]): Promise<void>;
  /** Bills of the month that closed on `closeOn`, in number order; cursor null = from the start, `next` null = the end. */
  issuedBills(closeOn: JstDate, cursor: string | null): Promise<{ bills: IssuedBill[]; next: string | null }>;
  billDocument(number: string): Promise<{ contentType: string; bytes: Uint8Array }>;
  /** Tells NP that a buyer's direct debit is in force from the month `fromPeriod` on (assumed: NP learns it from the bank). */
  directDebitActive(buyerId: string, fromPeriod: Period): Promise<void>;
  directDebitEnded(buyerId: string): Promise<void>;
}
