import { businessDayOnOrAfter } from '../../../domain/calendar';
import { sql } from '../../../prisma/db';
import type { IssuedBill } from '../../../providers/credit/port';
import type { ForPeriod } from '../../../workflows/contracts/activities';
import { ProviderError } from '../../../providers/errors';
import { workflowIds } from '../../../workflows/contracts/ids';
import { keys } from '../../../workflows/contracts/keys';
import type { Deps } from '../../lib/deps';
import { storeBillDocument } from './documents';
import { advance } from '../../../books/lib/advance';
import { openIncident } from '../../../books/lib/incidents';
import { issueInvoices } from '../../../books/invoice/issue';
import { applyKeptNews } from '../../../books/np-news';
import { inParallel } from '../../lib/parallel';

const DOCUMENTS_AT_ONCE = 8;

/** A transaction that we registered with NP (the credit provider NP掛け払い), and our invoice that contains it. */
interface Registered {
  shop_transaction_id: string;
  invoice_id: string;
}

/** An invoice of ours to which one of NP's bills refers, with the values to compare. */
interface Requested {
  id: string;
  status: string;
  number: string | null;
  method: string;
  total: bigint;
  taxes: PrismaJson.RateTotal[];
  np_buyer_id: string;
  registrations: bigint;
}

/**
 * Issues our invoices with the numbers and dates of NP's bills, and stores NP's documents. Each bill must equal our invoice to
 * the yen. If they differ, the invoice stays `requested` and an incident tells finance. If NP refuses a document, an incident
 * is opened and the other bills go on.
 */
export async function mirrorPage(deps: Deps, input: ForPeriod, bills: readonly IssuedBill[]): Promise<void> {
  const { db } = deps;
  const { storeId, period, at } = input;
  const ours = await requestedFor(deps, input, bills);
  const mirrored: { bill: IssuedBill; invoiceId: string }[] = [];
  const differing: { bill: IssuedBill; differences: string[] }[] = [];
  for (const bill of bills) {
    const invoices = ours(bill);
    const differences =
      invoices.length === 1 ? differencesOf(bill, invoices[0]!) : [`bills ${invoices.length} of our invoices`];
    if (differences.length > 0) differing.push({ bill, differences });
    else mirrored.push({ bill, invoiceId: invoices[0]!.id });
  }

  await db.$transaction(async (tx) => {
    await issueInvoices(
      tx,
      input,
      mirrored.map(({ bill, invoiceId }) => ({
        invoiceId,
        number: bill.number,
        issuedOn: bill.issuedOn,
        dueOn: bill.dueOn,
        payUntil: businessDayOnOrAfter(bill.dueOn),
        debitOn: bill.debitOn,
      })),
    );
    await applyKeptNews(
      tx,
      storeId,
      mirrored.map(({ bill }) => bill.number),
    );
    await tx.creditTransaction.updateMany({
      where: {
        storeId,
        shopTransactionId: { in: mirrored.flatMap(({ bill }) => bill.shopTransactionIds) },
        status: 'requested',
      },
      data: { status: 'billed' },
    });
    await advance(tx, 'close', { where: { storeId, period }, from: 'awaiting_issue', to: 'issuing' });
    for (const { bill, differences } of differing) {
      await openIncident(tx, {
        storeId,
        id: keys.incident.billDiffers(bill.number),
        kind: 'np_bill_differs',
        at,
        workflowId: workflowIds.monthlyClose(storeId, period),
        detail: { number: bill.number, invoice_ids: ours(bill).map((invoice) => invoice.id), differences },
      });
    }
  });
  await inParallel(mirrored, DOCUMENTS_AT_ONCE, ({ invoiceId }) => keepDocument(deps, input, invoiceId));
}

/**
 * Reads our invoices for a page of bills.
 * @returns a function that finds the invoices to which the transactions of a bill belong
 */
async function requestedFor({ db }: Deps, { storeId, period }: ForPeriod, bills: readonly IssuedBill[]) {
  const registered = await db.$queryRaw<Registered[]>(sql`
    SELECT DISTINCT t.shop_transaction_id, i.invoice_id
      FROM credit_transactions t
      JOIN billable_items i ON i.store_id = t.store_id AND i.order_id = t.order_id AND i.usage_period = t.period
           AND i.invoice_id IS NOT NULL
     WHERE t.store_id = ${storeId} AND t.shop_transaction_id = ANY(${bills.flatMap((bill) => bill.shopTransactionIds)})`);
  const invoiceOf = new Map(registered.map((row) => [row.shop_transaction_id, row.invoice_id]));
  const invoices = await db.$queryRaw<Requested[]>(sql`
    SELECT v.id, v.status, v.number, v.method, v.total, v.taxes, d.np_buyer_id,
           (SELECT count(DISTINCT (i.order_id, i.usage_period)) FROM billable_items i
             WHERE i.store_id = v.store_id AND i.invoice_id = v.id) AS registrations
      FROM invoices v JOIN billing_destinations d ON d.store_id = v.store_id AND d.id = v.destination_id
     WHERE v.store_id = ${storeId} AND v.period = ${period} AND v.id = ANY(${[...new Set(invoiceOf.values())]})`);
  const byId = new Map(invoices.map((invoice) => [invoice.id, invoice]));
  return (bill: IssuedBill): Requested[] => {
    const ids = new Set(bill.shopTransactionIds.map((id) => invoiceOf.get(id)));
    return [...ids].flatMap((id) => byId.get(id ?? '') ?? []);
  };
}

/**
 * The differences between a bill and our invoice, as text for the incident; empty if they are equal. Amounts are yen with tax. An
 * invoice that has a number already was compared when it was issued, so now only its number is compared.
 */
function differencesOf(bill: IssuedBill, invoice: Requested): string[] {
  if (invoice.number !== null)
    return invoice.number === bill.number ? [] : [`our invoice has number ${invoice.number}`];
  const rates = (rows: readonly { rate: number; total: number; tax: number }[]) =>
    rows
      .filter((row) => row.rate > 0)
      .map((row) => `${row.rate}%: ${row.total} with tax ${row.tax}`)
      .sort()
      .join(', ');
  const taxes = rates(bill.taxes);
  const ourTaxes = rates(invoice.taxes.map(({ rate, gross, tax }) => ({ rate, total: gross, tax })));
  const kind = bill.kind === 'debit_notice' ? 'direct_debit' : 'bank_transfer';
  return [
    ...(invoice.status === 'requested' ? [] : [`our invoice is ${invoice.status}`]),
    ...(bill.buyerId === invoice.np_buyer_id ? [] : [`buyer ${bill.buyerId}, ours ${invoice.np_buyer_id}`]),
    ...(kind === invoice.method ? [] : [`paid by ${kind}, ours ${invoice.method}`]),
    ...(bill.total === Number(invoice.total) ? [] : [`total ${bill.total}, ours ${invoice.total}`]),
    ...(taxes === ourTaxes ? [] : [`taxes ${taxes}; ours ${ourTaxes}`]),
    ...(bill.shopTransactionIds.length === Number(invoice.registrations)
      ? []
      : [`${bill.shopTransactionIds.length} registrations, ours ${invoice.registrations}`]),
  ];
}

/**
 * Stores the document of a bill. If NP refuses it or it can't be stored, opens an incident instead of failing.
 * @throws ProviderError when NP can't be reached, so that the activity is tried again
 */
async function keepDocument(deps: Deps, { storeId, at }: ForPeriod, invoiceId: string): Promise<void> {
  try {
    await storeBillDocument(deps, { storeId, at, invoiceId });
  } catch (e) {
    if (e instanceof ProviderError && e.failure !== 'rejected') throw e;
    deps.log.error({ storeId, invoiceId, err: e }, "NP's document not stored");
    const failure = e instanceof Error ? e.message : String(e);
    await deps.db.$transaction(async (tx) => {
      const { revision } = await tx.invoice.findUniqueOrThrow({ where: { storeId_id: { storeId, id: invoiceId } } });
      await openIncident(tx, {
        storeId,
        id: keys.incident.documentMissing(invoiceId, revision),
        kind: 'document_missing',
        at,
        detail: { failure },
      });
    });
  }
}
