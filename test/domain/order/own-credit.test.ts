import fc from 'fast-check';
import { jstDate, period } from '../../../domain/calendar';
import { yen } from '../../../domain/money';
import {
  type OwnCredit,
  type Unbilled,
  decideOwnCredit,
  isOverdue,
  ownCreditUsed,
} from '../../../domain/order/own-credit';
import { charges, periods, rateClass, roundings } from '../arbitraries';

const line = (net: number, month = '2026-10'): Unbilled => ({
  period: period(month),
  rateClass: 'standard',
  net: yen(net),
});
const credit = (more: Partial<OwnCredit> = {}): OwnCredit => ({
  unbilled: [],
  unpaid: yen(0),
  limit: yen(50_000),
  overdue: false,
  ...more,
});

test('an invoice by transfer is overdue from the day after its last day of payment, while yen are owed', () => {
  const invoice = {
    status: 'issued',
    method: 'bank_transfer',
    owed: yen(1),
    payUntil: jstDate('2026-11-30'),
  } as const;
  expect(isOverdue(invoice, jstDate('2026-11-30'))).toBe(false);
  expect(isOverdue(invoice, jstDate('2026-12-01'))).toBe(true);
  expect(isOverdue({ ...invoice, owed: yen(0) }, jstDate('2026-12-01'))).toBe(false);
  expect(isOverdue({ ...invoice, method: 'direct_debit' }, jstDate('2026-12-01'))).toBe(false);
  expect(isOverdue({ ...invoice, status: 'void' }, jstDate('2026-12-01'))).toBe(false);
});

test('unbilled, unpaid and the order together, with tax, may reach the limit but not exceed it by a yen', () => {
  const used = credit({ unbilled: [line(20_000)], unpaid: yen(11_000) });
  expect(ownCreditUsed(used, 'floor')).toBe(33_000);
  expect(decideOwnCredit(used, [line(15_454)], 'floor')).toBe('00'); // 35,454 → 38,999 + 11,000
  expect(decideOwnCredit(used, [line(15_455)], 'floor')).toBe('00'); // 35,455 → 39,000 + 11,000
  expect(decideOwnCredit(used, [line(15_456)], 'floor')).toBe('22');
});

test('tax is computed once per month and rate, like on the invoices: twice nine yen make nineteen', () => {
  expect(ownCreditUsed(credit({ unbilled: [line(9), line(9)] }), 'floor')).toBe(19);
  expect(ownCreditUsed(credit({ unbilled: [line(9), line(9, '2026-11')] }), 'floor')).toBe(18);
});

test('an overdue invoice refuses the order before the limit is checked', () => {
  expect(decideOwnCredit(credit({ overdue: true }), [line(1)], 'floor')).toBe('21');
});

test('a limit below the used credit refuses every order that adds a yen', () => {
  expect(decideOwnCredit(credit({ unpaid: yen(60_000) }), [line(0)], 'floor')).toBe('00');
  expect(decideOwnCredit(credit({ unpaid: yen(60_000) }), [line(1)], 'floor')).toBe('22');
});

test('a limit of zero gives no credit', () => {
  expect(decideOwnCredit(credit({ limit: yen(0) }), [line(1)], 'floor')).toBe('22');
});

const unbilled = fc.record({ period: periods, rateClass, net: charges });

test('accepted orders never exceed the limit, and using more credit never turns a refusal into acceptance', () => {
  fc.assert(
    fc.property(
      fc.array(unbilled, { maxLength: 8 }),
      charges,
      charges,
      fc.array(unbilled, { minLength: 1, maxLength: 4 }),
      unbilled,
      roundings,
      (given, unpaid, limit, order, more, rounding) => {
        const now = credit({ unbilled: given, unpaid, limit });
        const before = ownCreditUsed(now, rounding);
        const after = ownCreditUsed({ ...now, unbilled: [...given, ...order] }, rounding);
        const taken = decideOwnCredit(now, order, rounding) === '00';
        expect(taken).toBe(after <= limit || after === before);
        if (!taken && more.net > 0)
          expect(decideOwnCredit({ ...now, unbilled: [...given, more] }, order, rounding)).toBe('22');
      },
    ),
  );
});
