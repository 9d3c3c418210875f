import type { Event, Wait } from '../generated/prisma/client';
import { instantOut } from '../prisma/db';
import { eventShape, eventView } from './event';
import { z } from './lib/zod';
import { waitingShape, waitingView } from './wait';

export const timelineShape = z.object({
  order_id: z.string(),
  events: z.array(eventShape),
  waiting: waitingShape.extend({ since: z.string() }).nullable(),
});

/** @param wait the message or deadline that the order's workflow waits for; null if it waits for none */
export function timelineView(
  order: { id: string; account: { reference: string } },
  events: readonly Event[],
  wait: Wait | null,
): z.infer<typeof timelineShape> {
  return {
    order_id: order.id,
    events: events.map((event) => eventView(event, order.account.reference)),
    waiting: wait && { ...waitingView(wait), since: instantOut(wait.since) },
  };
}
