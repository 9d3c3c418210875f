import { dateIn, dateOut } from '../../prisma/db';
import { asDate, sortedBy } from '../lib/input/lists';
import { found } from '../lib/problems';
import { type Route, read } from '../lib/route';
import { jstDate, listOf, paging, text, z } from '../lib/input/schemas';

const shape = z.object({
  id: z.string(),
  object: z.literal('document'),
  kind: z.enum(['invoice', 'debit_notice', 'receipt']),
  origin: z.enum(['issued', 'received']),
  invoice_id: z.string().nullable(),
  revision: z.number(),
  issued_on: z.string(),
  amount: z.number(),
  counterparty: z.string(),
  content_type: z.string(),
  sha256: z.string(),
  file: z.string(),
});

/** Query strings are text. */
const amount = z.coerce
  .number({ error: 'invalid_amount' })
  .int({ error: 'invalid_amount' })
  .min(0, { error: 'invalid_amount' });

const byIssuedOn = sortedBy('issuedOn', 'id', 'desc', asDate);

export const documentRoutes: Route[] = [
  read({
    operation: 'documents.search',
    path: '/v1/documents',
    summary: 'Documents by date, amount and counterparty together (電子帳簿保存法), newest first.',
    query: z.strictObject({
      ...paging,
      from: jstDate.optional(),
      to: jstDate.optional().openapi({ description: 'Last day, included' }),
      amount_min: amount.optional(),
      amount_max: amount.optional(),
      counterparty: text().optional().openapi({ description: 'Part of the name' }),
    }),
    answers: { 200: listOf(shape) },
    async handle({ env, store, query }) {
      const rows = await env.db.document.findMany({
        where: {
          storeId: store.id,
          issuedOn: within(query.from && dateIn(query.from), query.to && dateIn(query.to)),
          amount: within(query.amount_min, query.amount_max),
          ...(query.counterparty !== undefined && { counterparty: { contains: query.counterparty } }),
          ...byIssuedOn.after(query.after),
        },
        ...byIssuedOn.page(query),
        omit: { bytes: true },
      });
      const show = (row: (typeof rows)[number]) => ({
        id: row.id,
        object: 'document',
        kind: row.kind,
        origin: row.origin,
        invoice_id: row.invoiceId,
        revision: row.revision,
        issued_on: dateOut(row.issuedOn),
        amount: Number(row.amount),
        counterparty: row.counterparty,
        content_type: row.contentType,
        sha256: row.sha256,
        file: `/v1/documents/${row.id}`,
      });
      return { status: 200, body: byIssuedOn.list(rows, query, show) };
    },
  }),
  read({
    operation: 'documents.get',
    path: '/v1/documents/:id',
    summary: 'The document itself, byte for byte as it was stored.',
    query: z.strictObject({}),
    answers: { 200: null },
    refusals: ['not_found'],
    async handle({ env, store, params }) {
      const where = { storeId_id: { storeId: store.id, id: params['id']! } };
      const { contentType, bytes, id } = found(await env.db.document.findUnique({ where }));
      return { contentType, bytes, name: `${id}.pdf` };
    },
  }),
];

function within<V>(from: V | undefined, to: V | undefined): { gte?: V; lte?: V } {
  return { ...(from !== undefined && { gte: from }), ...(to !== undefined && { lte: to }) };
}
