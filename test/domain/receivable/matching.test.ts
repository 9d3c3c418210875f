import fc from 'fast-check';
import { sumYen, yen } from '../../../domain/money';
import { matchDeposit } from '../../../domain/receivable/matching';

const [october, november] = [
  { invoiceId: 'october', owed: yen(33_000) },
  { invoiceId: 'november', owed: yen(22_000) },
];

test('a deposit for several months pays each in full before the next', () => {
  expect(matchDeposit(yen(55_000), [october, november])).toEqual({
    parts: [
      { invoiceId: 'october', amount: 33_000 },
      { invoiceId: 'november', amount: 22_000 },
    ],
    over: 0,
  });
});

test('when the transfer fee of 660 yen is missing, the last invoice still owes 660 yen (P7)', () => {
  expect(matchDeposit(yen(54_340), [october, november])).toEqual({
    parts: [
      { invoiceId: 'october', amount: 33_000 },
      { invoiceId: 'november', amount: 21_340 },
    ],
    over: 0,
  });
});

test('yen that no invoice owes are left over, also when the invoice was already paid', () => {
  expect(matchDeposit(yen(33_500), [october])).toEqual({
    parts: [{ invoiceId: 'october', amount: 33_000 }],
    over: 500,
  });
  expect(matchDeposit(yen(33_000), [{ ...october, owed: yen(0) }])).toEqual({ parts: [], over: 33_000 });
});

test('every yen goes to an invoice or is left over, no invoice gets too much, and nothing is left over while one still owes', () => {
  const owed = fc.integer({ min: -100_000, max: 1_000_000 }).map(yen);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000_000 }).map(yen), fc.array(owed, { minLength: 1 }), (amount, list) => {
      const invoices = list.map((each, i) => ({ invoiceId: String(i), owed: each }));
      const { parts, over } = matchDeposit(amount, invoices);
      expect(sumYen([...parts.map((part) => part.amount), over])).toBe(amount);
      const got = new Map(parts.map((part) => [part.invoiceId, part.amount]));
      const short = invoices.findIndex(({ invoiceId, owed }) => owed > 0 && (got.get(invoiceId) ?? 0) < owed);
      for (const [i, { invoiceId, owed: due }] of invoices.entries()) {
        const part = got.get(invoiceId) ?? 0;
        expect(part).toBeGreaterThanOrEqual(0);
        expect(part).toBeLessThanOrEqual(Math.max(due, 0));
        if (short >= 0 && i > short) expect(part).toBe(0);
      }
      if (short >= 0) expect(over).toBe(0);
    }),
  );
});
