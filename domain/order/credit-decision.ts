import { type JstDate, addBusinessDays } from '../calendar';
import { policy } from '../policy';

/**
 * The answer to the credit request for an order's first month, in the codes of NP (the credit provider NP掛け払い): 00 accepted,
 * 21 unpaid before (未払い), 22 over the limit (金額超過), 24 overall judgement (総合判断). A store without NP answers itself.
 */
export type CreditAnswer = '00' | '21' | '22' | '24';

/** The effect of the answer on the order. `until` is the last day of the hold; after this day the order is declined. */
export type CreditDecision =
  | { decision: 'confirm' }
  | { decision: 'hold'; until: JstDate }
  | { decision: 'decline'; reason: 'overdue' | 'judgement' };

/** The credit decision on a new order (docs/store.md P3, P4). @param on the date of the answer */
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

/** The last day on which an order waits for NP's screening of its buyer. @param on the day on which the wait or a hold begins */
export function screeningUntil(on: JstDate): JstDate {
  return addBusinessDays(on, policy.order.screeningHoldBusinessDays);
}
