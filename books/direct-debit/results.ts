import { type DebitResultCode, debitResults, parseDebitResultCode } from '../../domain/direct-debit/rules';
import { paymentReceived } from '../../domain/ledger/entries';
import { type Yen, sumYen, toYen } from '../../domain/money';
import { matchDeposit } from '../../domain/receivable/matching';
import { type Tx, sql } from '../../prisma/db';
import type { ForDebitRun } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { openDebitIncident } from './incidents';
import { emit } from '../lib/events';
import { send } from '../lib/outbox';
import { post } from '../ledger/journal';
import { type Rebilled, debitFact, rebill } from '../invoice/rebill';
import { resolveIncident } from '../lib/incidents';
import { recordPayments } from '../receivable/payments';
import { settleInvoice } from '../receivable/settle';
import { owed } from '../lib/sql';

/** A debit with its invoice; both rows are locked. */
interface Debit extends Rebilled {
  key: string;
  status: 'requested' | 'succeeded' | 'failed';
  code: string | null;
  invoice_status: string;
}

/** Books the result of one debit, once. An unknown code, or a code other than the booked one, opens an incident for finance. */
export async function bookResult(tx: Tx, input: ForDebitRun, key: string, reported: string): Promise<void> {
  const { storeId } = input;
  const [debit] = await tx.$queryRaw<Debit[]>(sql`
    SELECT d.key, d.status, d.code, d.amount, d.invoice_id, i.status AS invoice_status, i.account_id, i.destination_id,
           i.period, i.settlement, i.number, i.revision
      FROM debits d JOIN invoices i ON i.store_id = d.store_id AND i.id = d.invoice_id
     WHERE d.store_id = ${storeId} AND d.key = ${key}
       FOR UPDATE`);
  const code = parseDebitResultCode(reported);
  // The API and books/np-news.ts, from which results come, have checked that the debit exists.
  if (!debit) throw new Error(`no debit ${key}`);
  if (debit.status !== 'requested') {
    if (debit.code !== reported) await openDebitIncident(tx, input, 'debit_result_differs', key, reported);
    return;
  }
  if (code === null) return openDebitIncident(tx, input, 'unknown_debit_code', key, reported);
  await resolveIncident(
    tx,
    input,
    { startsWith: keys.incident.debit('unknown_debit_code', key, '') },
    `booked with ${code}`,
  );
  const { paid } = debitResults[code];
  await tx.debit.update({
    where: { storeId_key: { storeId, key } },
    data: { status: paid ? 'succeeded' : 'failed', code },
  });
  if (paid) await bookSucceeded(tx, input, debit);
  else await bookFailed(tx, input, debit, code);
}

async function bookSucceeded(tx: Tx, input: ForDebitRun, debit: Debit): Promise<void> {
  const { storeId, at, debitOn } = input;
  const { key, invoice_id: invoiceId, account_id: accountId } = debit;
  const inHouse = debit.settlement === 'in_house';
  const { matched, over } = await matchedWith(tx, storeId, debit);
  // A debit that the credit provider NP掛け払い (NP) collects gets no journal entry, because the claim is NP's. It is recorded in
  // full even if it is more than the buyer owes, because NP sorts that out.
  const amount = inHouse ? matched : toYen(debit.amount);
  if (amount > 0)
    await recordPayments(tx, { storeId, at, accountId }, [
      { id: keys.payment.debit(key), sourceKey: key, source: 'direct_debit', invoiceId, amount, paidOn: debitOn },
    ]);
  if (inHouse) await post(tx, storeId, keys.journal.payment(key), paymentReceived(debitOn, matched, over), invoiceId);
  await emit(tx, {
    ...debitFact(debit, storeId, at),
    key: keys.event.debitSucceeded(key),
    type: 'debit.succeeded',
    data: { code: 0 },
  });
  await settleInvoice(tx, { storeId, at, invoiceId, paidOn: debitOn });
  if (over > 0) await openDebitIncident(tx, input, 'paid_twice', key, '0');
}

/** Splits a debit: `matched` pays what the invoice still owes; `over` is too much, because the buyer also paid in another way. */
async function matchedWith(tx: Tx, storeId: string, debit: Debit): Promise<{ matched: Yen; over: Yen }> {
  const { invoice_id: invoiceId, invoice_status: status, amount } = debit;
  const [{ left }] = await tx.$queryRaw<[{ left: bigint }]>(
    sql`SELECT ${owed} AS left FROM invoices i WHERE i.store_id = ${storeId} AND i.id = ${invoiceId}`,
  );
  const { parts, over } = matchDeposit(toYen(amount), [{ invoiceId, owed: toYen(status === 'issued' ? left : 0n) }]);
  return { matched: sumYen(parts.map((part) => part.amount)), over };
}

/** Records a failed debit and bills the open amount again by transfer. Also ends the mandate if the code demands it. */
async function bookFailed(tx: Tx, input: ForDebitRun, debit: Debit, code: DebitResultCode): Promise<void> {
  const { storeId, at } = input;
  const { label, keepsMandate } = debitResults[code];
  const fact = debitFact(debit, storeId, at);
  await emit(tx, {
    ...fact,
    key: keys.event.debitFailed(debit.key),
    type: 'debit.failed',
    data: { code: Number(code), reason: label },
  });
  if (debit.invoice_status === 'issued') {
    // Bills only the amount that is still open: the buyer may have paid since the debit was requested.
    const { matched } = await matchedWith(tx, storeId, debit);
    await rebill(tx, input, { ...debit, amount: BigInt(matched) }, label, keys.event.debitFailed(debit.key));
  }
  if (!keepsMandate) await signalMandateEnded(tx, input, debit, code);
}

/**
 * Queues a Temporal signal to the mandate's workflow: the mandate has ended, because the bank does not know the account, has no
 * application form, or refuses for another reason. The buyer pays later months by transfer.
 */
async function signalMandateEnded(tx: Tx, { storeId, at }: ForDebitRun, debit: Debit, code: string): Promise<void> {
  const mandate = await tx.directDebit.findFirst({
    where: { storeId, destinationId: debit.destination_id, status: 'active' },
  });
  if (!mandate) return;
  await send(tx, {
    storeId,
    id: keys.message.mandateEnded(debit.key),
    to: workflowIds.directDebit(mandate.id),
    name: 'mandateEnded',
    payload: { code },
    at,
  });
}
