import { parseJstDate } from '../../../domain/calendar';
import { chargeOf, netOf, priceOfMonth } from '../../../domain/order/pricing';
import { policy } from '../../../domain/policy';

const on = parseJstDate('2026-10-01')!;
const standard = { unitAmount: 15n, quantity: 1, rateClass: 'standard' } as const;
const taxed = { per: 'line', on, rounding: 'floor' } as const;

it('charges a line its quantity times its unit, with its own tax', () => {
  expect(netOf({ ...standard, quantity: 3 })).toBe(45);
  expect(chargeOf({ ...standard, quantity: 3 }, on, 'floor')).toEqual({ net: 45, gross: 49 });
});

it('rounds the tax of a month per line, or once per rate', () => {
  const lines = [standard, standard];
  expect(priceOfMonth(lines, taxed)).toEqual({ ok: true, value: { net: 30, total: 32 } });
  expect(priceOfMonth(lines, { ...taxed, per: 'rate' })).toEqual({ ok: true, value: { net: 30, total: 33 } });
});

it.each([
  ['a line beyond it', [{ ...standard, unitAmount: 9_007_199_254_740_993n, quantity: 100_000 }]],
  ['a month that passes it by its tax', [{ ...standard, unitAmount: BigInt(policy.order.maxTotal) }]],
])('refuses more than NP has digits for: %s', (_what, lines) => {
  const params = { max_total: policy.order.maxTotal };
  expect(priceOfMonth(lines, taxed)).toEqual({
    ok: false,
    refusal: { code: 'invalid_amount', field: ['lines'], params },
  });
});
