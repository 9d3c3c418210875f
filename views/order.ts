import { orderLifecycle } from '../domain/order/lifecycle';
import { subscriptionLifecycle } from '../domain/subscription/lifecycle';
import { orderMethods } from '../domain/vocabulary';
import type { Prisma, Subscription, Wait } from '../generated/prisma/client';
import { dateOut, instantOut } from '../prisma/db';
import { workflowIds } from '../workflows/contracts/ids';
import { rateClass } from './lib/members';
import { stateOf } from './lib/states';
import { type TemporalUi, workflowShape, workflowView } from './lib/workflow';
import { z } from './lib/zod';
import { waitingShape, waitingView } from './wait';

const lineShape = z.object({
  subscription_id: z.string(),
  plan_id: z.string(),
  price_id: z.string(),
  name: z.string(),
  quantity: z.number(),
  unit_amount: z.number().openapi({ description: 'Yen without tax' }),
  rate_class: rateClass,
  cancellation_terms: z.string(),
  status: stateOf(subscriptionLifecycle),
  starts_on: z.string().nullable(),
  ends_on: z.string().nullable(),
});
type LineView = z.infer<typeof lineShape>;

export const orderShape = z.object({
  id: z.string(),
  object: z.literal('order'),
  account_id: z.string(),
  billing_destination_id: z.string(),
  reference: z.string().nullable(),
  method: z.enum(orderMethods),
  status: stateOf(orderLifecycle),
  reason: z.string().nullable(),
  wait_until: z.string().nullable().openapi({ description: 'Last day of the current wait' }),
  waiting: waitingShape.nullable(),
  next_action: z
    .object({ type: z.literal('redirect'), url: z.string() })
    .nullable()
    .openapi({ description: 'The address of 3-D Secure for the buyer’s browser' }),
  accepted_at: z.string(),
  first_period: z.string(),
  net: z.number().openapi({ description: 'Yen without tax, first month' }),
  total: z.number().openapi({ description: 'Yen with tax, first month' }),
  po_number: z.string().nullable(),
  subject: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
  lines: z.array(lineShape),
  workflow: workflowShape,
  links: z.object({ timeline: z.string() }),
});
export type OrderView = z.infer<typeof orderShape>;

export const orderParts = {
  subscriptions: { orderBy: { lineNo: 'asc' } },
  cardAuthentications: { orderBy: { id: 'desc' }, take: 1 },
} as const satisfies Prisma.OrderInclude;

type OrderRow = Prisma.OrderGetPayload<{ include: typeof orderParts }>;

/** @param wait the message or deadline that the order's workflow waits for; null if it waits for none */
export function orderView(order: OrderRow, wait: Wait | null, ui: TemporalUi): OrderView {
  return {
    id: order.id,
    object: 'order',
    account_id: order.accountId,
    billing_destination_id: order.destinationId,
    reference: order.reference,
    method: order.method,
    status: order.status,
    reason: order.reason,
    wait_until: order.waitUntil && dateOut(order.waitUntil),
    waiting: wait && waitingView(wait),
    next_action: nextActionOf(order),
    accepted_at: instantOut(order.acceptedAt),
    first_period: order.firstPeriod,
    net: Number(order.net),
    total: Number(order.total),
    po_number: order.poNumber,
    subject: order.subject,
    metadata: order.metadata,
    lines: order.subscriptions.map(lineView),
    workflow: workflowView(workflowIds.order(order.id), ui),
    links: { timeline: `/v1/orders/${order.id}/timeline` },
  };
}

function nextActionOf({ cardAuthentications: [authentication] }: OrderRow): OrderView['next_action'] {
  if (authentication?.status !== 'redirected' || !authentication.redirectUrl) return null;
  return { type: 'redirect', url: authentication.redirectUrl };
}

function lineView(line: Subscription): LineView {
  return {
    subscription_id: line.id,
    plan_id: line.planId,
    price_id: line.priceId,
    name: line.planName,
    quantity: line.quantity,
    unit_amount: Number(line.unitAmount),
    rate_class: line.rateClass,
    cancellation_terms: line.cancellationTerms,
    status: line.status,
    starts_on: line.startsOn && dateOut(line.startsOn),
    ends_on: line.endsOn && dateOut(line.endsOn),
  };
}
