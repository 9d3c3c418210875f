import type { SupportDesk } from '../domain/support-desks';

/**
 * What each document prints, frozen at issue. Plain values, so that a document can be drawn again from stored JSON:
 * dates are JST dates `YYYY-MM-DD`, yen are integers and say whether they hold tax.
 */

/** Names as in domain/tax. A reduced line is printed with ※ and the legend. */
export type LineRateClass = 'standard' | 'reduced' | 'exempt' | 'out_of_scope';

/** 発行者. `registrationNumber` is T + 13 digits. */
export interface Issuer {
  name: string;
  postalCode: string;
  address: string;
  phone: string | null;
  registrationNumber: string;
}

/** 宛名: the firm gets 御中, the person 様. */
export interface Recipient {
  company: string;
  department: string | null;
  person: string | null;
  postalCode: string;
  address: string;
}

export interface DocumentLine {
  description: string;
  /** Printed small beneath, e.g. the PO number where the orders of one invoice have several. */
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

/** One row per rate; tax is rounded once here, never per line (令70条の10). */
export interface TaxRow {
  rateClass: LineRateClass;
  /** 10, 8, or 0 where no tax applies. */
  percent: number;
  /** Yen without tax. */
  net: number;
  /** Yen: the tax on `net`. */
  tax: number;
}

/** The fields of a 適格請求書 (消費税法57条の4①) and what a buyer's accounts department files by. */
export interface QualifiedInvoiceData {
  number: string;
  issuedOn: string;
  issuer: Issuer;
  recipient: Recipient;
  /** 件名 and 発注番号, printed as the buyer gave them. */
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
  /** 1, or 2 and up when the same invoice is billed again; printed as 再発行. */
  revision: number;
  /** Day of the newest revision; null for the first. */
  revisedOn: string | null;
  dueOn: string;
  /** Where to pay; the fee is the buyer's (STORE.md P7). */
  account: { bank: string; branch: string; type: string; number: string; holder: string };
}

/** 口座振替通知書: takes the invoice's place. */
export interface DebitNoticeData extends QualifiedInvoiceData {
  debitOn: string;
  /** `maskedNumber` shows the last three digits only, e.g. `****567`; null where the account is not known to the store. */
  debitAccount: { bank: string; branch: string; type: string; maskedNumber: string; holder: string } | null;
}

/** 領収書 of a card payment, issued at each capture. */
export interface ReceiptData extends QualifiedInvoiceData {
  orderNumber: string;
  /** Day of the capture. */
  paidOn: string;
  /** 但し書き, e.g. 商品A 2026年10月分 利用料. */
  purpose: string;
  /** e.g. VISA; null when the payment service does not tell. Never a card number. */
  cardBrand: string | null;
  /** What the card statement shows (STORE.md P11). */
  descriptor: string;
}

/**
 * What Net Protections issues and mails (STORE.md P6, D5), drawn by the NP simulator. Amounts are as registered:
 * with tax; the tax contained is reckoned from each rate's total and rounded once.
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
  /** The store whose receivables were assigned to Net Protections. */
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
  /** Where to pay; null for a debit notice. */
  virtualAccount: { bank: string; branch: string; type: string; number: string; holder: string } | null;
}
