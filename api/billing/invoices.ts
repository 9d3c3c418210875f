import { ownDocument } from '../../books/invoice/own-documents';
import type { Invoice } from '../../generated/prisma/client';
import { type Db, dateOut } from '../../prisma/db';
import { asPeriod, sortedBy } from '../lib/input/lists';
import { found } from '../lib/problems';
import { type Route, read } from '../lib/route';
import { id, listOf, paging, period, z } from '../lib/input/schemas';

const status = z.enum(['draft', 'held', 'requested', 'issued', 'paid', 'void']);
const shape = z.object({
  id: z.string(),
  object: z.literal('invoice'),
  account_id: z.string(),
  billing_destination_id: z.string(),
  period: z.string(),
  kind: z.enum(['invoice', 'debit_notice', 'receipt']),
  method: z.enum(['bank_transfer', 'direct_debit', 'card']),
  settlement: z.enum(['np', 'in_house', 'card']),
  issuer: z.enum(['np', 'store']),
  status,
  revision: z.number().openapi({ description: '2 once a failed debit is billed again by transfer' }),
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
const wholeShape = shape.extend({
  recipient: z.record(z.string(), z.unknown()).nullable(),
  lines: z.array(
    z.object({
      order_id: z.string(),
      description: z.string(),
      quantity: z.number(),
      unit_amount: z.number(),
      net: z.number(),
      gross: z.number(),
      rate_class: z.string(),
    }),
  ),
  revisions: z.array(
    z.object({ revision: z.number(), document_id: z.string(), issued_on: z.string(), kind: z.string() }),
  ),
  payments: z.array(z.object({ id: z.string(), source: z.string(), amount: z.number(), paid_on: z.string() })),
});

const byPeriod = sortedBy('period', 'id', 'desc', asPeriod);

export const invoiceRoutes: Route[] = [
  read({
    operation: 'invoices.list',
    path: '/v1/invoices',
    summary: 'Invoices, debit notices and receipts, newest month first.',
    query: z.strictObject({
      ...paging,
      account_id: id.optional(),
      period: period.optional(),
      status: status.optional(),
    }),
    answers: { 200: listOf(shape) },
    async handle({ env, store, query }) {
      const rows = await env.db.invoice.findMany({
        where: {
          storeId: store.id,
          ...(query.account_id !== undefined && { accountId: query.account_id }),
          ...(query.period && { period: query.period }),
          ...(query.status && { status: query.status }),
          ...byPeriod.after(query.after),
        },
        ...byPeriod.page(query),
      });
      return { status: 200, body: byPeriod.list(rows, query, show) };
    },
  }),
  read({
    operation: 'invoices.get',
    path: '/v1/invoices/:id',
    summary: 'One invoice with its lines, taxes, revisions and payments.',
    query: z.strictObject({}),
    answers: { 200: wholeShape },
    refusals: ['not_found'],
    async handle({ env, store, params }) {
      return { status: 200, body: await whole(env.db, store.id, params['id']!) };
    },
  }),
  read({
    operation: 'invoices.document',
    path: '/v1/invoices/:id/document',
    summary: 'The invoice’s document, the newest revision unless another is named.',
    query: z.strictObject({ revision: z.coerce.number().int().min(1).optional() }),
    answers: { 200: null },
    refusals: ['not_found'],
    async handle({ env, store, params, query }) {
      const document = await env.db.document.findFirst({
        where: {
          storeId: store.id,
          invoiceId: params['id']!,
          ...(query.revision !== undefined && { revision: query.revision }),
        },
        orderBy: { revision: 'desc' },
        include: { invoice: { select: { number: true } } },
      });
      // The store's own is drawn when it is first asked for.
      const own = query.revision === undefined ? await ownDocument(env.db, store.id, params['id']!) : null;
      if (own) return { contentType: 'application/pdf', bytes: own.bytes, name: own.name };
      const { contentType, bytes, invoice, revision } = found(document);
      return { contentType, bytes, name: `${invoice?.number ?? params['id']}-${revision}.pdf` };
    },
  }),
];

async function whole(db: Db, storeId: string, invoiceId: string) {
  const invoice = found(
    await db.invoice.findUnique({
      where: { storeId_id: { storeId, id: invoiceId } },
      include: {
        invoiceLines: { orderBy: { lineNo: 'asc' } },
        documents: { orderBy: { revision: 'asc' }, omit: { bytes: true } },
        payments: { orderBy: { paidOn: 'asc' } },
      },
    }),
  );
  return {
    ...show(invoice),
    recipient: invoice.recipient,
    lines: invoice.invoiceLines.map((line) => ({
      order_id: line.orderId,
      description: line.description,
      quantity: line.quantity,
      unit_amount: Number(line.unitAmount),
      net: Number(line.net),
      gross: Number(line.gross),
      rate_class: line.rateClass,
    })),
    revisions: invoice.documents.map((document) => ({
      revision: document.revision,
      document_id: document.id,
      issued_on: dateOut(document.issuedOn),
      kind: document.kind,
    })),
    payments: invoice.payments.map((payment) => ({
      id: payment.id,
      source: payment.source,
      amount: Number(payment.amount),
      paid_on: dateOut(payment.paidOn),
    })),
  };
}

function show(invoice: Invoice) {
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

/** The store's own is drawn when first asked for, so it is there from its issue on. */
function hasDocument({ documentId, settlement, number }: Invoice): boolean {
  return documentId !== null || (settlement === 'in_house' && number !== null);
}
