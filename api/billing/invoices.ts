import { ownDocument } from '../../books/invoice/own-documents';
import { invoiceDetailShape, invoiceDetailView, invoiceParts, invoiceShape, invoiceView } from '../../views/invoice';
import { listOf } from '../../views/lib/list';
import { z } from '../../views/lib/zod';
import { asPeriod, sortedBy } from '../lib/input/lists';
import { found } from '../lib/problems';
import { type Route, read } from '../lib/route';
import { id, paging, period } from '../lib/input/schemas';

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
      status: invoiceShape.shape.status.optional(),
    }),
    answers: { 200: listOf(invoiceShape) },
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
      return { status: 200, body: byPeriod.list(rows, query, invoiceView) };
    },
  }),
  read({
    operation: 'invoices.get',
    path: '/v1/invoices/:id',
    summary: 'One invoice with its lines, taxes, revisions and payments.',
    query: z.strictObject({}),
    answers: { 200: invoiceDetailShape },
    refusals: ['not_found'],
    async handle({ env, store, params }) {
      const where = { storeId_id: { storeId: store.id, id: params['id']! } };
      const invoice = found(await env.db.invoice.findUnique({ where, include: invoiceParts }));
      return { status: 200, body: invoiceDetailView(invoice) };
    },
  }),
  read({
    operation: 'invoices.document',
    path: '/v1/invoices/:id/document',
    summary: 'The invoice’s document: the newest revision, unless the query names another one.',
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
      // A document that the store issues itself is rendered at the first request for it, so it may not be stored yet.
      const own = query.revision === undefined ? await ownDocument(env.db, store.id, params['id']!) : null;
      if (own) return { contentType: 'application/pdf', bytes: own.bytes, name: own.name };
      const { contentType, bytes, invoice, revision } = found(document);
      return { contentType, bytes, name: `${invoice?.number ?? params['id']}-${revision}.pdf` };
    },
  }),
];
