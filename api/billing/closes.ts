import { parsePeriod } from '../../domain/calendar';
import type { Close } from '../../generated/prisma/client';
import { type Db, type Tx, dateOut, instantOut } from '../../prisma/db';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import type { CommandTo, Payload } from '../../workflows/contracts/messages';
import { giveCommand } from '../lib/commands';
import { pageOf } from '../lib/input/lists';
import { found, throwRefusal } from '../lib/problems';
import { type CommandRoute, type Route, type WriteContext, command, read } from '../lib/route';
import { id, listOf, paging, period, reason, z } from '../lib/input/schemas';

const shape = z.object({
  object: z.literal('close'),
  period: z.string(),
  status: z.enum(['drafting', 'review', 'requesting', 'awaiting_issue', 'issuing', 'closed']),
  close_on: z.string(),
  issue_on: z.string(),
  cutoff_at: z.string().nullable().openapi({ description: 'Until when billing is asked of NP' }),
  approved_at: z.string().nullable(),
  approved_by: z.string().nullable(),
});
const invoiceSums = z.object({
  settlement: z.string(),
  status: z.string(),
  count: z.number(),
  net: z.number(),
  tax: z.number(),
  total: z.number(),
});
const wholeShape = shape.extend({
  invoices: z.array(invoiceSums),
  blockers: z.array(z.object({ id: z.string(), kind: z.string(), owner: z.string(), opened_at: z.string() })),
  unbilled: z.object({ count: z.number(), gross: z.number() }).openapi({ description: 'Billable and on no invoice' }),
  links: z.object({ drafts: z.string() }),
});

const answers = { 200: wholeShape, 202: wholeShape };
const fresh: CommandRoute['fresh'] = ({ env, store }, ref) => whole(env.db, store.id, ref);

export const closeRoutes: Route[] = [
  read({
    operation: 'closes.list',
    path: '/v1/closes',
    summary: 'Monthly closes, newest first.',
    query: z.strictObject({ ...paging, after: period.optional() }),
    answers: { 200: listOf(shape) },
    async handle({ env, store, query }) {
      const rows = await env.db.close.findMany({
        where: { storeId: store.id, ...(query.after && { period: { lt: query.after } }) },
        orderBy: { period: 'desc' },
        take: query.limit + 1,
      });
      return { status: 200, body: pageOf(rows, query, (close) => close.period, show) };
    },
  }),
  read({
    operation: 'closes.get',
    path: '/v1/closes/:period',
    summary: 'One close: its invoices by status, and the open incidents that block it.',
    query: z.strictObject({}),
    answers: { 200: wholeShape },
    refusals: ['not_found'],
    async handle({ env, store, params }) {
      return { status: 200, body: await whole(env.db, store.id, params['period']!) };
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
      return tell(tx, context, 'approve', {}, context.body.reason);
    },
    fresh,
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
      return tell(tx, context, 'hold', { invoiceId: context.body.invoice_id }, context.body.reason);
    },
    fresh,
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
      return tell(tx, context, 'releaseHold', { invoiceId: context.body.invoice_id }, context.body.reason);
    },
    fresh,
  }),
  command({
    operation: 'closes.redraft',
    path: '/v1/closes/:period/redraft',
    summary: 'Draft the month again from its items.',
    body: z.strictObject({ reason }),
    answers,
    refusals: ['not_found', 'close_not_in_review', 'reason_missing'],
    async handle(tx, context) {
      return tell(tx, context, 'redraft', {}, context.body.reason);
    },
    fresh,
  }),
];

async function ownClose(db: Db | Tx, storeId: string, of: string): Promise<Close> {
  if (!parsePeriod(of)) return throwRefusal('not_found');
  return found(await db.close.findUnique({ where: { storeId_period: { storeId, period: of } } }));
}

async function tell<N extends CommandTo<'monthlyClose'>>(
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

async function whole(db: Db, storeId: string, of: string) {
  const close = await ownClose(db, storeId, of);
  const groups = await db.invoice.groupBy({
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
  return {
    ...show(close),
    invoices: groups.map((group) => ({
      settlement: group.settlement,
      status: group.status,
      count: group._count,
      net: Number(group._sum.net ?? 0),
      tax: Number(group._sum.tax ?? 0),
      total: Number(group._sum.total ?? 0),
    })),
    blockers: blockers.map((incident) => ({
      id: incident.id,
      kind: incident.kind,
      owner: incident.owner,
      opened_at: instantOut(incident.openedAt),
    })),
    unbilled: { count: unbilled._count, gross: Number(unbilled._sum.gross ?? 0) },
    links: { drafts: `/v1/invoices?period=${of}&status=draft` },
  };
}

function show(close: Close) {
  return {
    object: 'close',
    period: close.period,
    status: close.status,
    close_on: dateOut(close.closeOn),
    issue_on: dateOut(close.issueOn),
    cutoff_at: close.cutoffAt && instantOut(close.cutoffAt),
    approved_at: close.approvedAt && instantOut(close.approvedAt),
    approved_by: close.approvedBy,
  };
}
