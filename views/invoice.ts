import { invoiceLifecycle } from '../domain/invoice/lifecycle';
import { documentKinds, invoiceIssuers, paymentMethods, settlements } from '../domain/vocabulary';
import type { Invoice, InvoiceLine, Prisma } from '../generated/prisma/client';
import { dateOut } from '../prisma/db';
import { stateOf } from './lib/states';
import { z } from './lib/zod';

export const invoiceShape = z.object({
  id: z.string(),
  object: z.literal('invoice'),
  account_id: z.string(),
  billing_destination_id: z.string(),
  period: z.string(),
  kind: z.enum(documentKinds),
  method: z.enum(paymentMethods),
  settlement: z.enum(settlements),
  issuer: z.enum(invoiceIssuers),
  status: stateOf(invoiceLifecycle),
  revision: z.number().openapi({ description: '2 after a failed debit is billed again by transfer' }),
  number: z.string().nullable(),
  net: z.number().openapi({ description: 'Yen without tax' }),
  tax: z.number(),
  total: z.number().openapi({ description: 'Yen with tax' }),
  taxes: z.array(z.record(z.string(), z.unknown())).openapi({ description: 'Totals per rate' }),
  close_on: z.string(),
  issued_on: z.string().nullable(),
  due_on: z.string().nullable(),
  pay_until: z.string().nullable(),
  debit_on: z.string().nullable(),
  paid_on: z.string().nullable(),
  document: z.string().nullable().openapi({ description: 'Path of the document' }),
});
export type InvoiceView = z.infer<typeof invoiceShape>;

const lineShape = z.object({
  order_id: z.string(),
  description: z.string(),
  quantity: z.number(),
  unit_amount: z.number(),
  net: z.number(),
  gross: z.number(),
  rate_class: z.string(),
});
const revisionShape = z.object({
  revision: z.number(),
  document_id: z.string(),
  issued_on: z.string(),
  kind: z.string(),
});
const invoicePaymentShape = z.object({
  id: z.string(),
  source: z.string(),
  amount: z.number(),
  paid_on: z.string(),
});

export const invoiceDetailShape = invoiceShape.extend({
  recipient: z.record(z.string(), z.unknown()).nullable(),
  lines: z.array(lineShape),
  revisions: z.array(revisionShape),
  payments: z.array(invoicePaymentShape),
});
export type InvoiceDetailView = z.infer<typeof invoiceDetailShape>;

export const invoiceParts = {
  invoiceLines: { orderBy: { lineNo: 'asc' } },
  documents: { orderBy: { revision: 'asc' }, omit: { bytes: true } },
  payments: { orderBy: { paidOn: 'asc' } },
} as const satisfies Prisma.InvoiceInclude;

type InvoiceRow = Prisma.InvoiceGetPayload<{ include: typeof invoiceParts }>;

export function invoiceView(invoice: Invoice): InvoiceView {
  const date = (d: Date | null) => d && dateOut(d);
  return {
    id: invoice.id,
    object: 'invoice',
    account_id: invoice.accountId,
    billing_destination_id: invoice.destinationId,
    period: invoice.period,
    kind: invoice.kind,
    method: invoice.method,
    settlement: invoice.settlement,
    issuer: invoice.issuer,
    status: invoice.status,
    revision: invoice.revision,
    number: invoice.number,
    net: Number(invoice.net),
    tax: Number(invoice.tax),
    total: Number(invoice.total),
    taxes: invoice.taxes,
    close_on: dateOut(invoice.closeOn),
    issued_on: date(invoice.issuedOn),
    due_on: date(invoice.dueOn),
    pay_until: date(invoice.payUntil),
    debit_on: date(invoice.debitOn),
    paid_on: date(invoice.paidOn),
    document: hasDocument(invoice) ? `/v1/invoices/${invoice.id}/document` : null,
  };
}

export function invoiceDetailView(invoice: InvoiceRow): InvoiceDetailView {
  return {
    ...invoiceView(invoice),
    recipient: invoice.recipient,
    lines: invoice.invoiceLines.map(lineView),
    revisions: invoice.documents.map(revisionView),
    payments: invoice.payments.map(invoicePaymentView),
  };
}

/** True if a document can be downloaded. If the store bills itself, every issued invoice has one: it is rendered on request. */
function hasDocument({ documentId, settlement, number }: Invoice): boolean {
  return documentId !== null || (settlement === 'in_house' && number !== null);
}

function lineView(line: InvoiceLine): z.infer<typeof lineShape> {
  return {
    order_id: line.orderId,
    description: line.description,
    quantity: line.quantity,
    unit_amount: Number(line.unitAmount),
    net: Number(line.net),
    gross: Number(line.gross),
    rate_class: line.rateClass,
  };
}

function revisionView(document: InvoiceRow['documents'][number]): z.infer<typeof revisionShape> {
  return {
    revision: document.revision,
    document_id: document.id,
    issued_on: dateOut(document.issuedOn),
    kind: document.kind,
  };
}

function invoicePaymentView(payment: InvoiceRow['payments'][number]): z.infer<typeof invoicePaymentShape> {
  return { id: payment.id, source: payment.source, amount: Number(payment.amount), paid_on: dateOut(payment.paidOn) };
}
