import { parsePeriod } from '../../domain/calendar';
import type { Close } from '../../generated/prisma/client';
import type { Db, Tx } from '../../prisma/db';
import { type CloseDetailView, closeDetailShape, closeDetailView, closeShape, closeView } from '../../views/close';
import { listOf, listView } from '../../views/lib/list';
import { z } from '../../views/lib/zod';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import type { CommandTo, Payload } from '../../workflows/contracts/messages';
import { giveCommand } from '../lib/commands';
import { found, throwRefusal } from '../lib/problems';
import { type ReadResource, type Route, type WriteContext, command, read } from '../lib/route';
import { id, paging, period, reason } from '../lib/input/schemas';

const answers = { 200: closeDetailShape, 202: closeDetailShape };
const resource: ReadResource<CloseDetailView> = ({ env, store }, ref) => readClose(env.db, store.id, ref);

export const closeRoutes: Route[] = [
  read({
    operation: 'closes.list',
    path: '/v1/closes',
    summary: 'Monthly closes, newest first.',
    query: z.strictObject({ ...paging, after: period.optional() }),
    answers: { 200: listOf(closeShape) },
    async handle({ env, store, query }) {
      const rows = await env.db.close.findMany({
        where: { storeId: store.id, ...(query.after && { period: { lt: query.after } }) },
        orderBy: { period: 'desc' },
        take: query.limit + 1,
      });
      return { status: 200, body: listView(rows, query, (close) => close.period, closeView) };
    },
  }),
  read({
    operation: 'closes.get',
    path: '/v1/closes/:period',
    summary: 'One close: its invoices by status, and the open incidents that block it.',
    query: z.strictObject({}),
    answers: { 200: closeDetailShape },
    refusals: ['not_found'],
    async handle({ env, store, params }) {
      return { status: 200, body: await readClose(env.db, store.id, params['period']!) };
    },
  }),
  command({
    operation: 'closes.approve',
    path: '/v1/closes/:period/approve',
    summary: 'Approve the drafts of the month. With NP the engine then requests billing.',
    body: z.strictObject({ reason: reason.optional() }),
    answers,
    refusals: ['not_found', 'close_not_in_review'],
    async handle(tx, context) {
      return commandClose(tx, context, 'approve', {}, context.body.reason);
    },
    resource,
  }),
  command({
    operation: 'closes.hold',
    path: '/v1/closes/:period/hold',
    summary: 'Set a draft aside; its items stay billable.',
    body: z.strictObject({ invoice_id: id, reason }),
    answers,
    refusals: ['not_found', 'close_not_in_review', 'conflict', 'reason_missing'],
    async handle(tx, context) {
      await refuseUnless(tx, context, context.body.invoice_id, 'draft');
      return commandClose(tx, context, 'hold', { invoiceId: context.body.invoice_id }, context.body.reason);
    },
    resource,
  }),
  command({
    operation: 'closes.release_hold',
    path: '/v1/closes/:period/release_hold',
    summary: 'Return a draft that was set aside to the close.',
    body: z.strictObject({ invoice_id: id, reason }),
    answers,
    refusals: ['not_found', 'close_not_in_review', 'conflict', 'reason_missing'],
    async handle(tx, context) {
      await refuseUnless(tx, context, context.body.invoice_id, 'held');
      return commandClose(tx, context, 'releaseHold', { invoiceId: context.body.invoice_id }, context.body.reason);
    },
    resource,
  }),
  command({
    operation: 'closes.redraft',
    path: '/v1/closes/:period/redraft',
    summary: 'Draft the month again from its items.',
    body: z.strictObject({ reason }),
    answers,
    refusals: ['not_found', 'close_not_in_review', 'reason_missing'],
    async handle(tx, context) {
      return commandClose(tx, context, 'redraft', {}, context.body.reason);
    },
    resource,
  }),
];

async function ownClose(db: Db | Tx, storeId: string, of: string): Promise<Close> {
  if (!parsePeriod(of)) return throwRefusal('not_found');
  return found(await db.close.findUnique({ where: { storeId_period: { storeId, period: of } } }));
}

async function commandClose<N extends CommandTo<'monthlyClose'>>(
  tx: Tx,
  context: WriteContext,
  name: N,
  payload: Payload<N>,
  why: string | undefined,
) {
  const { store, params } = context;
  const close = await ownClose(tx, store.id, params['period']!);
  if (close.status !== 'review') throwRefusal('close_not_in_review', { params: { state: close.status } });
  const message = await giveCommand(tx, context, {
    to: workflowIds.monthlyClose(store.id, parsePeriod(close.period)!),
    name,
    target: keys.audited.close(close.period),
    payload,
    ...(why !== undefined && { reason: why }),
  });
  return { message, ref: close.period };
}

async function refuseUnless(tx: Tx, context: WriteContext, invoiceId: string, status: 'draft' | 'held'): Promise<void> {
  const period = parsePeriod(context.params['period']!);
  const invoice =
    period && (await tx.invoice.findFirst({ where: { storeId: context.store.id, id: invoiceId, period } }));
  if (!invoice) return throwRefusal('not_found', { field: '/invoice_id' });
  if (invoice.status !== status) throwRefusal('conflict', { field: '/invoice_id', params: { state: invoice.status } });
}

async function readClose(db: Db, storeId: string, of: string): Promise<CloseDetailView> {
  const close = await ownClose(db, storeId, of);
  const invoices = await db.invoice.groupBy({
    by: ['settlement', 'status'],
    where: { storeId, period: close.period },
    _count: true,
    _sum: { net: true, tax: true, total: true },
    orderBy: [{ settlement: 'asc' }, { status: 'asc' }],
  });
  const workflowId = workflowIds.monthlyClose(storeId, parsePeriod(of)!);
  const blockers = await db.incident.findMany({
    where: { storeId, workflowId, status: 'open' },
    orderBy: { openedAt: 'asc' },
  });
  const unbilled = await db.billableItem.aggregate({
    where: { storeId, period: close.period, status: 'billable', invoiceId: null },
    _count: true,
    _sum: { gross: true },
  });
  return closeDetailView(close, { invoices, unbilled }, blockers);
}
