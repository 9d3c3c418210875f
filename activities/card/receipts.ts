import { storeDocument } from '../../books/invoice/documents';
import { recordPayments } from '../../books/receivable/payments';
import { type Instant, type Period, dateOf, periodEnd, periodStart } from '../../domain/calendar';
import { cardCaptured } from '../../domain/ledger/entries';
import { toYen } from '../../domain/money';
import { storeDefaults } from '../../domain/policy';
import type { RateClass } from '../../domain/tax';
import { renderReceipt } from '../../documents/render';
import { contactForm } from '../../domain/support-desks';
import { type Tx, dateIn, dateOut } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { advanceOne } from '../../books/lib/advance';
import { emit } from '../../books/lib/events';
import { openIncident } from '../../books/lib/incidents';
import { post, taxSummary } from '../../books/ledger/journal';
import { takeNumbers } from '../../books/invoice/numbers';
import { sellerOf } from '../../books/invoice/parties';

interface ForInvoice {
  storeId: string;
  at: Instant;
  invoiceId: string;
}

/**
 * Issues the receipt of a card capture. The receipt is also a qualified invoice (適格請求書). The caller passes the transaction that
 * books the capture, so the receipt's number, journal entry, payment and event are written with it or not at all.
 */
export async function issueReceipt(tx: Tx, { storeId, at, invoiceId }: ForInvoice): Promise<void> {
  const where = { storeId_id: { storeId, id: invoiceId } };
  const invoice = await tx.invoice.findUniqueOrThrow({ where, include: { destination: true } });
  if (invoice.status !== 'draft') return;
  const on = dateOf(at);
  const [number] = await takeNumbers(tx, storeId, 'R', on, 1);
  const period = invoice.period;
  const totals = taxSummary(invoice);
  const { companyName, department, person, postalCode, address } = invoice.destination;
  await advanceOne(tx, 'invoice', {
    where: { storeId, id: invoiceId },
    from: 'draft',
    to: 'paid',
    data: {
      number,
      issuedOn: dateIn(on),
      paidOn: dateIn(on),
      recipient: { company: companyName, department, person, postal_code: postalCode, address },
    },
  });
  await post(tx, storeId, keys.journal.sale(invoiceId), cardCaptured(period, totals), invoiceId);
  const amount = toYen(invoice.total);
  const { accountId } = invoice;
  await recordPayments(tx, { storeId, at, accountId }, [
    {
      id: keys.payment.card(invoiceId),
      sourceKey: keys.paymentSource.card(invoiceId),
      source: 'card',
      invoiceId,
      amount,
      paidOn: on,
    },
  ]);
  await emit(tx, {
    storeId,
    key: keys.event.receiptIssued(invoiceId),
    type: 'receipt.issued',
    at,
    accountId: invoice.accountId,
    orderId: invoice.settlementRef,
    invoiceId,
    amount,
    period,
    data: { number, document: `/v1/invoices/${invoiceId}/document` },
  });
}

/** Renders and stores the PDF of the receipt. If the PDF can't be made, opens an incident instead of failing. */
export async function storeReceipt({ db, log }: Deps, { storeId, at, invoiceId }: ForInvoice): Promise<void> {
  const where = { storeId_id: { storeId, id: invoiceId } };
  const invoice = await db.invoice.findUniqueOrThrow({
    where,
    include: {
      invoiceLines: { orderBy: { lineNo: 'asc' } },
      destination: { include: { account: { include: { store: true } } } },
    },
  });
  if (invoice.documentId || !invoice.number) return;
  const { store } = invoice.destination.account;
  const order = await db.order.findUniqueOrThrow({ where: { storeId_id: { storeId, id: invoice.settlementRef } } });
  const charge = await db.cardCharge.findFirst({
    where: { storeId, orderId: order.id, period: invoice.period, status: 'captured' },
  });
  const seller = sellerOf(store);
  const recipient = invoice.recipient!;
  const period = invoice.period;
  const issuedOn = dateOut(invoice.issuedOn!);
  const lines = netLines(invoice.invoiceLines, invoice.taxes, period);
  try {
    const bytes = renderReceipt({
      number: invoice.number,
      issuedOn,
      issuer: seller,
      recipient: { ...recipient, postalCode: recipient.postal_code },
      subject: order.subject,
      poNumber: order.poNumber,
      periodFrom: periodStart(period),
      periodTo: periodEnd(period),
      lines,
      taxes: invoice.taxes.map((t) => ({
        rateClass: t.rate_class,
        percent: t.rate,
        net: t.net,
        tax: t.tax,
      })),
      netTotal: toYen(invoice.net),
      taxTotal: toYen(invoice.tax),
      total: toYen(invoice.total),
      support: contactForm(store.name, seller.contactUrl),
      orderNumber: order.reference ?? order.id,
      paidOn: dateOut(invoice.paidOn!),
      purpose: `${period.slice(0, 4)}年${Number(period.slice(5))}月分 サービス利用料`,
      cardBrand: charge?.brand ?? null,
      descriptor: storeDefaults.cardDescriptor,
    });
    await db.$transaction((tx) =>
      storeDocument(tx, {
        storeId,
        kind: 'receipt',
        origin: 'issued',
        invoiceId,
        revision: 1,
        issuedOn: dateIn(issuedOn),
        amount: invoice.total,
        counterparty: recipient.company,
        contentType: 'application/pdf',
        bytes,
      }),
    );
  } catch (e) {
    log.error({ storeId, invoiceId, err: e }, 'receipt not rendered');
    const failure = e instanceof Error ? e.message : String(e);
    await db.$transaction((tx) =>
      openIncident(tx, {
        storeId,
        id: keys.incident.documentMissing(invoiceId, 1),
        kind: 'document_missing',
        at,
        detail: { failure },
      }),
    );
  }
}

/**
 * The lines of the receipt with amounts before tax. The net amount of a tax rate is the tax-inclusive sum of its lines less the
 * tax in it, which is rounded once. So it may differ by a few yen from the sum of the lines' net amounts. The last line of the
 * rate is printed with this difference added, so that the printed sums agree.
 */
function netLines(
  lines: { description: string; quantity: number; unitAmount: bigint; net: bigint; rateClass: RateClass }[],
  taxes: PrismaJson.RateTotal[],
  period: Period,
) {
  const printed = lines.map((line) => ({
    description: line.description,
    periodFrom: periodStart(period),
    periodTo: periodEnd(period),
    quantity: line.quantity,
    unitPrice: Number(toYen(line.unitAmount)),
    amount: Number(toYen(line.net)),
    rateClass: line.rateClass,
  }));
  for (const { rate_class, net } of taxes) {
    const ofRate = printed.filter((line) => line.rateClass === rate_class);
    const missing = net - ofRate.reduce((sum, line) => sum + line.amount, 0);
    const last = ofRate.at(-1);
    if (last && missing !== 0) last.amount += missing;
  }
  return printed;
}
