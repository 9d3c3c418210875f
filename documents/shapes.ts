import type { SupportDesk } from '../domain/support-desks';

/**
 * The data of each document. The data are fixed when the document is issued, and stored as JSON, from which it can be drawn
 * again. Dates are JST dates `YYYY-MM-DD`. Amounts are whole yen, and each comment says whether they include tax.
 */

/** The tax rate class of a line, named as in domain/tax.ts. A `reduced` line is printed with ※ and a legend. */
export type LineRateClass = 'standard' | 'reduced' | 'exempt' | 'out_of_scope';

/** The issuer that a document names (発行者). `registrationNumber` is T and 13 digits. */
export interface Issuer {
  name: string;
  postalCode: string;
  address: string;
  phone: string | null;
  registrationNumber: string;
}

/** The addressee of a document (宛名). A firm is printed with 御中, a person with 様. */
export interface Recipient {
  company: string;
  department: string | null;
  person: string | null;
  postalCode: string;
  address: string;
}

export interface DocumentLine {
  description: string;
  /** Printed small beneath the description, e.g. the line's PO number when an invoice covers several PO numbers. */
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

/** The total of one rate class. The tax is rounded once, never per line (消費税法施行令70条の10). */
export interface TaxRow {
  rateClass: LineRateClass;
  /** 10, 8, or 0 where no tax applies. */
  percent: number;
  /** Yen without tax. */
  net: number;
  /** Yen: the tax on `net`. */
  tax: number;
}

/**
 * The fields of a qualified invoice (適格請求書, 消費税法57条の4①), and the references that a buyer's accounts department needs.
 */
export interface QualifiedInvoiceData {
  number: string;
  issuedOn: string;
  issuer: Issuer;
  recipient: Recipient;
  /** The buyer's subject (件名) and PO number (発注番号), printed as the buyer wrote them. */
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

/** The invoice (請求書) of a store that settles in house, that is, bills without NP (the credit provider NP掛け払い). */
export interface InvoiceData extends QualifiedInvoiceData {
  /** 1 for the first issue. From 2 on, the same invoice is billed again and marked as 再発行 (reissued). */
  revision: number;
  /** The day on which the newest revision was issued; null for the first issue. */
  revisedOn: string | null;
  dueOn: string;
  /** The account to pay into. The buyer pays the transfer fee (docs/store.md P7). */
  account: { bank: string; branch: string; type: string; number: string; holder: string };
}

/** The debit notice (口座振替通知書) of a store that settles in house. The notice replaces the invoice. */
export interface DebitNoticeData extends QualifiedInvoiceData {
  debitOn: string;
  /** `maskedNumber` shows only the last three digits, e.g. `****567`. Null when the store does not know the account. */
  debitAccount: { bank: string; branch: string; type: string; maskedNumber: string; holder: string } | null;
}

/** The receipt (領収書) of a card payment, issued at each capture. */
export interface ReceiptData extends QualifiedInvoiceData {
  orderNumber: string;
  /** Day of the capture. */
  paidOn: string;
  /** The text that says for what the buyer paid (但し書き), e.g. 商品A 2026年10月分 利用料. */
  purpose: string;
  /** E.g. VISA; null when the card gateway does not report it. Never a card number. */
  cardBrand: string | null;
  /** The text on the buyer's card statement (docs/store.md P11). */
  descriptor: string;
}

/**
 * A bill as Net Protections (NP) issues and mails it (docs/store.md P6, D5). In this repository the NP simulator draws it. Its
 * amounts are the registered ones, with tax. The tax within the total of each rate is computed and rounded once.
 */
export interface NpBillData {
  kind: 'invoice' | 'debit_notice';
  /** NP's number of the bill: F-1-YYYYMMDD-NNNNNN. */
  number: string;
  issuedOn: string;
  /** Last day of the billed month. */
  closeOn: string;
  dueOn: string;
  /** Set for a debit notice only. */
  debitOn: string | null;
  /** NP's id of the buyer (購入企業ID), 11 digits. */
  buyerId: string;
  recipient: Recipient;
  /** The store that assigned its receivables to Net Protections. */
  seller: { name: string; registrationNumber: string };
  transactions: {
    orderedOn: string;
    shopTransactionId: string;
    description: string;
    /** The PO number (発注番号) and subject (件名) of the order, printed beneath the line. */
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
  /** The account to pay into, which NP keeps for this buyer only; null for a debit notice. */
  virtualAccount: { bank: string; branch: string; type: string; number: string; holder: string } | null;
}
