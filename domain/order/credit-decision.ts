import { type JstDate, addBusinessDays } from '../calendar';
import { policy } from '../policy';

/** NP's answer to a registration (00, or NG 21 未払い, 22 金額超過, 24 総合判断), or where the buyer's screening stands. */
export type CreditAnswer =
  '00' | '21' | '22' | '24' | 'buyer_screening' | 'buyer_held' | 'buyer_cancelled' | 'buyer_denied';

/** Templates of the mails a credit decision sends. */
export type CreditMail =
  /** P4: over the limit, the order is held. */
  | 'order_held_over_limit'
  /** 21: names NP's desk, who alone can speak of the debt. */
  | 'order_declined_overdue'
  /** 24 and 否決: offers the card. */
  | 'order_declined_judgement';

/** `until` is the last day of the wait; past its end the order is declined. */
export type CreditDecision =
  | { decision: 'confirm' }
  | { decision: 'hold'; until: JstDate; reason: '22'; mail: CreditMail }
  | { decision: 'wait'; until: JstDate; reason: 'buyer_screening' | 'buyer_held' | 'buyer_cancelled'; mail: null }
  | { decision: 'decline'; reason: '21' | '24' | 'buyer_denied'; mail: CreditMail };

/**
 * What becomes of a new order (DESIGN §4). While a screening waits the customer hears nothing: staff correct the data
 * (保留 and 取消 mostly mean wrong data).
 * @param on the date of the answer
 */
export function decideCredit(answer: CreditAnswer, on: JstDate): CreditDecision {
  switch (answer) {
    case '00':
      return { decision: 'confirm' };
    case '22':
      return { decision: 'hold', until: heldUntil(on), reason: answer, mail: 'order_held_over_limit' };
    case '21':
      return { decision: 'decline', reason: answer, mail: 'order_declined_overdue' };
    case '24':
    case 'buyer_denied':
      return { decision: 'decline', reason: answer, mail: 'order_declined_judgement' };
    case 'buyer_screening':
    case 'buyer_held':
    case 'buyer_cancelled':
      return { decision: 'wait', until: screeningUntil(on), reason: answer, mail: null };
  }
}

/** Last day on which an order held on `on` may be released. */
export function heldUntil(on: JstDate): JstDate {
  return addBusinessDays(on, policy.order.heldBusinessDays);
}

/** Last day a screening put on hold on `on` is waited for. */
export function screeningUntil(on: JstDate): JstDate {
  return addBusinessDays(on, policy.order.screeningHoldBusinessDays);
}
