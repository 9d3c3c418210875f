import { jstDate } from '../../../domain/calendar';
import { decideCredit, screeningUntil } from '../../../domain/order/credit-decision';

const on = jstDate('2026-10-06');

it('00 confirms', () => expect(decideCredit('00', on)).toEqual({ decision: 'confirm' }));

it('22 holds for seven business days (P4)', () => {
  expect(decideCredit('22', on)).toEqual({ decision: 'hold', until: '2026-10-16' });
});

it('21 declines as overdue, 24 as NP’s judgement', () => {
  expect(decideCredit('21', on)).toEqual({ decision: 'decline', reason: 'overdue' });
  expect(decideCredit('24', on)).toEqual({ decision: 'decline', reason: 'judgement' });
});

it('a screening put on hold on 2026-10-09 has ten business days, over スポーツの日, until 10-26', () => {
  expect(screeningUntil(jstDate('2026-10-09'))).toBe('2026-10-26');
});
