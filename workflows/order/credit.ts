import { type JstDate, type Period, dateOf, endOf } from '../../domain/calendar';
import { decideCredit, screeningUntil } from '../../domain/order/credit-decision';
import type { OrderFacts } from '../contracts/activities';
import { book } from '../lib/activities';
import type { PendingOrder } from './pending-order';
import { reasonOf, registerMonth } from './registration';

/**
 * The credit check of a bank-transfer order: NP (the credit provider NP掛け払い) screens the buyer, then the first month needs a
 * positive credit decision. In house, the store decides the credit itself and nobody is screened.
 * @returns the first month of the contract, or null when the order was declined or cancelled
 */
export async function passCredit(order: PendingOrder, facts: OrderFacts): Promise<Period | null> {
  const mustBeScreened = facts.settlement === 'np' && facts.buyer !== 'passed';
  if (mustBeScreened && !(await passScreening(order, facts.destinationId))) return null;
  let n = 1;
  for (;;) {
    const period = order.thisMonth;
    const answer = await askForCredit(order, facts, period, n);
    const decision = decideCredit(answer, dateOf(order.life.asOf));
    switch (decision.decision) {
      case 'confirm':
        return period;
      case 'decline':
        await order.decline(decision.reason);
        return null;
      case 'hold': {
        await book.holdOrder({ ...order.fact, until: decision.until });
        const released = await awaitRelease(order, decision.until);
        if (!released) return null;
        n = released.n;
      }
    }
  }
}

async function askForCredit({ life, orderId, fact }: PendingOrder, facts: OrderFacts, period: Period, n: number) {
  if (facts.settlement !== 'np') return book.decideOwnCredit({ ...fact, period, n });
  const result = await registerMonth(life, orderId, period, n);
  return result === 'registered' ? '00' : reasonOf(result);
}

/**
 * Asks the account's workflow to let NP screen the buyer, and waits for the result. If NP holds the screening (保留), staff have
 * ten business days to correct the buyer's data.
 * @returns false when the order was declined or cancelled
 */
async function passScreening(order: PendingOrder, destinationId: string): Promise<boolean> {
  await book.askClearance({ ...order.fact, accountId: order.accountId, destinationId });
  let until = screeningUntil(dateOf(order.life.asOf));
  let owner: 'np' | 'operator' = 'np';
  for (;;) {
    const waitingFor = owner === 'np' ? 'buyer_screening' : 'screening_correction';
    const m = await order.nextOrCancel(endOf(until), { waitingFor, owner, status: 'screening' }, 'buyerDecided');
    if (m === null) {
      await order.decline('screening_expired');
      return false;
    }
    if (m.kind === 'cancel') {
      await order.cancel('asked');
      return false;
    }
    if (m.result === 'passed') return true;
    if (m.result === 'denied') {
      await order.decline('screening_denied');
      return false;
    }
    if (m.result !== 'screening' && owner === 'np') {
      until = screeningUntil(dateOf(order.life.asOf));
      owner = 'operator';
      await book.screeningHeld({ ...order.fact, until });
    }
  }
}

/**
 * Waits until the operator releases the held order.
 * @returns the number of the next attempt to register the month, or null when the order was cancelled or the hold ran out
 */
async function awaitRelease(order: PendingOrder, until: JstDate): Promise<{ n: number } | null> {
  const wait = { waitingFor: 'release', owner: 'operator', status: 'held' } as const;
  const m = await order.nextOrCancel(endOf(until), wait, 'release');
  if (m?.kind === 'release') return book.releaseOrder({ ...order.fact, messageId: m.messageId });
  if (m === null) await order.decline('hold_expired');
  else await order.cancel('asked');
  return null;
}
