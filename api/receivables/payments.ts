import { dateOut, instantOut } from '../../prisma/db';
import { asDate, sortedBy } from '../lib/input/lists';
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

const byPaidOn = sortedBy('paidOn', 'id', 'desc', asDate);

export const paymentRoutes: Route[] = [
  read({
    operation: 'payments.list',
    path: '/v1/payments',
    summary: 'What buyers have paid, newest day first.',
    query: z.strictObject({ ...paging, invoice_id: id.optional(), account_id: id.optional() }),
    answers: { 200: listOf(shape) },
    async handle({ env, store, query }) {
      const rows = await env.db.payment.findMany({
        where: {
          storeId: store.id,
          ...(query.invoice_id !== undefined && { invoiceId: query.invoice_id }),
          ...(query.account_id !== undefined && { accountId: query.account_id }),
          ...byPaidOn.after(query.after),
        },
        ...byPaidOn.page(query),
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
      return { status: 200, body: byPaidOn.list(rows, query, show) };
    },
  }),
];
