import { type JstDate, type Period, periodEnd } from '../calendar';
import { type Yen, addYen, yen } from '../money';
import type { RateClass, TaxSummary } from '../tax';

/** The accounts of the journal (勘定科目): code → name. Sales are booked without tax (税抜経理). */
export const accountTitles = {
  '1110': '普通預金',
  '1130': '売掛金',
  '1131': '売掛金（SBPS）',
  '1150': '未収入金（NP）',
  '2130': '仮受金',
  '2150': '仮受消費税',
  '4110': '売上高',
} as const;

export type AccountCode = keyof typeof accountTitles;

const BANK: AccountCode = '1110';
const RECEIVABLE: AccountCode = '1130';
const RECEIVABLE_SBPS: AccountCode = '1131';
const RECEIVABLE_NP: AccountCode = '1150';
const SUSPENSE: AccountCode = '2130';
const TAX_RECEIVED: AccountCode = '2150';
const SALES: AccountCode = '4110';

export interface JournalLine {
  /** D: debit (借方). C: credit (貸方). */
  side: 'D' | 'C';
  accountCode: AccountCode;
  /** Positive yen. */
  amount: Yen;
  /** Set on sales and tax lines, null on the others. */
  rateClass: RateClass | null;
}

/** One journal entry; its debits equal its credits. An entry without lines moves nothing and is not booked. */
export interface JournalEntry {
  kind: 'sale' | 'card_sale' | 'np_assignment' | 'payment' | 'reversal';
  bookedOn: JstDate;
  lines: JournalLine[];
}

/** The entry for an issued invoice: Dr 売掛金 / Cr 売上高 and 仮受消費税 per rate, dated the last day of the billed period. */
export function invoiceIssued(period: Period, totals: TaxSummary): JournalEntry {
  return { kind: 'sale', bookedOn: periodEnd(period), lines: saleLines(RECEIVABLE, totals) };
}

/**
 * The entry for a captured card payment: Dr 売掛金（SBPS） / Cr 売上高 and 仮受消費税 per rate, dated the last day of the billed
 * period. SBPS is the card gateway.
 */
export function cardCaptured(period: Period, totals: TaxSummary): JournalEntry {
  return { kind: 'card_sale', bookedOn: periodEnd(period), lines: saleLines(RECEIVABLE_SBPS, totals) };
}

/**
 * The entry for a receivable assigned to NP, the credit provider (債権譲渡, docs/store.md P3): Dr 未収入金（NP） / Cr 売掛金. The
 * buyer then pays NP, which makes no entry in our journal. NP's payout to us clears 未収入金（NP）.
 * @param gross yen with tax
 */
export function assignedToNp(assignedOn: JstDate, gross: Yen): JournalEntry {
  return { kind: 'np_assignment', bookedOn: assignedOn, lines: transfer(RECEIVABLE_NP, RECEIVABLE, gross) };
}

/**
 * The entry for money paid into the store's own account: Dr 普通預金 / Cr 売掛金, and Cr 仮受金 for the yen that exceed the invoices.
 * The excess belongs to the buyer until it is paid back or applied to another invoice.
 * @param matched yen applied to invoices
 * @param over yen that exceed the invoices
 */
export function paymentReceived(paidOn: JstDate, matched: Yen, over: Yen = yen(0)): JournalEntry {
  const lines = [
    ...line('D', BANK, addYen(matched, over)),
    ...line('C', RECEIVABLE, matched),
    ...line('C', SUSPENSE, over),
  ];
  return { kind: 'payment', bookedOn: paidOn, lines };
}

/** The entry that undoes another: the same lines with debit and credit exchanged. No entry is corrected in any other way. */
export function reversalOf(entry: JournalEntry, bookedOn: JstDate): JournalEntry {
  const lines = entry.lines.map((line): JournalLine => ({ ...line, side: line.side === 'D' ? 'C' : 'D' }));
  return { kind: 'reversal', bookedOn, lines };
}

function saleLines(receivable: AccountCode, totals: TaxSummary): JournalLine[] {
  return [
    ...line('D', receivable, totals.gross),
    ...totals.rates.flatMap(({ rateClass, net }) => line('C', SALES, net, rateClass)),
    ...totals.rates.flatMap(({ rateClass, tax }) => line('C', TAX_RECEIVED, tax, rateClass)),
  ];
}

function transfer(debit: AccountCode, credit: AccountCode, amount: Yen): JournalLine[] {
  return [...line('D', debit, amount), ...line('C', credit, amount)];
}

/** One line, or none for zero yen. A negative amount becomes a positive one on the other side. */
function line(
  side: 'D' | 'C',
  accountCode: AccountCode,
  amount: Yen,
  rateClass: RateClass | null = null,
): JournalLine[] {
  if (amount === 0) return [];
  const other = side === 'D' ? 'C' : 'D';
  return [{ side: amount > 0 ? side : other, accountCode, amount: yen(Math.abs(amount)), rateClass }];
}
