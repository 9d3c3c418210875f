import fc from 'fast-check';
import { jstDate, period, periodEnd } from '../../../domain/calendar';
import { canMove, statesOf } from '../../../domain/lifecycle';
import { closeTerms } from '../../../domain/close/terms';
import { directDebitLifecycle } from '../../../domain/direct-debit/lifecycle';
import {
  type MandateEvent,
  afterEvent,
  debitResults,
  escalateOn,
  expectedOn,
  firstPeriod,
  formExpiryOn,
  formReminders,
  mandateEvents,
  methodOfPeriod,
  parseDebitResultCode,
  rebillDueOn,
} from '../../../domain/direct-debit/rules';
import { dates, periods } from '../arbitraries';

const events = Object.keys(mandateEvents) as MandateEvent[];

it('aoba’s mandate: requested, form posted, received, active', () => {
  let state = directDebitLifecycle.initial;
  for (const event of ['form_posted', 'form_received', 'completed'] as const) {
    const next = afterEvent(state, event);
    if (!next.ok) throw new Error(`${event} refused in ${state}`);
    state = next.value;
  }
  expect(state).toBe('active');
});

it('a form that was never posted cannot be received', () => {
  expect(afterEvent('requested', 'form_received')).toEqual({
    ok: false,
    refusal: { code: 'mandate_out_of_order', params: { state: 'requested', event: 'form_received' } },
  });
});

it('events and life cycle agree: every move has an event, and every event is a move', () => {
  const byEvents = events.flatMap((event) =>
    mandateEvents[event].from.map((from) => `${from} → ${mandateEvents[event].to}`),
  );
  const byTable = statesOf(directDebitLifecycle).flatMap((from) =>
    statesOf(directDebitLifecycle)
      .filter((to) => canMove(directDebitLifecycle, from, to))
      .map((to) => `${from} → ${to}`),
  );
  expect([...byEvents].sort()).toEqual([...byTable].sort());
});

it('a form posted on 10-23: reminders after 14 and 30 days, expiry after 90', () => {
  const posted = jstDate('2026-10-23');
  expect(formReminders(posted)).toEqual(['2026-11-06', '2026-11-22']);
  expect(formExpiryOn(posted)).toBe('2027-01-21');
});

it('a form received on 2026-11-02 is expected on 2027-01-02; staff ask the bank from 03-02', () => {
  expect(expectedOn(jstDate('2026-11-02'))).toBe('2027-01-02');
  expect(escalateOn(jstDate('2026-11-02'))).toBe('2027-03-02');
});

it('active 2027-01-08: January is the first month debited, on 03-01 because 02-27 is a Saturday', () => {
  const activeOn = jstDate('2027-01-08');
  expect(firstPeriod(activeOn)).toBe('2027-01');
  expect(closeTerms(firstPeriod(activeOn)).debit_on).toBe('2027-03-01');
  expect(methodOfPeriod(period('2026-12'), activeOn)).toBe('bank_transfer');
  expect(methodOfPeriod(period('2027-01'), activeOn)).toBe('direct_debit');
  expect(methodOfPeriod(period('2027-01'), null)).toBe('bank_transfer');
});

it('a mandate in force on the close date pays the month; a day later it does not', () => {
  fc.assert(
    fc.property(periods, dates, (p, activeOn) => {
      expect(methodOfPeriod(p, activeOn) === 'direct_debit').toBe(p >= firstPeriod(activeOn));
      expect(methodOfPeriod(p, periodEnd(p))).toBe('direct_debit');
    }),
  );
});

it('result 1 keeps the mandate; results 2, 4 and 9 end it', () => {
  const ending = Object.entries(debitResults).filter(([, result]) => !result.keepsMandate);
  expect(ending.map(([code]) => code)).toEqual(['2', '4', '9']);
  expect(debitResults['1']).toEqual({ label: '資金不足', paid: false, keepsMandate: true });
  expect(Object.values(debitResults).filter((result) => result.paid)).toHaveLength(1);
  expect([parseDebitResultCode('8'), parseDebitResultCode('5'), parseDebitResultCode('toString')]).toEqual([
    '8',
    null,
    null,
  ]);
});

it('after a debit failed on 2027-03-04, the transfer is due on 03-31', () => {
  expect(rebillDueOn(jstDate('2027-03-04'))).toBe('2027-03-31');
});
