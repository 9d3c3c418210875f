import { type Period, periodEnd, periodStart } from '../../domain/calendar';
import { toYen } from '../../domain/money';
import { renderDebitNotice, renderInvoice } from '../../documents/render';
import type { QualifiedInvoiceData } from '../../documents/shapes';
import { contactForm } from '../../domain/support-desks';
import type { Invoice } from '../../generated/prisma/client';
import { type Db, dateOut, sql } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';
import { storeDocument } from './documents';
import { taxSummary } from '../ledger/journal';
import { bankAccountOf, sellerOf } from './parties';

export interface OwnDocument {
  kind: string;
  /** The file's name, made of the invoice's number and revision: `INV-2026-000123-1.pdf`. */
  name: string;
  bytes: Uint8Array;
}

/**
 * The document that the store itself issues for the newest revision of an invoice. The first request (by its mail or a person)
 * renders it from the data frozen at issue, so that a close of 100,000 invoices renders none. Later requests return the stored
 * document, because it must not change (電子帳簿保存法, the law on electronic books).
 * @returns null for an invoice that the store does not issue itself, or has not issued yet
 * @throws DocumentSumError, MissingGlyphError when it can't be rendered
 */
export async function ownDocument(db: Db, storeId: string, invoiceId: string): Promise<OwnDocument | null> {
  const where = { storeId_id: { storeId, id: invoiceId } };
  const invoice = await db.invoice.findUnique({ where });
  if (!invoice || invoice.settlement !== 'in_house' || invoice.number === null) return null;
  const { kind, revision, number } = invoice;
  const name = `${number}-${revision}.pdf`;
  const id = keys.document(invoiceId, revision);
  const stored = await db.document.findUnique({ where: { storeId_id: { storeId, id } } });
  if (stored) return { kind, name, bytes: stored.bytes };

  const bytes = await draw(db, invoice);
  await db.$transaction((tx) =>
    storeDocument(tx, {
      storeId,
      kind,
      origin: 'issued',
      invoiceId,
      revision,
      issuedOn: invoice.revisedOn ?? invoice.issuedOn!,
      amount: invoice.total,
      counterparty: invoice.recipient!.company,
      contentType: 'application/pdf',
      bytes,
    }),
  );
  // If two requests rendered the document at the same time, both return the one that was stored first.
  const kept = await db.document.findUniqueOrThrow({ where: { storeId_id: { storeId, id } } });
  return { kind, name, bytes: kept.bytes };
}

async function draw(db: Db, invoice: Invoice): Promise<Uint8Array> {
  const seller = sellerOf({ seller: invoice.seller! });
  const { store, bank_account, debit_account } = invoice.seller!;
  const recipient = invoice.recipient!;
  const lines = await linesOf(db, invoice);
  const totals = taxSummary(invoice);
  const only = (values: (string | null)[]) => (new Set(values).size === 1 ? values[0] : null) ?? null;
  const [subject, poNumber] = [only(lines.map((l) => l.subject)), only(lines.map((l) => l.po_number))];
  const months = lines.map((line) => line.usage_period).sort();
  const data: QualifiedInvoiceData = {
    number: invoice.number!,
    issuedOn: dateOut(invoice.issuedOn!),
    issuer: seller,
    recipient: { ...recipient, postalCode: recipient.postal_code },
    subject,
    poNumber,
    periodFrom: periodStart(months[0]!),
    periodTo: periodEnd(months.at(-1)!),
    lines: lines.map((line) => ({
      description: line.description,
      // If the orders differ in PO number or subject, each line prints that of its order.
      notes: [
        ...(poNumber === null && line.po_number !== null ? [`発注番号 ${line.po_number}`] : []),
        ...(subject === null && line.subject !== null ? [`件名 ${line.subject}`] : []),
      ],
      periodFrom: periodStart(line.usage_period),
      periodTo: periodEnd(line.usage_period),
      quantity: line.quantity,
      unitPrice: toYen(line.unit_amount),
      amount: toYen(line.net),
      rateClass: line.rate_class,
    })),
    taxes: totals.rates.map(({ rateClass, rate, net, tax }) => ({ rateClass, percent: rate, net, tax })),
    netTotal: totals.net,
    taxTotal: totals.tax,
    total: totals.gross,
    support: contactForm(store, seller.contactUrl),
  };
  if (invoice.kind === 'debit_notice')
    return renderDebitNotice({
      ...data,
      debitOn: dateOut(invoice.debitOn!),
      debitAccount: debit_account ?? null,
    });
  const account = bankAccountOf(bank_account);
  return renderInvoice({
    ...data,
    revision: invoice.revision,
    revisedOn: invoice.revisedOn && dateOut(invoice.revisedOn),
    dueOn: dateOut(invoice.dueOn!),
    account: { ...account, type: account.type === 'ordinary' ? '普通' : '当座', holder: account.holderKana },
  });
}

interface LineRow {
  description: string;
  quantity: number;
  unit_amount: bigint;
  net: bigint;
  rate_class: QualifiedInvoiceData['lines'][number]['rateClass'];
  usage_period: Period;
  po_number: string | null;
  subject: string | null;
}

function linesOf(db: Db, { storeId, id }: Invoice): Promise<LineRow[]> {
  return db.$queryRaw<LineRow[]>(sql`
    SELECT l.description, l.quantity, l.unit_amount, l.net, l.rate_class, b.usage_period, o.po_number, o.subject
      FROM invoice_lines l
      JOIN billable_items b ON b.store_id = l.store_id AND b.id = l.item_id
      JOIN orders o ON o.store_id = l.store_id AND o.id = l.order_id
     WHERE l.store_id = ${storeId} AND l.invoice_id = ${id}
     ORDER BY l.line_no`);
}
