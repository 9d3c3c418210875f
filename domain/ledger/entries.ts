import { type JstDate, type Period, periodEnd } from '../calendar';
import { type Yen, addYen, yen } from '../money';
import type { RateClass, TaxSummary } from '../tax';

/** The accounts of the journal (勘定科目): code → name. The constants below have the English names. Sales are booked without tax. */
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

/** One journal entry. The debits of its lines equal the credits. An entry without lines moves no money and is not booked. */
export interface JournalEntry {
  kind: 'sale' | 'card_sale' | 'np_assignment' | 'payment' | 'reversal';
  bookedOn: JstDate;
  lines: JournalLine[];
}

/**
 * The entry for an issued invoice: debit 売掛金 (receivable), credit 売上高 (sales) and 仮受消費税 (tax) for each tax rate. Its date is
 * the last day of the billed month.
 */
export function invoiceIssued(period: Period, totals: TaxSummary): JournalEntry {
  return { kind: 'sale', bookedOn: periodEnd(period), lines: saleLines(RECEIVABLE, totals) };
}

/**
 * The entry for a captured card payment: debit 売掛金（SBPS） (receivable from the card gateway SBPS), credit 売上高 (sales) and
 * 仮受消費税 (tax) for each tax rate. Its date is the last day of the billed month.
 */
export function cardCaptured(period: Period, totals: TaxSummary): JournalEntry {
  return { kind: 'card_sale', bookedOn: periodEnd(period), lines: saleLines(RECEIVABLE_SBPS, totals) };
}

/**
 * The entry for a receivable assigned to NP, the credit provider (債権譲渡, docs/store.md P3): debit 未収入金（NP） (receivable from NP),
 * credit 売掛金 (receivable from the buyer). The buyer then pays NP, so no payment of the buyer is booked. NP's payout to the store
 * is not booked here.
 * @param gross yen with tax
 */
export function assignedToNp(assignedOn: JstDate, gross: Yen): JournalEntry {
  return { kind: 'np_assignment', bookedOn: assignedOn, lines: transfer(RECEIVABLE_NP, RECEIVABLE, gross) };
}

/**
 * The entry for money paid into the store's bank account: debit 普通預金 (bank), credit 売掛金 (receivable), and credit 仮受金 (suspense)
 * for the yen that exceed the invoices. The excess belongs to the buyer until it is paid back or applied to another invoice.
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

/** The entry that undoes another: the same lines with debit and credit exchanged. Entries are never changed. */
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
