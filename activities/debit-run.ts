import type { Period } from '../domain/calendar';
import { dateIn, sql } from '../prisma/db';
import type { DebitBook } from '../workflows/contracts/activities';
import { keys, workflowIds } from '../workflows/contracts/ids';
import { bookResult } from './debit-results';
import type { Deps } from './deps';
import { openIncident } from './facts';
import { WHOLE_STORE } from './period';
import { keyFrom } from './set-sql';

export function debitBook({ db }: Deps): DebitBook {
  const open = (storeId: string, nominal: Period) =>
    db.debit.count({ where: { storeId, nominal, status: 'requested' } });
  return {
    /** What is still owed of each notice whose debit day this is. */
    async collectDebits({ storeId, nominal, debitOn }) {
      await db.$transaction(async (tx) => {
        await tx.debitRun.createMany({
          data: [{ storeId, nominal, debitOn: dateIn(debitOn), status: 'collected' }],
          skipDuplicates: true,
        });
        await tx.$executeRaw(sql`
          INSERT INTO debits (store_id, key, nominal, invoice_id, amount)
          SELECT i.store_id, ${keyFrom(keys.debit('*', 1), sql`i.id`)}, ${nominal}, i.id, i.total - coalesce(p.paid, 0)
            FROM invoices i
            LEFT JOIN LATERAL (SELECT sum(amount)::bigint AS paid FROM payments p
                                WHERE p.store_id = i.store_id AND p.invoice_id = i.id) p ON true
           WHERE i.store_id = ${storeId} AND i.debit_on = ${dateIn(debitOn)}::date AND i.method = 'direct_debit'
             AND i.status = 'issued' AND i.total > coalesce(p.paid, 0)
          ON CONFLICT DO NOTHING`);
      }, WHOLE_STORE);
      return { open: await open(storeId, nominal) };
    },

    /**
     * Each result in a transaction of its own: one that fits nothing is an incident and holds back none of the others. What was
     * billed again is read from the books, so a lost answer comes out the same.
     */
    async bookDebitResults(input) {
      const { storeId, nominal, results } = input;
      for (const { key, code } of results) await db.$transaction((tx) => bookResult(tx, input, key, code));
      const failed = await db.debit.findMany({
        where: {
          storeId,
          key: { in: results.map((result) => result.key) },
          status: 'failed',
          invoice: { revision: { gt: 1 } },
        },
        orderBy: { key: 'asc' },
      });
      return { open: await open(storeId, nominal), rebilled: failed.map((debit) => debit.invoiceId) };
    },

    async debitsLate({ storeId, nominal, debitOn, at }) {
      const missing = await open(storeId, nominal);
      if (missing === 0) return;
      await db.$transaction((tx) =>
        openIncident(tx, {
          storeId,
          id: `debit-results-late/${nominal}`,
          kind: 'debit_results_late',
          at,
          workflowId: workflowIds.debitRun(storeId, nominal),
          detail: { debit_on: debitOn, missing },
        }),
      );
    },

    async closeDebitRun({ storeId, nominal }) {
      await db.debitRun.updateMany({ where: { storeId, nominal }, data: { status: 'booked' } });
    },
  };
}
