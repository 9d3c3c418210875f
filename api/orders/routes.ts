import { acceptOrder } from '../../books/order/accept';
import { instantOut } from '../../prisma/db';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { eventShape, showEvent } from '../operations/events';
import { olderThan, pageOf } from '../lib/input/lists';
import { newOrder, orderOf } from './new';
import { orderShape, showOrder, showOrders, showWait, waitShape } from './view';
import { found, orRefuse } from '../lib/problems';
import { type Route, command, read } from '../lib/route';
import { id, listOf, paging, z } from '../lib/input/schemas';

/** Confirmed, refused or cancelled, or waiting for somebody: the buyer's 3-D Secure, a correction (保留), a higher limit. */
function isDecided({ status, wait_until, next_action }: Awaited<ReturnType<typeof showOrder>>): boolean {
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
    async fresh({ env, store }, ref) {
      return showOrder(env.db, store.id, ref, env);
    },
    decided: (order) => isDecided(order as Awaited<ReturnType<typeof showOrder>>),
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
      const orders = await showOrders(env.db, where, query.limit + 1, env);
      return {
        status: 200,
        body: pageOf(
          orders,
          query,
          (order) => order.id,
          (order) => order,
        ),
      };
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
      return { status: 200, body: await showOrder(env.db, store.id, params['id']!, env) };
    },
  }),
  read({
    operation: 'orders.timeline',
    path: '/v1/orders/:id/timeline',
    summary: 'The events of the order, oldest first, and its current wait.',
    query: z.strictObject({}),
    answers: {
      200: z.object({
        order_id: z.string(),
        events: z.array(eventShape),
        waiting: waitShape.extend({ since: z.string() }).nullable(),
      }),
    },
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
      const body = {
        order_id: order.id,
        events: events.map((event) => showEvent(event, order.account.reference)),
        waiting: wait && { ...showWait(wait), since: instantOut(wait.since) },
      };
      return { status: 200, body };
    },
  }),
];
