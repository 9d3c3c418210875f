import { keys } from '../contracts/keys';
import { type Period, addMs } from '../../domain/calendar';
import { policy } from '../../domain/policy';
import { book } from '../lib/activities';
import { chargeOutcome } from './charge';
import type { PendingOrder } from './pending-order';

/**
 * The payment of a card order: the buyer passes 3-D Secure, then the first month is authorised on the card.
 * @returns the first month of the contract, or null when the order was cancelled
 */
export async function payByCard(order: PendingOrder, authenticationRef: string): Promise<Period | null> {
  const { life, orderId } = order;
  const request = await life.attempt(
    keys.incident.cardAuthentication(orderId, authenticationRef),
    'card_authentication',
    () => life.providers.request3ds({ ...order.fact, authenticationRef }),
  );
  if (request.kind !== 'done' || request.value.outcome === 'declined') {
    await order.cancel('card_declined');
    return null;
  }
  const until = addMs(life.asOf, policy.order.threeDSecureMinutes * 60_000);
  const wait = { waitingFor: 'three_d_secure', owner: 'buyer', status: 'authorising' } as const;
  for (;;) {
    const m = await order.nextOrCancel(until, wait, 'cardReturned');
    if (m?.kind !== 'cardReturned') {
      await book.authenticationExpired({ ...order.fact, authenticationRef });
      await order.cancel(m ? 'asked' : 'card_not_authenticated');
      return null;
    }
    const period = order.thisMonth;
    const charge = await life.attempt(keys.call.cardAuthorisation(orderId, period, 1), 'card_authorisation', () =>
      life.providers.authoriseFirst({ ...order.fact, period, n: 1, authenticationRef }),
    );
    switch (chargeOutcome(charge)) {
      case 'charged':
        return period;
      case 'declined':
        await order.cancel('card_declined');
        return null;
      case 'pending': // Somebody opened the return address before the buyer was through 3-D Secure. The wait goes on.
    }
  }
}
