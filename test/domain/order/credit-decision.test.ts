import { jstDate } from '../../../domain/calendar';
import { decideCredit } from '../../../domain/order/credit-decision';

it('00 confirms', () => expect(decideCredit('00', jstDate('2026-10-05'))).toEqual({ decision: 'confirm' }));

it('22 holds for seven business days and tells the customer (P4)', () => {
  expect(decideCredit('22', jstDate('2026-10-06'))).toEqual({
    decision: 'hold',
    until: '2026-10-16',
    reason: '22',
    mail: 'order_held_over_limit',
  });
});

it('21 declines with NP’s desk, 24 and 否決 with the card', () => {
  const on = jstDate('2026-10-09');
  expect(decideCredit('21', on)).toEqual({ decision: 'decline', reason: '21', mail: 'order_declined_overdue' });
  expect(decideCredit('24', on)).toEqual({ decision: 'decline', reason: '24', mail: 'order_declined_judgement' });
  expect(decideCredit('buyer_denied', on)).toMatchObject({ decision: 'decline', mail: 'order_declined_judgement' });
});

it('保留 on 2026-10-09 waits ten business days, over スポーツの日, until 10-26', () => {
  expect(decideCredit('buyer_held', jstDate('2026-10-09'))).toEqual({
    decision: 'wait',
    until: '2026-10-26',
    reason: 'buyer_held',
    mail: null,
  });
});
