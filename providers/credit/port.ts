import type { Instant, JstDate, Period } from '../../domain/calendar';
import type { BuyerResult, Guarantee } from '../../domain/account/screening';
import type { Yen } from '../../domain/money';
import type { RateClass } from '../../domain/tax';

/**
 * Registered data of a buyer (docs/store.md B1), from which the credit provider NP掛け払い ("NP") decides whether to give
 * credit. It is personal data, which must be correctable. So it must never enter a workflow history, which cannot change.
 */
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

/** NP's current credit decision on a buyer. */
export interface BuyerScreening {
  /** NP's id of the buyer (購入企業ID), 11 digits. */
  buyerId: string;
  result: BuyerResult;
  /** NP's codes for a hold or a refusal, e.g. RE009 (address mismatch). Empty when the buyer has passed. */
  reasons: string[];
  guarantee: Guarantee;
  /**
   * `limit` is the monthly credit limit in yen with tax. `available` is the unused part of the limit in the latest month
   * for which a transaction is registered. Both are null until the buyer has passed the screening.
   */
  limit: Yen | null;
  available: Yen | null;
}

/** Request to register one order's charge for one month with NP (取引登録). */
export interface TransactionRequest {
  /**
   * Our id of the transaction (加盟店取引ID), at most 40 characters. It is derived from the business key
   * np-txn/<order>/<period>/<n>, where n counts the attempts to register the charge.
   */
  shopTransactionId: string;
  buyerId: string;
  orderedOn: JstDate;
  /** Sum of the lines, in yen with tax. */
  total: Yen;
  /**
   * The buyer's own order number (発注番号) and subject (件名), for NP to print on the bill. NP's fields for them are
   * assumed (np/assumed.ts).
   */
  poNumber?: string;
  subject?: string;
  lines: { text: string; /** yen with tax, per unit */ price: Yen; quantity: number; rateClass: RateClass }[];
}

/**
 * NP's answer to a registration. Reasons of a refusal: 21 = the buyer has not paid an earlier bill (未払い), 22 = over the
 * credit limit (金額超過), 24 = overall judgement of NP (総合判断).
 */
export type TransactionResult =
  { outcome: 'registered'; transactionId: string } | { outcome: 'refused'; reason: '21' | '22' | '24' };

/**
 * An invoice or a debit notice that NP issued to a buyer. We store a copy and compare its amounts with ours to the yen.
 */
export interface IssuedBill {
  /** NP's number of the bill, F-1-YYYYMMDD-NNNNNN. */
  number: string;
  kind: 'invoice' | 'debit_notice';
  /**
   * 1 when the bill is issued. 2 after a failed direct debit: the debit notice becomes an invoice with the same number,
   * payable by bank transfer.
   */
  revision: number;
  buyerId: string;
  issuedOn: JstDate;
  /** Last day of the billed month. */
  closeOn: JstDate;
  /** Due date as printed, even if banks are closed on that day. */
  dueOn: JstDate;
  /** Day of the direct debit; null for an invoice. */
  debitOn: JstDate | null;
  /** Yen with tax. */
  total: Yen;
  /** For each tax rate: the total with tax, and the tax contained in it, both in yen. The tax is rounded once per rate. */
  taxes: { rate: 10 | 8; total: Yen; tax: Yen }[];
  shopTransactionIds: string[];
  /** Bank account to which the buyer transfers the money. null for a debit notice. */
  virtualAccount: { bank: string; branch: string; type: '普通'; number: string; holder: string } | null;
}

/** A credit provider as the engine calls it. np/provider.ts implements it over NP's HTTP API. */
export interface CreditProvider {
  /**
   * Registers a billing destination as a buyer, which NP then screens. `reference` is our id of the billing
   * destination. `at` is the business time of the application; NP receives only its date.
   */
  registerBuyer(profile: BuyerProfile, reference: string, at: Instant): Promise<BuyerScreening>;
  /** Applies for credit again (申請) with corrected data, after NP has put the buyer on hold (保留) or cancelled it (取消). */
  reapplyBuyer(buyerId: string, profile: BuyerProfile, at: Instant): Promise<BuyerScreening>;
  buyer(buyerId: string): Promise<BuyerScreening>;
  /**
   * Finds a buyer by our reference. null: NP never registered it. Call this before you repeat a registration that got
   * no answer.
   */
  findBuyer(reference: string): Promise<BuyerScreening | null>;
  /**
   * Registers an order's charge for one month with NP, which accepts or refuses it.
   * @throws ProviderError `rejected` when the shopTransactionId was used before, even if NP refused that transaction. A
   * new attempt needs a new id.
   */
  registerTransaction(request: TransactionRequest): Promise<TransactionResult>;
  /**
   * Finds a transaction by our id. null: NP never received it. Call this before you repeat a registration that got no
   * answer.
   */
  findTransaction(shopTransactionId: string): Promise<TransactionResult | null>;
  /**
   * Cancels all of the transactions, or none if the bill of one of them is paid. NP rejects the call then. A transaction
   * that is already cancelled does not matter.
   */
  cancelTransactions(transactionIds: string[]): Promise<void>;
  /**
   * Asks NP to put all of the transactions on bills (請求確定依頼), or none if NP refuses one. A transaction goes on the
   * bill of the month in which its `baseDate` lies. Repeating a request changes nothing.
   */
  requestBilling(requests: { transactionId: string; baseDate: JstDate }[]): Promise<void>;
  /**
   * Returns one page of the bills of the month that closed on `closeOn`, in number order. `cursor` is the `next` of the
   * page before, or null for the first page. A null `next` means that there are no more bills.
   */
  issuedBills(closeOn: JstDate, cursor: string | null): Promise<{ bills: IssuedBill[]; next: string | null }>;
  billDocument(number: string): Promise<{ contentType: string; bytes: Uint8Array }>;
  /**
   * Tells NP that a buyer pays by direct debit from the bill of the month `fromPeriod` on. This call is our guess and
   * exists for the simulator, because the real NP learns of a direct debit from the bank.
   */
  directDebitActive(buyerId: string, fromPeriod: Period): Promise<void>;
  directDebitEnded(buyerId: string): Promise<void>;
}
