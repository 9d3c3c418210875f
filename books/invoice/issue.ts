import type { Instant, JstDate, Period } from '../../domain/calendar';
import { toYen } from '../../domain/money';
import { assignedToNp, invoiceIssued } from '../../domain/ledger/entries';
import { type Tx, sql } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';
import { moving } from '../lib/advance';
import { emitForInvoices } from '../lib/events';
import { type Posting, postAll, taxSummary } from '../ledger/journal';
import { queueInvoiceMails } from './mails';
import { joinByHash } from '../lib/sets';
import { keyFrom, rowsIn } from '../lib/sql';

/** SQL for the key of the event that reports an invoice's issue; `i` is the invoice's row. */
const ISSUED = keyFrom(keys.event.issued('*', '*', '*'), sql`i.kind`, sql`i.id`, sql`i.revision`);

/** The number and the dates that an invoice or debit notice gets at its issue. */
export interface Issue {
  invoiceId: string;
  number: string;
  issuedOn: JstDate;
  /** The printed due date: the end of the month, even if banks are closed. */
  dueOn: JstDate;
  /** The last day on which a payment is in time: `dueOn`, or the next day on which banks are open. */
  payUntil: JstDate;
  debitOn: JstDate | null;
}

interface Issued {
  id: string;
  account_id: string;
  settlement: 'np' | 'in_house';
  net: bigint;
  tax: bigint;
  total: bigint;
  taxes: PrismaJson.RateTotal[];
}

/**
 * Issues invoices: freezes number, dates and recipient, posts the sale and emits the event. Invoices that the store bills itself
 * (settlement `in_house`) must be in the state `draft`, and are mailed. Invoices that the credit provider NP掛け払い (NP) bills
 * (settlement `np`) must be in the state `requested`. An invoice that is issued already stays unchanged, so a retry may pass the
 * same list.
 */
export async function issueInvoices(
  tx: Tx,
  { storeId, period, at }: { storeId: string; period: Period; at: Instant },
  issues: readonly Issue[],
): Promise<void> {
  if (issues.length === 0) return;
  await joinByHash(tx);
  const ids = issues.map((issue) => issue.invoiceId).sort();
  const [destinations] = await tx.$queryRaw<{ first: string; last: string }[]>(sql`/* set */
    SELECT min(destination_id) AS first, max(destination_id) AS last FROM invoices
     WHERE store_id = ${storeId} AND id BETWEEN ${ids[0]} AND ${ids.at(-1)} AND id = ANY(${ids})`);
  const np = moving('invoice', 'requested', 'issued');
  const own = moving('invoice', 'draft', 'issued');
  const issued = await tx.$queryRaw<Issued[]>(sql`/* set */
    UPDATE invoices i
       SET ${own.set}, number = g.number, issued_on = g."issuedOn", due_on = g."dueOn", pay_until = g."payUntil",
           debit_on = g."debitOn",
           recipient = jsonb_build_object('company', d.company_name, 'department', d.department, 'person', d.person,
                                          'postal_code', d.postal_code, 'address', d.address, 'email_to', d.email_to,
                                          'email_cc', to_jsonb(d.email_cc)),
           seller = CASE i.settlement WHEN 'in_house' THEN
                      s.seller || jsonb_build_object('store', s.name, 'bank_account', s.bank_account) END
      FROM jsonb_to_recordset(${rowsIn(issues)})
             AS g ("invoiceId" text, number text, "issuedOn" date, "dueOn" date, "payUntil" date, "debitOn" date),
           billing_destinations d, stores s
     WHERE s.id = ${storeId} AND i.store_id = ${storeId} AND i.id BETWEEN ${ids[0]} AND ${ids.at(-1)} AND i.id = g."invoiceId"
       AND d.store_id = ${storeId} AND d.id BETWEEN ${destinations!.first} AND ${destinations!.last} AND d.id = i.destination_id
       AND i.status = CASE i.settlement WHEN 'np' THEN ${np.from} ELSE ${own.from} END
    RETURNING i.id, i.account_id, i.settlement, i.net, i.tax, i.total, i.taxes`);
  const issuedOn = new Map(issues.map((issue) => [issue.invoiceId, issue.issuedOn]));
  await postAll(
    tx,
    storeId,
    issued.flatMap((invoice) => postingsOf(invoice, period, issuedOn.get(invoice.id)!)),
  );
  await emitIssued(tx, storeId, at, issued);
  await mailOwn(tx, { storeId, at }, issued);
}

/** Queues a mail for each invoice that the store bills itself. The mail carries the PDF. NP mails its bills itself. */
async function mailOwn(tx: Tx, fact: { storeId: string; at: Instant }, issued: readonly Issued[]): Promise<void> {
  const ids = issued.flatMap(({ id, settlement }) => (settlement === 'in_house' ? [id] : [])).sort();
  if (ids.length === 0) return;
  const own = sql`i.id BETWEEN ${ids[0]} AND ${ids.at(-1)} AND i.id = ANY(${ids})`;
  const invoice = sql`'invoice', jsonb_build_object('number', i.number, 'total', i.total, 'period', i.period)`;
  await queueInvoiceMails(tx, fact, {
    template: 'invoice-issued',
    event: ISSUED,
    data: sql`jsonb_build_object(${invoice}, 'dueOn', i.due_on)`,
    which: sql`${own} AND i.kind = 'invoice'`,
  });
  await queueInvoiceMails(tx, fact, {
    template: 'debit-notice-issued',
    event: ISSUED,
    data: sql`jsonb_build_object(${invoice}, 'debitOn', i.debit_on)`,
    which: sql`${own} AND i.kind = 'debit_notice'`,
  });
}

/**
 * The journal entries of an issued invoice. The sale is dated the last day of its month. If NP bills, a second entry assigns the
 * claim to NP (docs/store.md P3), dated the day of issue.
 */
function postingsOf(invoice: Issued, period: Period, issuedOn: JstDate): Posting[] {
  const { id, settlement, total, account_id: accountId } = invoice;
  const sale = {
    id: keys.journal.sale(id),
    entry: invoiceIssued(period, taxSummary(invoice)),
    invoiceId: id,
    accountId,
  };
  if (settlement !== 'np') return [sale];
  return [
    sale,
    { id: keys.journal.npAssignment(id), entry: assignedToNp(issuedOn, toYen(total)), invoiceId: id, accountId },
  ];
}

async function emitIssued(tx: Tx, storeId: string, at: Instant, issued: readonly Issued[]): Promise<void> {
  const ids = issued.map((invoice) => invoice.id).sort();
  await emitForInvoices(
    tx,
    { storeId, at },
    {
      key: ISSUED,
      type: sql`i.kind || '.issued'`,
      on: sql`i.issued_on`,
      data: sql`jsonb_build_object('issuer', i.issuer, 'number', i.number)
                  || CASE i.kind WHEN 'debit_notice' THEN jsonb_build_object('debit_on', i.debit_on)
                     ELSE jsonb_build_object('due_on', i.due_on) END`,
      which: sql`i.id BETWEEN ${ids[0]} AND ${ids.at(-1)} AND i.id = ANY(${ids})`,
      orderBy: sql`i.number`,
    },
  );
}
