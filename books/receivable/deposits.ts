import { type Instant, type JstDate, type Period, dateOf, periodStart } from '../../domain/calendar';
import { debitCollectOn } from '../../domain/close/terms';
import { paymentReceived, reversalOf } from '../../domain/ledger/entries';
import { type Yen, negate, subtractYen, toYen } from '../../domain/money';
import { matchDeposit } from '../../domain/receivable/matching';
import { type Result, ok, refuse } from '../../domain/refusal';
import type { Deposit, Payment, Prisma } from '../../generated/prisma/client';
import { type Tx, dateIn, dateOut, instantIn, sql } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';
import { rebill } from '../invoice/rebill';
import { advanceOne } from '../lib/advance';
import { emit } from '../lib/events';
import { openIncident, resolveIncident } from '../lib/incidents';
import { type NewPayment, recordPayments } from './payments';
import { postAll } from '../ledger/journal';
import { settleInvoice } from './settle';
import { owed } from '../lib/sql';

interface Fact {
  storeId: string;
  at: Instant;
}

/** Money that arrived in the store's own bank account, as finance enters it or a file reports it. */
export interface NewDeposit {
  id: string;
  /** Yen that arrived, more than zero. */
  amount: Yen;
  paidOn: JstDate;
  /** The invoices that it pays, in this order; at least one. */
  invoiceNumbers: readonly string[];
  /** The bank's text (摘要). A deposit that has a text and equals an earlier one in all members but `id` is the same deposit. */
  reference: string | null;
}

interface NamedInvoice {
  id: string;
  account_id: string;
  destination_id: string;
  settlement: 'np' | 'in_house' | 'card';
  method: string;
  status: string;
  revision: number;
  number: string;
  debit_on: Date | null;
  period: Period;
  owed: bigint;
}

/**
 * Books a deposit: its payment of each invoice, its journal entry and its events. Money above what the invoices owe is booked as
 * a suspense receipt (仮受金) and opens an incident.
 * @returns the deposit's id; `known` is true if the same deposit was entered before. Refused unknown_invoice, invoice_not_own,
 *   invoice_not_payable, invoices_of_two_accounts, invalid_date; each names the wrong member of the deposit
 */
export async function bookDeposit(
  tx: Tx,
  fact: Fact,
  deposit: NewDeposit,
): Promise<Result<{ id: string; known: boolean }>> {
  const { storeId, at } = fact;
  const { id, amount, paidOn, invoiceNumbers, reference } = deposit;
  await lockDeposits(tx, storeId);
  const named = await namedInvoices(tx, storeId, invoiceNumbers);
  if (!named.ok) return named;
  const invoices = named.value;
  const accountId = invoices[0]!.account_id;
  // Nobody pays for a month before it has begun, so an earlier date is a typing error.
  const earliest = invoices.map(({ period }) => periodStart(period)).sort()[0]!;
  if (paidOn < earliest || paidOn > dateOf(at))
    return refuse('invalid_date', { field: ['paidOn'], params: { earliest, latest: dateOf(at) } });
  const existing = reference === null ? null : await existingDeposit(tx, storeId, deposit, accountId);
  if (existing) return ok({ id: existing.id, known: true });
  const toPay = invoices.map((invoice) => ({ invoiceId: invoice.id, owed: toYen(invoice.owed) }));
  const { parts, over } = matchDeposit(amount, toPay);
  const row = {
    storeId,
    id,
    reference,
    accountId,
    invoiceNumbers: [...invoiceNumbers],
    paidOn: dateIn(paidOn),
    at: instantIn(at),
  };
  await tx.deposit.create({ data: { ...row, amount: BigInt(amount), over: BigInt(over) } });
  await recordPayments(
    tx,
    { ...fact, accountId },
    parts.map((part) => paymentOf(deposit, part)),
  );
  const invoiceId = parts.length === 1 ? parts[0]!.invoiceId : null;
  const entry = paymentReceived(paidOn, subtractYen(amount, over), over);
  await postAll(tx, storeId, [{ id: keys.journal.payment(id), entry, invoiceId, accountId }]);
  for (const part of parts) {
    const invoice = invoices.find((each) => each.id === part.invoiceId)!;
    await emit(tx, {
      ...aboutInvoice(fact, invoice),
      key: keys.event.paymentReceived(id, invoice.id),
      type: 'payment.received',
      amount: part.amount,
      data: { number: invoice.number, paid_on: paidOn, left: Number(invoice.owed) - part.amount },
    });
    await settleInvoice(tx, { storeId, at, invoiceId: invoice.id, paidOn });
  }
  if (over > 0)
    await openIncident(tx, {
      storeId,
      id: keys.incident.overpaid(id),
      kind: 'overpaid',
      at,
      detail: { deposit: id, account: accountId, amount, over },
    });
  return ok({ id, known: false });
}

/**
 * Reverses a deposit that was entered wrongly: books the opposite amounts, dated the day of the reversal. The invoices that the
 * deposit had paid are then owed again.
 * @param id of the new deposit row that reverses the wrong one
 * @returns refused deposit_already_reversed
 */
export async function reverseDeposit(
  tx: Tx,
  fact: Fact,
  deposit: Deposit & { payments: Payment[] },
  id: string,
): Promise<Result<{ id: string }>> {
  const { storeId, at } = fact;
  await lockDeposits(tx, storeId);
  const reversal = await tx.deposit.findUnique({ where: { storeId_reverses: { storeId, reverses: deposit.id } } });
  if (reversal || deposit.reverses !== null) return refuse('deposit_already_reversed');
  const { accountId, amount, over } = deposit;
  const paidOn = dateOf(at);
  await tx.deposit.create({
    data: {
      storeId,
      id,
      accountId,
      amount: -amount,
      over: -over,
      paidOn: dateIn(paidOn),
      reverses: deposit.id,
      at: instantIn(at),
    },
  });
  const back = deposit.payments.map(({ invoiceId, amount }) => ({ invoiceId, amount: negate(toYen(amount)) }));
  await recordPayments(
    tx,
    { ...fact, accountId },
    back.map((part) => paymentOf({ id, paidOn }, part)),
  );
  const entry = paymentReceived(dateOut(deposit.paidOn), toYen(amount - over), toYen(over));
  await postAll(tx, storeId, [
    {
      id: keys.journal.payment(id),
      entry: reversalOf(entry, paidOn),
      invoiceId: back.length === 1 ? back[0]!.invoiceId : null,
      accountId,
      reverses: keys.journal.payment(deposit.id),
    },
  ]);
  for (const part of back) await oweAgain(tx, fact, id, part);
  await resolveIncident(tx, fact, keys.incident.overpaid(deposit.id), 'reversed');
  return ok({ id });
}

async function oweAgain(tx: Tx, fact: Fact, id: string, part: { invoiceId: string; amount: Yen }): Promise<void> {
  const { storeId } = fact;
  const [invoice] = await lockInvoices(tx, storeId, sql`i.id = ${part.invoiceId}`);
  const left = toYen(invoice!.owed);
  if (invoice!.status === 'paid' && left > 0)
    await advanceOne(tx, 'invoice', {
      where: { storeId, id: invoice!.id },
      from: 'paid',
      to: 'issued',
      data: { paidOn: null },
    });
  if (left > 0) await billByTransfer(tx, fact, invoice!, left);
  await emit(tx, {
    ...aboutInvoice(fact, invoice!),
    key: keys.event.paymentReversed(id, invoice!.id),
    type: 'payment.reversed',
    amount: negate(part.amount),
    data: { number: invoice!.number, left },
  });
}

/** Bills a debit notice by transfer if its debit day is over and no debit is under way: no debit will collect it any more. */
async function billByTransfer(tx: Tx, { storeId, at }: Fact, invoice: NamedInvoice, left: Yen): Promise<void> {
  if (invoice.method !== 'direct_debit' || !invoice.debit_on) return;
  const debitOn = dateOut(invoice.debit_on);
  if (dateOf(at) < debitCollectOn(debitOn)) return;
  const { id, settlement } = invoice;
  if ((await tx.debit.count({ where: { storeId, invoiceId: id, status: 'requested' } })) > 0) return;
  const owed = { ...invoice, invoice_id: id, settlement: settlement as 'in_house', amount: BigInt(left) };
  await rebill(tx, { storeId, at, debitOn }, owed, '入金の取消', keys.reported.paymentReversed(id, invoice.revision));
}

/** Makes other deposits of the store wait until this transaction ends, so that each sees those that were booked before it. */
async function lockDeposits(tx: Tx, storeId: string): Promise<void> {
  await tx.$executeRaw(sql`SELECT pg_advisory_xact_lock(hashtextextended(${keys.lock.deposits(storeId)}, 0))`);
}

/** Finds the same deposit, entered before and not reversed. Its text (摘要) is not enough: it is often only the payer's name. */
function existingDeposit(
  tx: Tx,
  storeId: string,
  { reference, amount, paidOn, invoiceNumbers }: NewDeposit,
  accountId: string,
): Promise<Deposit | null> {
  return tx.deposit.findFirst({
    where: {
      storeId,
      reference,
      accountId,
      amount: BigInt(amount),
      paidOn: dateIn(paidOn),
      invoiceNumbers: { equals: [...invoiceNumbers] },
      reversal: { is: null },
    },
  });
}

/** Locks and returns the invoices with these numbers, in the order of the numbers. Refuses invoices that a deposit cannot pay. */
async function namedInvoices(tx: Tx, storeId: string, numbers: readonly string[]): Promise<Result<NamedInvoice[]>> {
  const rows = await lockInvoices(tx, storeId, sql`i.number = ANY(${[...numbers]})`);
  const invoices: NamedInvoice[] = [];
  for (const [i, number] of numbers.entries()) {
    const field = ['invoiceNumbers', i];
    const invoice = rows.find((row) => row.number === number);
    if (!invoice) return refuse('unknown_invoice', { field });
    if (invoice.settlement !== 'in_house') return refuse('invoice_not_own', { field });
    if (invoice.status !== 'issued' && invoice.status !== 'paid')
      return refuse('invoice_not_payable', { field, params: { state: invoice.status } });
    if (invoice.account_id !== (invoices[0] ?? invoice).account_id)
      return refuse('invoices_of_two_accounts', { field });
    if (!invoices.includes(invoice)) invoices.push(invoice);
  }
  return ok(invoices);
}

/**
 * Locks invoices, then reads them with their open amounts. A single statement would sum the payments as they were before it
 * waited for the lock.
 */
async function lockInvoices(tx: Tx, storeId: string, which: Prisma.Sql): Promise<NamedInvoice[]> {
  await tx.$executeRaw(
    sql`SELECT 1 FROM invoices i WHERE i.store_id = ${storeId} AND ${which} ORDER BY i.id FOR UPDATE`,
  );
  return tx.$queryRaw<NamedInvoice[]>(sql`
    SELECT i.id, i.account_id, i.destination_id, i.settlement, i.method, i.status, i.revision, i.number, i.period, i.debit_on,
           ${owed} AS owed
      FROM invoices i WHERE i.store_id = ${storeId} AND ${which} ORDER BY i.id`);
}

function paymentOf(
  { id, paidOn }: Pick<NewDeposit, 'id' | 'paidOn'>,
  { invoiceId, amount }: { invoiceId: string; amount: Yen },
): NewPayment {
  return {
    id: keys.payment.deposit(id, invoiceId),
    sourceKey: keys.paymentSource.deposit(id, invoiceId),
    source: 'manual',
    invoiceId,
    amount,
    paidOn,
    depositId: id,
  };
}

function aboutInvoice({ storeId, at }: Fact, invoice: NamedInvoice) {
  return { storeId, at, accountId: invoice.account_id, invoiceId: invoice.id, period: invoice.period };
}
