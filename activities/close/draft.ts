import { type Instant, type Period, dateOf, periodEnd } from '../../domain/calendar';
import { billingCutoff, closeTerms } from '../../domain/close/terms';
import type { Rounding } from '../../domain/tax';
import type { Prisma } from '../../generated/prisma/client';
import { type Tx, dateIn, instantIn, sql } from '../../prisma/db';
import type { CloseBook, ForPeriod } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { analyse, chunkBefore } from '../lib/chunk';
import type { Deps } from '../lib/deps';
import { addPeriod } from '../../books/invoice/periods';
import { advance, moving } from '../../books/lib/advance';
import { emitForInvoices } from '../../books/lib/events';
import { openingIncidents } from '../../books/lib/incidents';
import { enqueue, startRow } from '../../books/lib/outbox';
import { inParallel } from '../lib/parallel';
import { WHOLE_STORE, joinByHash, termsOf } from '../../books/lib/sets';
import { keyFrom, ratesOn, taxOf } from '../../books/lib/sql';

/**
 * The number of billing destinations that one transaction drafts, or of invoices that one transaction issues. With lines and
 * items a transaction then writes some 4,000 rows. np/billing.ts reads the invoices to request from NP in pages of this size.
 */
export const CHUNK = 500;
/**
 * The number of transactions of `CHUNK` destinations that `draftChunk` runs side by side. Each transaction runs in one PostgreSQL
 * process, which can use only one core.
 */
const SIDE_BY_SIDE = 2;

/**
 * The steps of a monthly close from the freeze of the month (it takes no more items) to finance's review. If finance rejects the
 * drafts, `reopenDrafts` deletes them and the close drafts the month again.
 */
export function draftSteps({
  db,
}: Deps): Pick<CloseBook, 'freezePeriod' | 'draftChunk' | 'presentDrafts' | 'holdInvoice' | 'reopenDrafts'> {
  return {
    async freezePeriod({ storeId, period }) {
      const { close_on, issue_on } = closeTerms(period);
      const cutoffAt = billingCutoff(period);
      await db.$transaction(async (tx) => {
        await addPeriod(tx, storeId, period);
        await tx.$queryRaw(sql`
          SELECT status FROM periods WHERE store_id = ${storeId} AND period = ${period} FOR UPDATE`);
        await advance(tx, 'period', { where: { storeId, period }, from: 'open', to: 'frozen' });
        await tx.close.createMany({
          data: [
            {
              storeId,
              period,
              status: 'drafting',
              closeOn: dateIn(close_on),
              issueOn: dateIn(issue_on),
              cutoffAt: instantIn(cutoffAt),
            },
          ],
          skipDuplicates: true,
        });
      });
      return { issueOn: issue_on, cutoffAt };
    },

    /**
     * Drafts the invoices of the store's next 1,000 billing destinations, in two transactions of 500. Destinations without items
     * to bill count too, so a retry takes the same destinations although the first try has already billed some of their items.
     */
    async draftChunk({ storeId, period, after }) {
      const terms = await termsOf(db, storeId);
      const destinations = await db.billingDestination.findMany({
        where: { storeId, id: { gt: after ?? '' } },
        orderBy: { id: 'asc' },
        take: CHUNK * SIDE_BY_SIDE,
        select: { id: true },
      });
      const ids = destinations.map(({ id }) => id);
      if (ids.length === 0) return { next: null, count: 0 };
      const next = ids.length === CHUNK * SIDE_BY_SIDE ? ids.at(-1)! : null;
      const ranges: { after: string; last: string }[] = [];
      for (let from = 0; from < ids.length; from += CHUNK)
        ranges.push({ after: ids[from - 1] ?? after ?? '', last: ids.slice(from, from + CHUNK).at(-1)! });
      return chunkBefore(
        () => next,
        async () => {
          await inParallel(ranges, SIDE_BY_SIDE, (range) =>
            db.$transaction((tx) => draft(tx, storeId, period, range, terms)),
          );
          if (after === null && next !== null) await analyse(db, 'invoices');
          return { next, count: ids.length };
        },
      );
    },

    async presentDrafts(input) {
      const { storeId, period, at } = input;
      return db.$transaction(async (tx) => {
        await joinByHash(tx);
        await setFailingAside(tx, input);
        await emitDrafted(tx, storeId, period, at);
        await advance(tx, 'close', { where: { storeId, period }, from: 'drafting', to: 'review' });
        // Held drafts count too, because finance may release them during the review.
        const drafts = await tx.invoice.groupBy({
          by: ['settlement'],
          where: { storeId, period, status: { in: ['draft', 'held'] } },
          _count: true,
        });
        const of = (settlement: string) => drafts.find((d) => d.settlement === settlement)?._count ?? 0;
        if (of('card') > 0) {
          const workflowId = workflowIds.cardCollection(storeId, period);
          await enqueue(tx, startRow('cardCollection', workflowId, storeId, at, { period }));
        }
        return { npDrafts: of('np'), ownDrafts: of('in_house') };
      }, WHOLE_STORE);
    },

    async holdInvoice({ storeId, period, invoiceId, held }) {
      const where = { storeId, period, id: invoiceId };
      if (held) await advance(db, 'invoice', { where, from: 'draft', to: 'held' });
      else await advance(db, 'invoice', { where, from: 'held', to: 'draft' });
    },

    /** Deletes the month's drafts, which have no number yet. Card drafts stay, because their charges may be under way. */
    async reopenDrafts({ storeId, period }) {
      const drafts = sql`
        SELECT id FROM invoices WHERE store_id = ${storeId} AND period = ${period} AND settlement <> 'card'
           AND status IN ('draft', 'held') AND number IS NULL`;
      await db.$transaction(async (tx) => {
        await tx.$executeRaw(sql`
          UPDATE billable_items SET invoice_id = NULL WHERE store_id = ${storeId} AND invoice_id IN (${drafts})`);
        await tx.$executeRaw(sql`DELETE FROM invoice_lines WHERE store_id = ${storeId} AND invoice_id IN (${drafts})`);
        await tx.$executeRaw(sql`DELETE FROM invoices WHERE store_id = ${storeId} AND id IN (${drafts})`);
        await advance(tx, 'close', { where: { storeId, period }, from: 'review', to: 'drafting' });
      }, WHOLE_STORE);
    },
  };
}

/**
 * Makes invoices from billable items that have none yet: one per billing destination and settlement, or one per order for a
 * card.
 * On an in-house invoice, tax is computed on the tax-exclusive sum of each rate. With NP (the credit provider NP掛け払い) or a
 * card, tax is the part contained in the tax-inclusive sum of each rate, because that sum is already registered or authorised.
 * A direct-debit mandate debits only invoices of the settlement that the store is set to, `np` or `in_house`. So in a store
 * that is set to NP, NP debits its bills, and an in-house invoice (for a month that NP does not guarantee) is paid by transfer.
 */
async function draft(
  tx: Tx,
  storeId: string,
  period: Period,
  { after, last }: { after: string; last: string },
  { rounding, settlement }: { rounding: Rounding; settlement: string },
): Promise<void> {
  await joinByHash(tx);
  const unbilled = (i: Prisma.Sql) => sql`
    ${i}.store_id = ${storeId} AND ${i}.period = ${period} AND ${i}.destination_id > ${after}
    AND ${i}.destination_id <= ${last} AND ${i}.status = 'billable' AND ${i}.invoice_id IS NULL`;
  const closeOn = dateIn(periodEnd(period));
  const onNet = taxOf(sql`net`, sql`rate`, sql`100`, rounding);
  const withinGross = taxOf(sql`gross`, sql`rate`, sql`100 + rate`, rounding);
  await tx.$executeRaw(sql`/* set */
    WITH unbilled AS MATERIALIZED (
      SELECT t.*, ${invoiceId(period)} AS id
        FROM (SELECT i.id AS item_id, i.account_id, i.destination_id, i.order_id, i.settlement, ${REF} AS ref,
                     i.description, i.quantity, i.unit_amount, i.net, i.gross, i.rate_class
                FROM billable_items i WHERE ${unbilled(sql`i`)}) t
    ), sums AS (
      SELECT u.id, u.account_id, u.destination_id, u.settlement, u.ref, rates.rate_class, rates.rate, rates.place,
             sum(u.net)::bigint AS net, sum(u.gross)::bigint AS gross
        FROM unbilled u JOIN ${ratesOn(periodEnd(period))} ON rates.rate_class = u.rate_class
       GROUP BY u.id, u.account_id, u.destination_id, u.settlement, u.ref, rates.rate_class, rates.rate, rates.place
    ), taxed AS (
      SELECT id, account_id, destination_id, settlement, ref, rate_class, rate, place, net, gross,
             CASE settlement WHEN 'in_house' THEN ${onNet} ELSE ${withinGross} END AS tax
        FROM sums
    ), totals AS (
      SELECT id, account_id, destination_id, settlement, ref, rate_class, rate, place, tax,
             CASE settlement WHEN 'in_house' THEN net ELSE gross - tax END AS net,
             CASE settlement WHEN 'in_house' THEN net + tax ELSE gross END AS gross
        FROM taxed
    ), drafts AS (
      SELECT t.id, t.account_id, t.destination_id, t.settlement, t.ref,
             CASE WHEN t.settlement = 'card' THEN 'card' WHEN d.id IS NOT NULL THEN 'direct_debit'
                  ELSE 'bank_transfer' END AS method,
             sum(t.net)::bigint AS net, sum(t.tax)::bigint AS tax, sum(t.gross)::bigint AS total,
             jsonb_agg(jsonb_build_object('rate_class', t.rate_class, 'rate', t.rate, 'net', t.net, 'tax', t.tax,
                                          'gross', t.gross) ORDER BY t.place) AS taxes
        FROM totals t
        LEFT JOIN direct_debits d ON d.store_id = ${storeId} AND d.destination_id = t.destination_id
              AND d.destination_id > ${after} AND d.destination_id <= ${last}
              AND d.status = 'active' AND d.active_on <= ${closeOn}::date AND t.settlement = ${settlement}
       GROUP BY t.id, t.account_id, t.destination_id, t.settlement, t.ref, d.id
    ), written AS (
      INSERT INTO invoices (store_id, id, account_id, destination_id, period, settlement, settlement_ref, method, kind, issuer,
                            net, tax, total, taxes, close_on)
      SELECT ${storeId}, id, account_id, destination_id, ${period}, settlement, ref, method,
             CASE method WHEN 'card' THEN 'receipt' WHEN 'direct_debit' THEN 'debit_notice' ELSE 'invoice' END,
             CASE settlement WHEN 'np' THEN 'np' ELSE 'store' END, net, tax, total, taxes, ${closeOn}::date
        FROM drafts
      ON CONFLICT DO NOTHING
      RETURNING id
    ), lines AS (
      INSERT INTO invoice_lines (store_id, invoice_id, line_no, item_id, order_id, description, quantity, unit_amount, net,
                                 gross, rate_class)
      SELECT ${storeId}, id, row_number() OVER (PARTITION BY id ORDER BY order_id, item_id), item_id, order_id, description,
             quantity, unit_amount, net, gross, rate_class
        FROM unbilled JOIN written USING (id)
    )
    UPDATE billable_items b SET invoice_id = t.id
      FROM (SELECT item_id, id FROM unbilled JOIN written USING (id)) t
     WHERE b.id = t.item_id AND ${unbilled(sql`b`)}`);
}

/**
 * The order's id for a card item, so that each order gets an invoice: a card receipt is for one capture. '' for any other item,
 * so that all orders of a destination share an invoice.
 */
const REF = sql`CASE i.settlement WHEN 'card' THEN i.order_id ELSE '' END`;

/** The invoice id of the SQL row `t`, as `keys.invoice` makes it. */
export function invoiceId(period: Period): Prisma.Sql {
  const of = [sql`regexp_replace(t.destination_id, '^dst_', '')`, sql`t.settlement`];
  const ofOne = keyFrom(keys.invoice('*', period, '*', '*'), ...of, sql`regexp_replace(t.ref, '^ord_', '')`);
  return sql`CASE t.ref WHEN '' THEN ${keyFrom(keys.invoice('*', period, '*', ''), ...of)} ELSE ${ofOne} END`;
}

/**
 * Checks each draft before finance reviews it: the lines must sum to the invoice's total (in house, to its net amount), and the
 * months registered with NP must sum to the total of an NP draft. A draft that fails is held, and an incident tells finance. The
 * other drafts go on.
 */
async function setFailingAside(tx: Tx, { storeId, period, at }: ForPeriod): Promise<void> {
  const hold = moving('invoice', 'draft', 'held');
  await tx.$executeRaw(sql`/* set */
    WITH drafts AS MATERIALIZED (
      SELECT id, settlement, net, total FROM invoices
       WHERE store_id = ${storeId} AND period = ${period} AND status = ${hold.from}
    ), lines AS (
      SELECT d.id, sum(l.net) AS net, sum(l.gross) AS gross
        FROM drafts d JOIN invoice_lines l ON l.store_id = ${storeId} AND l.invoice_id = d.id GROUP BY d.id
    ), charges AS (
      SELECT DISTINCT d.id, i.order_id, i.usage_period
        FROM drafts d JOIN billable_items i ON i.store_id = ${storeId} AND i.invoice_id = d.id
       WHERE d.settlement = 'np'
    ), registered AS (
      SELECT c.id, sum(t.total) AS total
        FROM charges c
        JOIN credit_transactions t ON t.store_id = ${storeId} AND t.order_id = c.order_id AND t.period = c.usage_period
             AND t.status = 'registered'
       GROUP BY c.id
    ), failing AS (
      SELECT d.id, d.total, l.net AS lines_net, l.gross AS lines_gross, r.total AS registered
        FROM drafts d LEFT JOIN lines l ON l.id = d.id LEFT JOIN registered r ON r.id = d.id
       WHERE CASE d.settlement WHEN 'in_house' THEN l.net IS DISTINCT FROM d.net ELSE l.gross IS DISTINCT FROM d.total END
          OR (d.settlement = 'np' AND r.total IS DISTINCT FROM d.total)
    ), opened AS (${openingIncidents({ storeId, at }, 'draft_check', {
      id: keyFrom(keys.incident.draftCheck('*'), sql`id`),
      workflowId: workflowIds.monthlyClose(storeId, period),
      detail: sql`jsonb_build_object('invoice_id', id, 'total', total, 'lines_net', lines_net, 'lines_gross', lines_gross,
                                     'registered', registered)`,
      from: sql`failing`,
    })})
    UPDATE invoices SET ${hold.set} WHERE store_id = ${storeId} AND id IN (SELECT id FROM failing)`);
}

/** Emits `close.drafted` for the drafts that finance reviews. Card drafts get none, because they are charged without a review. */
async function emitDrafted(tx: Tx, storeId: string, period: Period, at: Instant): Promise<void> {
  await emitForInvoices(
    tx,
    { storeId, at },
    {
      key: keyFrom(keys.event.closeDrafted('*'), sql`i.id`),
      type: sql`'close.drafted'`,
      on: sql`${dateIn(dateOf(at))}::date`,
      which: sql`i.period = ${period} AND i.status = 'draft' AND i.settlement <> 'card'`,
      orderBy: sql`i.destination_id`,
    },
  );
}
