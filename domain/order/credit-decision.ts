import { type JstDate, addBusinessDays } from '../calendar';
import { policy } from '../policy';

/** The answer to the registration of an order's first month. NP refuses it with 21 未払い, 22 金額超過 or 24 総合判断. */
export type CreditAnswer = '00' | '21' | '22' | '24';

/** `until` is the last day of the wait. The order is declined after it. */
export type CreditDecision =
  | { decision: 'confirm' }
  | { decision: 'hold'; until: JstDate }
  | { decision: 'decline'; reason: 'overdue' | 'judgement' };

/** Decides on a new order (DESIGN §4). @param on the date of the answer */
export function decideCredit(answer: CreditAnswer, on: JstDate): CreditDecision {
  switch (answer) {
    case '00':
      return { decision: 'confirm' };
    case '22':
      return { decision: 'hold', until: addBusinessDays(on, policy.order.heldBusinessDays) };
    case '21':
      return { decision: 'decline', reason: 'overdue' };
    case '24':
      return { decision: 'decline', reason: 'judgement' };
  }
}

/** The last day of the wait for a buyer's screening that is put on hold on `on`. */
export function screeningUntil(on: JstDate): JstDate {
  return addBusinessDays(on, policy.order.screeningHoldBusinessDays);
}
