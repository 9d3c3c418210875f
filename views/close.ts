import { closeLifecycle } from '../domain/close/lifecycle';
import type { Close, Incident } from '../generated/prisma/client';
import { dateOut, instantOut } from '../prisma/db';
import { stateOf } from './lib/states';
import { z } from './lib/zod';

export const closeShape = z.object({
  object: z.literal('close'),
  period: z.string(),
  status: stateOf(closeLifecycle),
  close_on: z.string(),
  issue_on: z.string(),
  cutoff_at: z.string().nullable().openapi({ description: 'The deadline for the billing request to NP' }),
  approved_at: z.string().nullable(),
  approved_by: z.string().nullable(),
});
export type CloseView = z.infer<typeof closeShape>;

const invoiceSumsShape = z.object({
  settlement: z.string(),
  status: z.string(),
  count: z.number(),
  net: z.number(),
  tax: z.number(),
  total: z.number(),
});
const blockerShape = z.object({ id: z.string(), kind: z.string(), owner: z.string(), opened_at: z.string() });

export const closeDetailShape = closeShape.extend({
  invoices: z.array(invoiceSumsShape),
  blockers: z.array(blockerShape),
  unbilled: z.object({ count: z.number(), gross: z.number() }).openapi({ description: 'Billable and on no invoice' }),
  links: z.object({ drafts: z.string() }),
});
export type CloseDetailView = z.infer<typeof closeDetailShape>;

/** Counts and sums of a month's invoices and unbilled items, as Prisma's `groupBy` and `aggregate` return them. */
export interface CloseSums {
  invoices: {
    settlement: string;
    status: string;
    _count: number;
    _sum: { net: bigint | null; tax: bigint | null; total: bigint | null };
  }[];
  unbilled: { _count: number; _sum: { gross: bigint | null } };
}

export function closeView(close: Close): CloseView {
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

/** @param blockers the open incidents of the close's workflow */
export function closeDetailView(
  close: Close,
  { invoices, unbilled }: CloseSums,
  blockers: readonly Incident[],
): CloseDetailView {
  return {
    ...closeView(close),
    invoices: invoices.map(invoiceSumsView),
    blockers: blockers.map(blockerView),
    unbilled: { count: unbilled._count, gross: Number(unbilled._sum.gross ?? 0) },
    links: { drafts: `/v1/invoices?period=${close.period}&status=draft` },
  };
}

function invoiceSumsView(group: CloseSums['invoices'][number]): z.infer<typeof invoiceSumsShape> {
  return {
    settlement: group.settlement,
    status: group.status,
    count: group._count,
    net: Number(group._sum.net ?? 0),
    tax: Number(group._sum.tax ?? 0),
    total: Number(group._sum.total ?? 0),
  };
}

function blockerView(incident: Incident): z.infer<typeof blockerShape> {
  return {
    id: incident.id,
    kind: incident.kind,
    owner: incident.owner,
    opened_at: instantOut(incident.openedAt),
  };
}
