import type { Event } from '../generated/prisma/client';
import { dateOut, instantOut } from '../prisma/db';
import { eventTypes } from '../workflows/contracts/events';
import { z } from './lib/zod';

/** The members of every event. Each type of event adds its own (until, due_on, number, template …). */
export const eventShape = z.looseObject({
  on: z.string().openapi({ description: 'Date of the fact in Japan' }),
  event: z.enum(eventTypes),
  account: z.string().nullable().openapi({ description: 'The shop’s reference of the account' }),
  order: z.string().optional(),
  invoice: z.string().optional(),
  amount: z.number().optional().openapi({ description: 'Yen with tax' }),
  period: z.string().optional(),
  id: z.string(),
  seq: z.number(),
  at: z.string(),
  account_id: z.string().nullable(),
});
export type EventView = z.infer<typeof eventShape>;

/** @param account the reference that the shop gave the event's account */
export function eventView(event: Event, account: string | null): EventView {
  return {
    on: dateOut(event.businessDate),
    event: event.type,
    account,
    ...(event.orderId !== null && { order: event.orderId }),
    ...(event.invoiceId !== null && { invoice: event.invoiceId }),
    ...(event.amount !== null && { amount: Number(event.amount) }),
    ...(event.period !== null && { period: event.period }),
    ...event.data,
    id: event.key,
    seq: Number(event.seq),
    at: instantOut(event.at),
    account_id: event.accountId,
  };
}
