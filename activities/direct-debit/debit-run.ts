import type { Period } from '../../domain/calendar';
import { debitHandInOn } from '../../domain/close/terms';
import { dateIn, sql } from '../../prisma/db';
import type { DebitBook } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { collectIntoFile, dueOn } from '../../books/direct-debit/file';
import { bookResult } from '../../books/direct-debit/results';
import type { Deps } from '../lib/deps';
import { advance } from '../../books/lib/advance';
import { openIncident, resolveIncident } from '../../books/lib/incidents';
import { WHOLE_STORE } from '../../books/lib/sets';
import { keyFrom } from '../../books/lib/sql';

export function debitBook({ db }: Deps): DebitBook {
  const open = (storeId: string, nominal: Period) =>
    db.debit.count({ where: { storeId, nominal, status: 'requested' } });
  return {
    async collectDebits(input) {
      const { storeId, nominal, debitOn } = input;
      const { settlement } = await db.store.findUniqueOrThrow({ where: { id: storeId } });
      await db.$transaction(async (tx) => {
        await tx.debitRun.createMany({
          data: [{ storeId, nominal, debitOn: dateIn(debitOn), status: 'collected' }],
          skipDuplicates: true,
        });
        if (settlement === 'in_house') await collectIntoFile(tx, input);
        else
          await tx.$executeRaw(sql`
            INSERT INTO debits (store_id, key, nominal, invoice_id, amount)
            SELECT due.store_id, ${keyFrom(keys.debit('*', 1), sql`due.id`)}, ${nominal}, due.id, due.amount
              FROM (${dueOn(input)}) AS due
            ON CONFLICT DO NOTHING`);
      }, WHOLE_STORE);
      const handInBy = settlement === 'in_house' ? debitHandInOn(debitOn) : null;
      return { open: await open(storeId, nominal), handInBy };
    },

    async recordFileHandedIn({ storeId, nominal, at, on }) {
      await db.$transaction(async (tx) => {
        await advance(tx, 'debitRun', {
          where: { storeId, nominal },
          from: 'collected',
          to: 'requested',
          data: { handedInOn: dateIn(on) },
        });
        await resolveIncident(tx, { storeId, at }, keys.incident.debitFileNotHandedIn(nominal), 'handed in');
      });
    },

    async fileNotHandedIn({ storeId, nominal, debitOn, at }) {
      await db.$transaction((tx) =>
        openIncident(tx, {
          storeId,
          id: keys.incident.debitFileNotHandedIn(nominal),
          kind: 'debit_file_not_handed_in',
          at,
          workflowId: workflowIds.debitRun(storeId, nominal),
          detail: { debit_on: debitOn },
        }),
      );
    },

    /**
     * Books the result of each debit in a separate transaction: a result that can't be booked becomes an incident and does not
     * hold up the other results. Returns the number of debits without a result, and the invoices that are billed again because
     * their debit failed. Both are read from the books, so a second run, which books nothing, still returns these invoices.
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
      const left = await open(storeId, nominal);
      if (left === 0) await resolveIncident(db, input, keys.incident.debitResultsLate(nominal), 'all results booked');
      return { open: left, rebilled: failed.map((debit) => debit.invoiceId) };
    },

    async debitsLate({ storeId, nominal, debitOn, at }) {
      const missing = await open(storeId, nominal);
      if (missing === 0) return;
      await db.$transaction((tx) =>
        openIncident(tx, {
          storeId,
          id: keys.incident.debitResultsLate(nominal),
          kind: 'debit_results_late',
          at,
          workflowId: workflowIds.debitRun(storeId, nominal),
          detail: { debit_on: debitOn, missing },
        }),
      );
    },

    async closeDebitRun({ storeId, nominal }) {
      await advance(db, 'debitRun', { where: { storeId, nominal }, to: 'booked' });
    },
  };
}
