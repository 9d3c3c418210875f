import { emit } from '../../books/lib/events';
import { dateOf } from '../../domain/calendar';
import { type CancellationPreview, cancellationTerms, previewCancellation } from '../../domain/cancellation/terms';
import { checkRiskDecision, riskDecisions } from '../../domain/order/risk';
import type { Order, Subscription } from '../../generated/prisma/client';
import { type Tx, dateOut, instantOut } from '../../prisma/db';
import {
  type PreviewedLine,
  cancellationPreviewShape,
  cancellationPreviewView,
} from '../../views/cancellation-preview';
import { type OrderView, orderShape } from '../../views/order';
import { z } from '../../views/lib/zod';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import type { CommandTo, Payload } from '../../workflows/contracts/messages';
import { giveCommand } from '../lib/commands';
import { refuseImplausible } from '../lib/input/dates';
import { readOrder } from './read';
import { Refused, found, orRefuse, throwRefusal } from '../lib/problems';
import { type ReadResource, type Route, type WriteContext, command, write } from '../lib/route';
import { id, jstDate, reason } from '../lib/input/schemas';

const answers = { 200: orderShape, 202: orderShape };
const resource: ReadResource<OrderView> = ({ env, store }, ref) => readOrder(env.db, store.id, ref, env);
const lines = z.union([z.literal('all'), z.array(id).min(1).max(100)]).default('all');

export const orderCommandRoutes: Route[] = [
  command({
    operation: 'orders.release',
    path: '/v1/orders/:id/release',
    summary: 'Release a held order (P4) after its limit was raised. Its credit is then decided again.',
    body: z.strictObject({ reason }),
    answers,
    refusals: ['not_found', 'reason_missing', 'order_not_held'],
    async handle(tx, context) {
      const order = await ownOrder(tx, context);
      if (order.status !== 'held') throwRefusal('order_not_held', { params: { state: order.status } });
      return commandOrder(tx, context, order, 'release', {}, context.body.reason);
    },
    resource,
  }),
  command({
    operation: 'orders.decide_risk',
    path: '/v1/orders/:id/at_risk_decisions',
    summary:
      'Decide on a contract whose month NP refuses: `register_again` after payment or a raised limit (if NP refuses again, the contract stays at risk), `bill_in_house` that month without NP’s guarantee, `suspend` or `end` it today.',
    body: z.strictObject({ decision: z.enum(riskDecisions), reason }),
    answers,
    refusals: ['not_found', 'reason_missing', 'order_not_at_risk', 'own_account_missing', 'conflict'],
    async handle(tx, context) {
      const order = await ownOrder(tx, context);
      const { decision } = context.body;
      const suspended = order.status === 'suspended' && order.method === 'bank_transfer';
      const refusal = checkRiskDecision(decision, { atRisk: order.status === 'at_risk' || suspended, suspended });
      if (refusal) throwRefusal(refusal.code, { params: { state: order.status } });
      if (decision === 'bill_in_house' && context.store.bankAccount === null)
        throwRefusal('own_account_missing', { field: '/decision' });
      return commandOrder(tx, context, order, 'decideRisk', { decision }, context.body.reason);
    },
    resource,
  }),
  command({
    operation: 'orders.start_service',
    path: '/v1/orders/:id/service_start',
    summary: 'Record the day on which the maker started the service.',
    body: z.strictObject({ on: jstDate }),
    answers,
    refusals: ['not_found', 'service_start_unexpected'],
    async handle(tx, context) {
      const order = await ownOrder(tx, context);
      if (order.status !== 'provisioning')
        throwRefusal('service_start_unexpected', { params: { state: order.status } });
      refuseImplausible(context.body.on, dateOf(instantOut(order.acceptedAt)), context.at);
      return commandOrder(tx, context, order, 'serviceStarted', { on: context.body.on });
    },
    resource,
  }),
  write('post', {
    operation: 'orders.preview_cancellation',
    path: '/v1/orders/:id/cancellations/preview',
    summary: 'Preview a cancellation: when the contract would end and what would still be billed (C1).',
    body: z.strictObject({ lines }),
    answers: { 200: cancellationPreviewShape },
    refusals: ['not_found', 'order_not_cancellable'],
    async handle(tx, context) {
      const { store, at } = context;
      const order = await ownOrder(tx, context);
      const previews = previewLines(order, chosen(order, context.body.lines), context);
      const last = previews.map(({ preview }) => preview).reduce((a, b) => (b.ends_on > a.ends_on ? b : a));
      const preview = { ends_on: last.ends_on, last_period: last.last_period };
      await emit(tx, {
        storeId: store.id,
        key: keys.event.cancellationPreviewed(order.id, dateOf(at), preview.ends_on),
        type: 'cancellation.previewed',
        at,
        accountId: order.accountId,
        orderId: order.id,
        data: preview,
      });
      return { status: 200, body: cancellationPreviewView(order.id, dateOf(at), last, previews) };
    },
  }),
  command({
    operation: 'orders.cancel',
    path: '/v1/orders/:id/cancellations',
    summary: 'Cancel an order that is not running yet, or the contract by its terms (C1).',
    body: z.strictObject({ lines, reason }),
    answers,
    refusals: ['not_found', 'reason_missing', 'order_not_cancellable'],
    async handle(tx, context) {
      const order = await ownOrder(tx, context);
      const chosenLines = chosen(order, context.body.lines);
      const previews = previewLines(order, chosenLines, context);
      const begun = previews.every(({ preview }) => preview.reason !== 'not_started');
      // Before service starts only the whole order can be cancelled, because its credit was asked for the sum of all lines.
      if (!begun && chosenLines.length < order.subscriptions.length)
        throwRefusal('order_not_cancellable', { field: '/lines', params: { state: order.status } });
      const lines = begun ? context.body.lines : 'all';
      return commandOrder(tx, context, order, 'cancel', { lines }, context.body.reason);
    },
    resource,
  }),
];

type WholeOrder = Order & { subscriptions: Subscription[] };

async function ownOrder(tx: Tx, { store, params }: WriteContext): Promise<WholeOrder> {
  const where = { storeId_id: { storeId: store.id, id: params['id']! } };
  return found(await tx.order.findUnique({ where, include: { subscriptions: { orderBy: { lineNo: 'asc' } } } }));
}

async function commandOrder<N extends CommandTo<'order'>>(
  tx: Tx,
  context: WriteContext,
  order: Order,
  name: N,
  payload: Payload<N>,
  why?: string,
) {
  const message = await giveCommand(tx, context, {
    to: workflowIds.order(order.id),
    name,
    target: order.id,
    payload,
    ...(why !== undefined && { reason: why }),
  });
  return { message, ref: order.id };
}

/**
 * The lines that the request names. `all` stands for every line that has not ended and has no end date.
 * @throws Refused not_found with a pointer for each unknown line; order_not_cancellable if `all` stands for no line
 */
function chosen(order: WholeOrder, named: 'all' | string[]): Subscription[] {
  if (named === 'all') {
    const running = order.subscriptions.filter((line) => line.status !== 'ended' && line.endsOn === null);
    return running.length > 0 ? running : throwRefusal('order_not_cancellable', { params: { state: order.status } });
  }
  const unknown = named.flatMap((name, i) =>
    order.subscriptions.some((line) => line.id === name) ? [] : [{ code: 'not_found' as const, field: `/lines/${i}` }],
  );
  if (unknown.length > 0) throw new Refused(unknown);
  return order.subscriptions.filter((line) => named.includes(line.id));
}

function previewLines(order: WholeOrder, of: Subscription[], { at }: WriteContext): PreviewedLine[] {
  return of.map((line) => {
    const terms = cancellationTerms[line.cancellationTerms];
    const preview: CancellationPreview = orRefuse(
      line.endsOn !== null || line.status === 'ended'
        ? { ok: false, refusal: { code: 'order_not_cancellable', params: { state: line.status } } }
        : previewCancellation({
            terms,
            startsOn: line.startsOn && dateOut(line.startsOn),
            askedOn: dateOf(at),
            status: order.status,
          }),
    );
    return { line, terms, preview };
  });
}
