import type { Instant, JstDate, Period } from '../../domain/calendar';
import { toYen } from '../../domain/money';
import { type Tx, dateIn, sql } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';
import { advanceOne } from '../lib/advance';
import { emit } from '../lib/events';
import { owed } from '../lib/sql';

interface Settled {
  account_id: string;
  status: string;
  total: bigint;
  number: string;
  period: Period;
}

/** If an issued invoice is paid in full, marks it as paid and emits `invoice.paid`. */
export async function settleInvoice(
  tx: Tx,
  { storeId, at, invoiceId, paidOn }: { storeId: string; at: Instant; invoiceId: string; paidOn: JstDate },
): Promise<void> {
  // The lock and the sum are two statements. A single one would sum the payments as they were before it waited for the lock.
  const [invoice] = await tx.$queryRaw<Settled[]>(sql`
    SELECT account_id, status, total, number, period FROM invoices
     WHERE store_id = ${storeId} AND id = ${invoiceId} FOR UPDATE`);
  if (!invoice || invoice.status !== 'issued') return;
  const [{ left }] = await tx.$queryRaw<[{ left: bigint }]>(
    sql`SELECT ${owed} AS left FROM invoices i WHERE i.store_id = ${storeId} AND i.id = ${invoiceId}`,
  );
  if (left > 0n) return;
  const reversals = await tx.payment.count({ where: { storeId, invoiceId, amount: { lt: 0 } } });
  await advanceOne(tx, 'invoice', {
    where: { storeId, id: invoiceId },
    from: 'issued',
    to: 'paid',
    data: { paidOn: dateIn(paidOn) },
  });
  await emit(tx, {
    storeId,
    key: keys.event.invoicePaid(invoiceId, reversals),
    type: 'invoice.paid',
    at,
    accountId: invoice.account_id,
    invoiceId,
    amount: toYen(invoice.total),
    period: invoice.period,
    data: { number: invoice.number, paid_on: paidOn },
  });
}
