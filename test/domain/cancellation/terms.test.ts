import fc from 'fast-check';
import { addPeriods, jstDate, nextPeriod, periodEnd, periodOf } from '../../../domain/calendar';
import { cancellationTerms, previewCancellation } from '../../../domain/cancellation/terms';
import { type OrderState, orderLifecycle } from '../../../domain/order/lifecycle';
import { canMove, statesOf } from '../../../domain/lifecycle';
import { dates } from '../arbitraries';

const startsOn = jstDate('2026-10-08');

function preview(terms: keyof typeof cancellationTerms, askedOn: string, status: OrderState = 'active') {
  return previewCancellation({ terms: cancellationTerms[terms], startsOn, askedOn: jstDate(askedOn), status });
}

it('budou cancels on 2026-12-10: notice in December ends the contract on 2027-01-31', () => {
  expect(preview('notice_by_previous_month_end_ends_month_end', '2026-12-10')).toEqual({
    ok: true,
    value: { ends_on: '2027-01-31', last_period: '2027-01', reason: 'notice' },
  });
});

it('notice on the last day of the month is in time, and a day later costs another month', () => {
  expect(preview('notice_by_previous_month_end_ends_month_end', '2026-12-31')).toMatchObject({
    value: { ends_on: '2027-01-31' },
  });
  expect(preview('notice_by_previous_month_end_ends_month_end', '2027-01-01')).toMatchObject({
    value: { ends_on: '2027-02-28' },
  });
});

it('other terms end the contract in the same month', () => {
  expect(preview('ends_this_month_end', '2026-12-10')).toMatchObject({
    value: { ends_on: '2026-12-31', last_period: '2026-12', reason: 'notice' },
  });
});

it('a minimum term of twelve months from October ends in September', () => {
  expect(preview('minimum_12_months_ends_this_month_end', '2026-12-10')).toEqual({
    ok: true,
    value: { ends_on: '2027-09-30', last_period: '2027-09', reason: 'minimum_term' },
  });
  expect(preview('minimum_12_months_ends_this_month_end', '2027-09-30')).toMatchObject({ value: { reason: 'notice' } });
  expect(preview('minimum_12_months_ends_this_month_end', '2027-10-01')).toMatchObject({
    value: { ends_on: '2027-10-31' },
  });
});

it('before the service starts, the order ends at once and bills nothing', () => {
  const asked = { terms: cancellationTerms.ends_this_month_end, startsOn: null, askedOn: jstDate('2026-10-06') };
  expect(previewCancellation({ ...asked, status: 'held' })).toEqual({
    ok: true,
    value: { ends_on: '2026-10-06', last_period: null, reason: 'not_started' },
  });
});

it('notice before the first day counts from the month in which the service starts', () => {
  expect(preview('notice_by_previous_month_end_ends_month_end', '2026-09-30')).toEqual({
    ok: true,
    value: { ends_on: '2026-11-30', last_period: '2026-11', reason: 'notice' },
  });
});

it('an order that is ending, ended, declined or cancelled is refused with its state', () => {
  for (const status of ['ending', 'ended', 'declined', 'cancelled'] as const) {
    expect(preview('ends_this_month_end', '2026-12-10', status)).toEqual({
      ok: false,
      refusal: { code: 'order_not_cancellable', params: { state: status } },
    });
  }
});

it('cancellation is accepted in exactly the states that can move to ending or cancelled', () => {
  for (const status of statesOf(orderLifecycle)) {
    const goesOn = canMove(orderLifecycle, status, 'ending') || canMove(orderLifecycle, status, 'cancelled');
    expect([status, preview('ends_this_month_end', '2026-12-10', status).ok]).toEqual([status, goesOn]);
  }
});

it('always: the end is the last day of a month, after the notice and the minimum term, and a later request never ends sooner', () => {
  const terms = fc.record({
    ends: fc.constantFrom('this_month' as const, 'next_month' as const),
    minimumMonths: fc.integer({ min: 0, max: 36 }),
    label: fc.constant(''),
  });
  fc.assert(
    fc.property(terms, dates, dates, dates, (terms, startsOn, one, other) => {
      const end = (askedOn: typeof one) => {
        const preview = previewCancellation({ terms, startsOn, askedOn, status: 'active' });
        if (!preview.ok) throw new Error('refused');
        return preview.value;
      };
      const value = end(one);
      expect(value.ends_on).toBe(periodEnd(value.last_period!));
      expect(value.ends_on >= one && value.ends_on >= startsOn).toBe(true);
      expect(value.last_period! >= addPeriods(periodOf(startsOn), Math.max(terms.minimumMonths, 1) - 1)).toBe(true);
      if (value.reason === 'notice') {
        const asked = periodOf(one < startsOn ? startsOn : one);
        expect(value.last_period).toBe(terms.ends === 'this_month' ? asked : nextPeriod(asked));
      }
      if (other > one) expect(end(other).ends_on >= value.ends_on).toBe(true);
    }),
  );
});
