import { dateIn } from '../../prisma/db';
import { documentShape, documentView } from '../../views/document';
import { listOf } from '../../views/lib/list';
import { text } from '../../views/lib/members';
import { z } from '../../views/lib/zod';
import { asDate, sortedBy } from '../lib/input/lists';
import { found } from '../lib/problems';
import { type Route, read } from '../lib/route';
import { jstDate, paging } from '../lib/input/schemas';

const byIssuedOn = sortedBy('issuedOn', 'id', 'desc', asDate);

/** A yen amount in a query string. Its schema converts from text, because a query string has only text. */
const amount = z.coerce
  .number({ error: 'invalid_amount' })
  .int({ error: 'invalid_amount' })
  .min(0, { error: 'invalid_amount' });

export const documentRoutes: Route[] = [
  read({
    operation: 'documents.search',
    path: '/v1/documents',
    summary: 'Documents by date, amount and counterparty, which can be combined (電子帳簿保存法), newest first.',
    query: z.strictObject({
      ...paging,
      from: jstDate.optional(),
      to: jstDate.optional().openapi({ description: 'Last day, included' }),
      amount_min: amount.optional(),
      amount_max: amount.optional(),
      counterparty: text().optional().openapi({ description: 'Part of the name' }),
    }),
    answers: { 200: listOf(documentShape) },
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
      return { status: 200, body: byIssuedOn.list(rows, query, documentView) };
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
