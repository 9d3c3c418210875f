import { renderTypst } from './typst';
import type { DebitNoticeData, InvoiceData, NpBillData, QualifiedInvoiceData, ReceiptData } from './shapes';

/**
 * Thrown when the amounts of a document do not add up. The document is then not drawn, because a wrong total must never reach a
 * buyer.
 */
export class DocumentSumError extends Error {
  override readonly name = 'DocumentSumError';
}

const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);

function mustEqual(number: string, field: string, printed: number, computed: number): void {
  if (printed !== computed)
    throw new DocumentSumError(`${number}: ${field} is ${printed}, but its parts make ${computed}`);
}

function checkSums({ number, lines, taxes, netTotal, taxTotal, total }: QualifiedInvoiceData): void {
  mustEqual(number, 'netTotal', netTotal, sum(lines.map((line) => line.amount)));
  mustEqual(number, 'taxTotal', taxTotal, sum(taxes.map((row) => row.tax)));
  mustEqual(number, 'total', total, netTotal + taxTotal);
  for (const { rateClass, net } of taxes) {
    mustEqual(
      number,
      `net of ${rateClass}`,
      net,
      sum(lines.filter((l) => l.rateClass === rateClass).map((l) => l.amount)),
    );
  }
  mustEqual(number, 'netTotal', netTotal, sum(taxes.map((row) => row.net)));
}

/** @throws DocumentSumError, MissingGlyphError */
export function renderReceipt(data: ReceiptData): Uint8Array {
  checkSums(data);
  return renderTypst('receipt', data);
}

/** @throws DocumentSumError, MissingGlyphError */
export function renderInvoice(data: InvoiceData): Uint8Array {
  checkSums(data);
  return renderTypst('invoice', data);
}

/** @throws DocumentSumError, MissingGlyphError */
export function renderDebitNotice(data: DebitNoticeData): Uint8Array {
  checkSums(data);
  return renderTypst('debit-notice', data);
}

/** @throws DocumentSumError, MissingGlyphError */
export function renderNpBill(data: NpBillData): Uint8Array {
  mustEqual(data.number, 'total', data.total, sum(data.transactions.map((transaction) => transaction.amount)));
  mustEqual(data.number, 'total', data.total, sum(data.taxes.map((row) => row.total)));
  return renderTypst('np-invoice', data);
}
