import { advance } from '../../books/lib/advance';
import { emitForInvoices } from '../../books/lib/events';
import { type Period, dateOf, nextPeriod } from '../../domain/calendar';
import { closeTerms, debitCollectOn } from '../../domain/close/terms';
import { type Tx, dateIn, instantIn, sql } from '../../prisma/db';
import type { CloseBook, ForPeriod } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { analyse, chunkBefore } from '../lib/chunk';
import { CHUNK } from './draft';
import type { Deps } from '../lib/deps';
import { openIncident } from '../../books/lib/incidents';
import { type Issue, issueInvoices } from '../../books/invoice/issue';
import { holdOpenPeriod } from '../../books/invoice/periods';
import { takeNumbers } from '../../books/invoice/numbers';
import { WHOLE_STORE } from '../../books/lib/sets';
import { keyFrom } from '../../books/lib/sql';

/** The steps of a monthly close from finance's approval to the closed month. */
export function issueSteps({
  db,
}: Deps): Pick<CloseBook, 'approveClose' | 'billingRequested' | 'issueChunk' | 'closePeriod'> {
  return {
    async approveClose({ storeId, period, at, by }) {
      await db.$transaction(async (tx) => {
        // On the day `debitCollectOn` the debit run chooses the invoices to debit and writes them to the bank's file. An in-house
        // invoice that is approved on that day or later comes too late for the file, so it is paid by transfer.
        if (dateOf(at) >= debitCollectOn(closeTerms(period).debit_on))
          await tx.invoice.updateMany({
            where: {
              storeId,
              period,
              settlement: 'in_house',
              method: 'direct_debit',
              status: { in: ['draft', 'held'] },
            },
            data: { method: 'bank_transfer', kind: 'invoice' },
          });
        const np = await tx.invoice.findFirst({ where: { storeId, period, settlement: 'np', status: 'draft' } });
        await advance(tx, 'close', {
          where: { storeId, period },
          from: 'review',
          to: np ? 'requesting' : 'awaiting_issue',
          data: { approvedAt: instantIn(at), approvedBy: by },
        });
      });
    },

    async billingRequested({ storeId, period, at }) {
      await db.$transaction(async (tx) => {
        await emitForInvoices(
          tx,
          { storeId, at },
          {
            key: keyFrom(keys.event.billingRequested('*'), sql`i.id`),
            type: sql`'billing.requested'`,
            on: sql`${dateIn(dateOf(at))}::date`,
            which: sql`i.period = ${period} AND i.status = 'requested'`,
            orderBy: sql`i.destination_id`,
          },
        );
        await advance(tx, 'close', { where: { storeId, period }, from: 'requesting', to: 'awaiting_issue' });
      }, WHOLE_STORE);
    },

    /**
     * Issues the next 500 in-house drafts, and leaves out held ones. If a second run finds the drafts of the first one issued, it
     * goes on with the next drafts. The query concatenates period and status, so that PostgreSQL can't use the index by period:
     * with it, every chunk would read all remaining drafts. PostgreSQL reads the primary key instead, in the order of ids.
     */
    async issueChunk({ storeId, period, at, after }) {
      let next: string | null = null;
      const issue = async (tx: Tx) => {
        // PostgreSQL expects few drafts and would sort all the store's invoices. In the order of the key it soon finds 500.
        await tx.$executeRaw(sql`SET LOCAL enable_sort = off`);
        const drafts = await tx.$queryRaw<{ id: string; method: string }[]>(sql`/* set */
          SELECT id, method FROM invoices
           WHERE store_id = ${storeId} AND id > ${after ?? ''} AND settlement = 'in_house'
             AND period || status = ${`${period}draft`}
           ORDER BY id LIMIT ${CHUNK} FOR UPDATE`);
        await tx.$executeRaw(sql`SET LOCAL enable_sort = on`);
        await advance(tx, 'close', { where: { storeId, period }, from: 'awaiting_issue', to: 'issuing' });
        if (drafts.length === 0) return { next, count: 0 };
        next = drafts.length === CHUNK ? drafts.at(-1)!.id : null;
        const { issue_on, due_on, pay_until, debit_on } = closeTerms(period);
        const numbers = await takeNumbers(tx, storeId, 'INV', issue_on, drafts.length);
        const issues = drafts.map(({ id, method }, index): Issue => {
          const dates =
            method === 'direct_debit'
              ? { dueOn: debit_on, payUntil: debit_on, debitOn: debit_on }
              : { dueOn: due_on, payUntil: pay_until, debitOn: null };
          return { invoiceId: id, number: numbers[index]!, issuedOn: issue_on, ...dates };
        });
        await issueInvoices(tx, { storeId, period, at }, issues);
        return { next, count: drafts.length };
      };
      return chunkBefore(
        () => next,
        async () => {
          const issued = await db.$transaction(issue);
          if (after === null && next !== null) await analyse(db, 'journal_entries');
          return issued;
        },
      );
    },

    /**
     * Closes the month once NP (the credit provider NP掛け払い) has issued every requested bill. The items of held drafts move to the
     * next open month. One incident reports these drafts and the month's items that are on no invoice.
     */
    async closePeriod(input) {
      const { storeId, period } = input;
      return db.$transaction(async (tx) => {
        const missing = await tx.invoice.count({ where: { storeId, period, status: 'requested' } });
        if (missing > 0) return { missing };
        await reportUnbilled(tx, input, await carryHeldOver(tx, input));
        await advance(tx, 'period', { where: { storeId, period }, from: 'frozen', to: 'closed' });
        await advance(tx, 'close', { where: { storeId, period }, to: 'closed' });
        return { missing };
      }, WHOLE_STORE);
    },
  };
}

interface CarriedOver {
  invoiceIds: string[];
  /** The month in which the items of these invoices are billed instead. */
  to: Period;
}

/**
 * Moves the items of unissued invoices to the next open month, because a closed month issues nothing more. Such an invoice is
 * still held, or was in a chunk that an operator skipped. The items get a note of the month they come from, and the drafts become
 * void. A card draft stays, because its order's workflow charges it again.
 */
async function carryHeldOver(tx: Tx, { storeId, period }: ForPeriod): Promise<CarriedOver | null> {
  const held = await tx.invoice.findMany({
    where: { storeId, period, status: { in: ['draft', 'held'] }, settlement: { not: 'card' } },
    orderBy: { id: 'asc' },
    select: { id: true },
  });
  if (held.length === 0) return null;
  const invoiceIds = held.map((invoice) => invoice.id);
  const to = await holdOpenPeriod(tx, storeId, nextPeriod(period));
  await tx.$executeRaw(sql`
    UPDATE billable_items
       SET invoice_id = NULL, period = ${to}, reason = reason || jsonb_build_object('late', true, 'held_in', ${period}::text)
     WHERE store_id = ${storeId} AND invoice_id = ANY(${invoiceIds})`);
  await tx.invoiceLine.deleteMany({ where: { storeId, invoiceId: { in: invoiceIds } } });
  await advance(tx, 'invoice', { where: { storeId, id: { in: invoiceIds } }, from: ['draft', 'held'], to: 'void' });
  return { invoiceIds, to };
}

async function reportUnbilled(tx: Tx, { storeId, period, at }: ForPeriod, held: CarriedOver | null): Promise<void> {
  const items = await tx.billableItem.count({
    where: { storeId, period, invoiceId: null, status: { in: ['pending', 'refused', 'billable'] } },
  });
  if (!held && items === 0) return;
  await openIncident(tx, {
    storeId,
    id: keys.incident.unbilled(period),
    kind: 'unbilled_items',
    at,
    workflowId: workflowIds.monthlyClose(storeId, period),
    detail: {
      held_invoices: held?.invoiceIds.length ?? 0,
      ...(held && { invoice_ids: held.invoiceIds, billed_with: held.to }),
      items_on_no_invoice: items,
    },
  });
}
