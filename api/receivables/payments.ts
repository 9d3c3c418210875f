import { paymentShape, paymentView } from '../../views/payment';
import { listOf } from '../../views/lib/list';
import { z } from '../../views/lib/zod';
import { asDate, sortedBy } from '../lib/input/lists';
import { type Route, read } from '../lib/route';
import { id, paging } from '../lib/input/schemas';

const byPaidOn = sortedBy('paidOn', 'id', 'desc', asDate);

export const paymentRoutes: Route[] = [
  read({
    operation: 'payments.list',
    path: '/v1/payments',
    summary: 'The payments of buyers, newest day first.',
    query: z.strictObject({ ...paging, invoice_id: id.optional(), account_id: id.optional() }),
    answers: { 200: listOf(paymentShape) },
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
      return { status: 200, body: byPaidOn.list(rows, query, paymentView) };
    },
  }),
];
