import type { SupportDesk } from '../domain/support-desks';

/**
 * Data of each document, frozen at issue. They are plain values, so a document can be drawn again from stored JSON.
 * Dates are JST dates `YYYY-MM-DD`. Amounts are whole yen, and each comment says whether they include tax.
 */

/** Names as in domain/tax. A reduced line is printed with ※ and a legend. */
export type LineRateClass = 'standard' | 'reduced' | 'exempt' | 'out_of_scope';

/** 発行者. `registrationNumber` is T + 13 digits. */
export interface Issuer {
  name: string;
  postalCode: string;
  address: string;
  phone: string | null;
  registrationNumber: string;
}

/** 宛名. A firm gets 御中, a person 様. */
export interface Recipient {
  company: string;
  department: string | null;
  person: string | null;
  postalCode: string;
  address: string;
}

export interface DocumentLine {
  description: string;
  /** Printed small beneath the description, e.g. the PO number when the orders of one invoice have several. */
  notes?: string[];
  /** First and last day of use; both null for a one-off charge. */
  periodFrom: string | null;
  periodTo: string | null;
  quantity: number;
  /** Yen without tax. */
  unitPrice: number;
  /** Yen without tax. */
  amount: number;
  rateClass: LineRateClass;
}

/** One row per rate. The tax is rounded once here, never per line (令70条の10). */
export interface TaxRow {
  rateClass: LineRateClass;
  /** 10, 8, or 0 where no tax applies. */
  percent: number;
  /** Yen without tax. */
  net: number;
  /** Yen: the tax on `net`. */
  tax: number;
}

/** The fields of a 適格請求書 (消費税法57条の4①), and the references that a buyer's accounts department needs. */
export interface QualifiedInvoiceData {
  number: string;
  issuedOn: string;
  issuer: Issuer;
  recipient: Recipient;
  /** 件名 and 発注番号, printed as the buyer wrote them. */
  subject: string | null;
  poNumber: string | null;
  periodFrom: string;
  periodTo: string;
  lines: DocumentLine[];
  taxes: TaxRow[];
  /** Yen without tax = Σ lines = Σ taxes.net. */
  netTotal: number;
  /** Yen = Σ taxes.tax. */
  taxTotal: number;
  /** Yen with tax. */
  total: number;
  support: SupportDesk;
}

/** 請求書 of a store that settles in house. */
export interface InvoiceData extends QualifiedInvoiceData {
  /** 1 at first. 2 and up when the same invoice is billed again, printed as 再発行. */
  revision: number;
  /** Day of the newest revision; null for the first. */
  revisedOn: string | null;
  dueOn: string;
  /** Account to pay into. The buyer pays the transfer fee (STORE.md P7). */
  account: { bank: string; branch: string; type: string; number: string; holder: string };
}

/** 口座振替通知書. It replaces the invoice. */
export interface DebitNoticeData extends QualifiedInvoiceData {
  debitOn: string;
  /** `maskedNumber` shows only the last three digits, e.g. `****567`. null when the store does not know the account. */
  debitAccount: { bank: string; branch: string; type: string; maskedNumber: string; holder: string } | null;
}

/** 領収書 of a card payment, issued at each capture. */
export interface ReceiptData extends QualifiedInvoiceData {
  orderNumber: string;
  /** Day of the capture. */
  paidOn: string;
  /** 但し書き, e.g. 商品A 2026年10月分 利用料. */
  purpose: string;
  /** e.g. VISA; null when the payment service does not report it. Never a card number. */
  cardBrand: string | null;
  /** Text on the card statement (STORE.md P11). */
  descriptor: string;
}

/**
 * A bill that Net Protections issues and mails (STORE.md P6, D5), drawn by the NP simulator. Amounts include tax, as
 * registered. The contained tax is computed from the total of each rate and rounded once.
 */
export interface NpBillData {
  kind: 'invoice' | 'debit_notice';
  /** F-1-YYYYMMDD-NNNNNN */
  number: string;
  issuedOn: string;
  /** Last day of the billed month. */
  closeOn: string;
  dueOn: string;
  /** Set for a debit notice only. */
  debitOn: string | null;
  /** 購入企業ID, 11 digits. */
  buyerId: string;
  recipient: Recipient;
  /** The store that assigned its receivables to Net Protections. */
  seller: { name: string; registrationNumber: string };
  transactions: {
    orderedOn: string;
    shopTransactionId: string;
    description: string;
    /** 発注番号 and 件名 of the order, printed beneath the line. */
    poNumber: string | null;
    subject: string | null;
    quantity: number;
    /** Yen with tax. */
    unitPrice: number;
    /** Yen with tax. */
    amount: number;
    rate: 10 | 8;
  }[];
  taxes: { rate: 10 | 8; /** yen with tax */ total: number; /** yen: the tax in it */ tax: number }[];
  /** Yen with tax. */
  total: number;
  /** Account to pay into; null for a debit notice. */
  virtualAccount: { bank: string; branch: string; type: string; number: string; holder: string } | null;
}
