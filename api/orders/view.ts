import type { OrderState } from '../../domain/order/lifecycle';
import type { CardAuthentication, Order, Subscription, Wait } from '../../generated/prisma/client';
import { type Db, dateOut, instantOut } from '../../prisma/db';
import { workflowIds } from '../../workflows/contracts/ids';
import { found } from '../lib/problems';
import type { Surroundings } from '../lib/route';
import { rateClass, z } from '../lib/input/schemas';

export const waitShape = z.object({
  for: z.string(),
  owner: z.enum(['buyer', 'operator', 'finance', 'np', 'sbps', 'bank', 'maker', 'engine']),
  due_at: z.string(),
});

export const orderShape = z.object({
  id: z.string(),
  object: z.literal('order'),
  account_id: z.string(),
  billing_destination_id: z.string(),
  reference: z.string().nullable(),
  method: z.enum(['bank_transfer', 'card']),
  status: z.enum([
    'received',
    'screening',
    'authorising',
    'confirmed',
    'provisioning',
    'active',
    'held',
    'at_risk',
    'suspended',
    'ending',
    'ended',
    'declined',
    'cancelled',
  ]),
  reason: z.string().nullable(),
  wait_until: z.string().nullable().openapi({ description: 'Last day of the wait the order is in' }),
  waiting: waitShape.nullable(),
  next_action: z
    .object({ type: z.literal('redirect'), url: z.string() })
    .nullable()
    .openapi({ description: 'Where to send the buyer’s browser: 3-D Secure' }),
  accepted_at: z.string(),
  first_period: z.string(),
  net: z.number().openapi({ description: 'Yen without tax, first month' }),
  total: z.number().openapi({ description: 'Yen with tax, first month' }),
  po_number: z.string().nullable(),
  subject: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
  lines: z.array(
    z.object({
      subscription_id: z.string(),
      plan_id: z.string(),
      price_id: z.string(),
      name: z.string(),
      quantity: z.number(),
      unit_amount: z.number().openapi({ description: 'Yen without tax' }),
      rate_class: rateClass,
      cancellation_terms: z.string(),
      status: z.enum(['scheduled', 'active', 'paused', 'ending', 'ended']),
      starts_on: z.string().nullable(),
      ends_on: z.string().nullable(),
    }),
  ),
  workflow: z.object({ id: z.string(), url: z.string().nullable() }),
  links: z.object({ timeline: z.string() }),
});

const withParts = {
  subscriptions: { orderBy: { lineNo: 'asc' } },
  cardAuthentications: { orderBy: { id: 'desc' }, take: 1 },
} as const;

type WholeOrder = Order & { subscriptions: Subscription[]; cardAuthentications: CardAuthentication[] };

export async function showOrder(db: Db, storeId: string, id: string, env: Surroundings) {
  const [order, wait] = await Promise.all([
    db.order.findUnique({ where: { storeId_id: { storeId, id } }, include: withParts }),
    db.wait.findUnique({ where: { storeId_workflowId: { storeId, workflowId: workflowIds.order(id) } } }),
  ]);
  return show(found(order), wait, env);
}

export async function showOrders(
  db: Db,
  where: { storeId: string; id?: { lt: string }; accountId?: string; status?: OrderState },
  take: number,
  env: Surroundings,
) {
  const orders = await db.order.findMany({ where, orderBy: { id: 'desc' }, take, include: withParts });
  const waits = await db.wait.findMany({
    where: { storeId: where.storeId, workflowId: { in: orders.map((order) => workflowIds.order(order.id)) } },
  });
  const byWorkflow = new Map(waits.map((wait) => [wait.workflowId, wait]));
  return orders.map((order) => show(order, byWorkflow.get(workflowIds.order(order.id)) ?? null, env));
}

export function showWait(wait: Wait) {
  return { for: wait.waitingFor, owner: wait.owner, due_at: instantOut(wait.dueAt) };
}

function show(order: WholeOrder, wait: Wait | null, env: Surroundings) {
  const [authentication] = order.cardAuthentications;
  const workflowId = workflowIds.order(order.id);
  return {
    id: order.id,
    object: 'order' as const,
    account_id: order.accountId,
    billing_destination_id: order.destinationId,
    reference: order.reference,
    method: order.method,
    status: order.status,
    reason: order.reason,
    wait_until: order.waitUntil && dateOut(order.waitUntil),
    waiting: wait && showWait(wait),
    next_action:
      authentication?.status === 'redirected' && authentication.redirectUrl
        ? { type: 'redirect', url: authentication.redirectUrl }
        : null,
    accepted_at: instantOut(order.acceptedAt),
    first_period: order.firstPeriod,
    net: Number(order.net),
    total: Number(order.total),
    po_number: order.poNumber,
    subject: order.subject,
    metadata: order.metadata,
    lines: order.subscriptions.map((line) => ({
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
    })),
    workflow: { id: workflowId, url: workflowUrl(env, workflowId) },
    links: { timeline: `/v1/orders/${order.id}/timeline` },
  };
}

/** Where the Temporal UI shows the workflow; null where there is no UI. */
export function workflowUrl(env: Surroundings, workflowId: string): string | null {
  if (env.temporalUiUrl === '') return null;
  return `${env.temporalUiUrl}/namespaces/${env.temporalNamespace}/workflows/${encodeURIComponent(workflowId)}`;
}
