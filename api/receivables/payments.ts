import { parseJstDate } from '../../domain/calendar';
import { dateIn, dateOut, instantOut } from '../../prisma/db';
import { pageOf, pairCursor, readPairCursor } from '../lib/input/lists';
import { type Route, read } from '../lib/route';
import { id, listOf, paging, z } from '../lib/input/schemas';

const shape = z.object({
  id: z.string(),
  object: z.literal('payment'),
  account_id: z.string(),
  invoice_id: z.string(),
  source: z.enum(['np', 'direct_debit', 'card', 'manual']),
  source_key: z.string(),
  amount: z.number(),
  paid_on: z.string(),
  known_at: z.string(),
});

export const paymentRoutes: Route[] = [
  read({
    operation: 'payments.list',
    path: '/v1/payments',
    summary: 'The payments of buyers, newest day first.',
    query: z.strictObject({ ...paging, invoice_id: id.optional(), account_id: id.optional() }),
    answers: { 200: listOf(shape) },
    async handle({ env, store, query }) {
      const after = query.after === undefined ? null : readPairCursor(query.after, parseJstDate);
      const rows = await env.db.payment.findMany({
        where: {
          storeId: store.id,
          ...(query.invoice_id !== undefined && { invoiceId: query.invoice_id }),
          ...(query.account_id !== undefined && { accountId: query.account_id }),
          ...(after && {
            OR: [{ paidOn: { lt: dateIn(after.value) } }, { paidOn: dateIn(after.value), id: { lt: after.id } }],
          }),
        },
        orderBy: [{ paidOn: 'desc' }, { id: 'desc' }],
        take: query.limit + 1,
      });
      const show = (row: (typeof rows)[number]) => ({
        id: row.id,
        object: 'payment',
        account_id: row.accountId,
        invoice_id: row.invoiceId,
        source: row.source,
        source_key: row.sourceKey,
        amount: Number(row.amount),
        paid_on: dateOut(row.paidOn),
        known_at: instantOut(row.knownAt),
      });
      return { status: 200, body: pageOf(rows, query, (row) => pairCursor(dateOut(row.paidOn), row.id), show) };
    },
  }),
];
