import fc from 'fast-check';
import { jstDate, period } from '../../../domain/calendar';
import {
  type JournalEntry,
  accountTitles,
  assignedToNp,
  cardCaptured,
  invoiceIssued,
  paymentReceived,
  reversalOf,
} from '../../../domain/ledger/entries';
import { yen } from '../../../domain/money';
import { taxOnNet, taxWithinGross } from '../../../domain/tax';
import { amounts, dates, lines, periods, roundings } from '../arbitraries';

/** 借方 33,000 売掛金 … as a bookkeeper writes it. */
function written(entry: JournalEntry): string[] {
  return entry.lines.map((l) => `${l.side} ${accountTitles[l.accountCode]} ${l.amount}`);
}

function balance(entry: JournalEntry): number {
  return entry.lines.reduce((sum, l) => sum + (l.side === 'D' ? l.amount : -l.amount), 0);
}

const october = period('2026-10');

it('aoba’s October: the sale is dated the last day of October, then the receivable is assigned to NP', () => {
  const totals = taxWithinGross([{ gross: yen(33_000), rateClass: 'standard' }], jstDate('2026-10-31'));
  const sale = invoiceIssued(october, totals);
  expect(sale.bookedOn).toBe('2026-10-31');
  expect(written(sale)).toEqual(['D 売掛金 33000', 'C 売上高 30000', 'C 仮受消費税 3000']);
  expect(written(assignedToNp(jstDate('2026-11-05'), yen(33_000)))).toEqual([
    'D 未収入金（NP） 33000',
    'C 売掛金 33000',
  ]);
});

it('chiyo’s card: SBPS owes the money', () => {
  const totals = taxOnNet([{ amount: yen(12_000), rateClass: 'standard' }], jstDate('2026-10-31'));
  expect(written(cardCaptured(october, totals))).toEqual([
    'D 売掛金（SBPS） 13200',
    'C 売上高 12000',
    'C 仮受消費税 1200',
  ]);
});

it('each rate has its own lines, and untaxed sales have no tax line', () => {
  const totals = taxOnNet(
    [
      { amount: yen(1_000), rateClass: 'standard' },
      { amount: yen(500), rateClass: 'reduced' },
      { amount: yen(300), rateClass: 'exempt' },
    ],
    jstDate('2026-10-31'),
  );
  expect(invoiceIssued(october, totals).lines.map((l) => [l.rateClass, l.amount])).toEqual([
    [null, 1_940],
    ['standard', 1_000],
    ['reduced', 500],
    ['exempt', 300],
    ['standard', 100],
    ['reduced', 40],
  ]);
});

it('an in-house payment is booked at the bank', () => {
  expect(written(paymentReceived(jstDate('2026-11-30'), yen(33_000)))).toEqual(['D 普通預金 33000', 'C 売掛金 33000']);
});

it('a credit is booked on the other side, with positive amounts', () => {
  const totals = taxOnNet([{ amount: yen(-1_000), rateClass: 'standard' }], jstDate('2026-10-31'));
  expect(written(invoiceIssued(october, totals))).toEqual(['C 売掛金 1100', 'D 売上高 1000', 'D 仮受消費税 100']);
});

it('every entry is balanced, has positive amounts, and its reversal cancels it exactly', () => {
  fc.assert(
    fc.property(periods, lines, roundings, dates, amounts, (p, list, rounding, on, amount) => {
      const totals = taxOnNet(list, on, rounding);
      const entries = [
        invoiceIssued(p, totals),
        cardCaptured(p, totals),
        assignedToNp(on, amount),
        paymentReceived(on, amount),
      ];
      for (const entry of entries) {
        const reversal = reversalOf(entry, on);
        expect(balance(entry)).toBe(0);
        expect(entry.lines).not.toHaveLength(1);
        expect(entry.lines.every((l) => l.amount > 0)).toBe(true);
        expect(balance({ ...entry, lines: [...entry.lines, ...reversal.lines] })).toBe(0);
        const net = (of: JournalEntry, code: string) =>
          of.lines
            .filter((l) => l.accountCode === code)
            .reduce((sum, l) => sum + (l.side === 'D' ? l.amount : -l.amount), 0);
        for (const code of Object.keys(accountTitles)) expect(net(entry, code) + net(reversal, code)).toBe(0);
      }
    }),
  );
});
