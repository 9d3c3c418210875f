import { keys } from '../contracts/keys';
import { type Period, dateOf, endOf } from '../../domain/calendar';
import { workflowIds } from '../contracts/ids';
import { book } from '../lib/activities';
import type { PendingOrder } from './pending-order';

/**
 * Confirms the order and, if the plan is provided by its maker, waits until the maker has started the service.
 * @returns the months of service that are not registered with NP (the credit provider NP掛け払い) yet,
 * or null when the order was cancelled
 */
export async function startService(
  order: PendingOrder,
  firstPeriod: Period,
): Promise<{ unregistered: Period[] } | null> {
  const { status, startBy } = await book.confirmOrder({ ...order.fact, period: firstPeriod });
  if (status === 'active') return { unregistered: [] };
  const incident = { id: keys.incident.serviceStart(order.orderId), workflowId: workflowIds.order(order.orderId) };
  const wait = { waitingFor: 'service_start', owner: 'maker', status } as const;
  let until = endOf(startBy);
  let late = false;
  for (;;) {
    const m = await order.nextOrCancel(until, wait, 'serviceStarted');
    if (m === null) {
      // The service is late: the operator is reminded each day. The order itself goes on waiting.
      const detail = `service not started by ${startBy}`;
      await book.openIncident({ ...order.life.fact, ...incident, kind: 'service_start_late', detail });
      late = true;
      // `until` is a midnight, which counts as the beginning of a day. The next deadline is the end of that day.
      until = endOf(dateOf(until));
    } else if (m.kind === 'serviceStarted') {
      const started = await book.startService({ ...order.fact, on: m.on });
      if (late) await book.resolveIncident({ ...order.life.fact, id: incident.id, how: 'done' });
      return started;
    } else {
      await order.cancel('asked');
      if (late) await book.resolveIncident({ ...order.life.fact, id: incident.id, how: 'done' });
      await withdrawRegistrations(order);
      return null;
    }
  }
}

/** Cancels the order's registrations with NP, so that their amount no longer counts against the buyer's credit limit. */
async function withdrawRegistrations(order: PendingOrder): Promise<void> {
  const { life, orderId } = order;
  await life.attempt(keys.call.npCancellation(orderId), 'np_cancellation', () =>
    life.providers.cancelRegistrations(order.fact),
  );
}
