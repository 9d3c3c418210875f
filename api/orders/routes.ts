import { acceptOrder } from '../../books/order/accept';
import { listOf, listView } from '../../views/lib/list';
import { z } from '../../views/lib/zod';
import { type OrderView, orderShape } from '../../views/order';
import { timelineShape, timelineView } from '../../views/timeline';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { olderThan } from '../lib/input/lists';
import { newOrder, orderOf } from './new';
import { readOrder, readOrders } from './read';
import { found, orRefuse } from '../lib/problems';
import { type Route, command, read } from '../lib/route';
import { id, paging } from '../lib/input/schemas';

/**
 * True if the order is confirmed, declined or cancelled, or waits for something outside the system: 3-D Secure, a correction of
 * the buyer's data (NP's 保留) or a higher credit limit.
 */
function isDecided({ status, wait_until, next_action }: OrderView): boolean {
  if (status === 'screening') return wait_until !== null;
  return status === 'authorising' ? next_action !== null : status !== 'received';
}

export const orderRoutes: Route[] = [
  command({
    operation: 'orders.create',
    path: '/v1/orders',
    summary:
      'Accept an order. With `Prefer: wait=N` (≤ 30 s) the answer has the decision, else the order is `received`.',
    body: newOrder,
    waits: 0,
    done: 201,
    answers: { 201: orderShape },
    refusals: [
      'not_found',
      'already_exists',
      'consent_missing',
      'private_person_np',
      'account_closed',
      'account_suspended',
      'unknown_billing_destination',
      'unknown_plan',
      'card_brand_unsupported',
      'divided_payment_unsupported',
      'amount_over_card_limit',
    ],
    async handle(tx, context) {
      const ref = orRefuse(await acceptOrder(tx, context, orderOf(context.body)));
      return { message: keys.message.start(workflowIds.order(ref)), ref, location: `/v1/orders/${ref}` };
    },
    resource: ({ env, store }, ref) => readOrder(env.db, store.id, ref, env),
    decided: isDecided,
  }),
  read({
    operation: 'orders.list',
    path: '/v1/orders',
    summary: 'Orders, newest first.',
    query: z.strictObject({ ...paging, account_id: id.optional(), status: orderShape.shape.status.optional() }),
    answers: { 200: listOf(orderShape) },
    async handle({ env, store, query }) {
      const where = {
        storeId: store.id,
        ...(query.account_id !== undefined && { accountId: query.account_id }),
        ...(query.status && { status: query.status }),
        ...olderThan(query.after),
      };
      const orders = await readOrders(env.db, where, query.limit + 1, env);
      const body = listView(
        orders,
        query,
        (order) => order.id,
        (order) => order,
      );
      return { status: 200, body };
    },
  }),
  read({
    operation: 'orders.get',
    path: '/v1/orders/:id',
    summary: 'One order: its status, its current wait, and the next action of the buyer.',
    query: z.strictObject({}),
    answers: { 200: orderShape },
    refusals: ['not_found'],
    async handle({ env, store, params }) {
      return { status: 200, body: await readOrder(env.db, store.id, params['id']!, env) };
    },
  }),
  read({
    operation: 'orders.timeline',
    path: '/v1/orders/:id/timeline',
    summary: 'The events of the order, oldest first, and its current wait.',
    query: z.strictObject({}),
    answers: { 200: timelineShape },
    refusals: ['not_found'],
    async handle({ env, store, params }) {
      const where = { storeId_id: { storeId: store.id, id: params['id']! } };
      const order = found(await env.db.order.findUnique({ where, include: { account: true } }));
      const events = await env.db.event.findMany({
        where: { storeId: store.id, orderId: order.id },
        orderBy: { seq: 'asc' },
      });
      const wait = await env.db.wait.findUnique({
        where: { storeId_workflowId: { storeId: store.id, workflowId: workflowIds.order(order.id) } },
      });
      return { status: 200, body: timelineView(order, events, wait) };
    },
  }),
];
