import { type Period, businessDayOnOrAfter, dateOf } from '../domain/calendar';
import { type DebitResultCode, debitResults, parseDebitResultCode, rebillDueOn } from '../domain/direct-debit/rules';
import type { IncidentKind } from '../domain/incidents';
import { paymentReceived } from '../domain/ledger/entries';
import { toYen } from '../domain/money';
import type { MailData } from '../documents/mails';
import { type Tx, dateIn, instantIn, sql } from '../prisma/db';
import type { ForDebitRun } from '../workflows/contracts/activities';
import { workflowIds } from '../workflows/contracts/ids';
import { emit, enqueue, openIncident, queueMail } from './facts';
import { post } from './journal';
import { settleInvoice } from './news';
import { sellerOf } from './seller';

/** Who issues, and is owed, what is settled by NP (P3, P6). */
const NP_NAME = '株式会社ネットプロテクションズ';

/** An invoice that could not be debited. */
export interface Rebilled {
  invoice_id: string;
  account_id: string;
  destination_id: string;
  period: Period;
  settlement: 'np' | 'in_house';
  number: string;
  revision: number;
  /** Yen with tax that are to be paid by transfer now. */
  amount: bigint;
}

/** A debit with its invoice, locked. */
interface Debit extends Rebilled {
  key: string;
  status: 'requested' | 'succeeded' | 'failed';
  code: string | null;
  invoice_status: string;
}

/** Books what became of one debit, once. What fits no debit, or contradicts what is booked, is an incident for finance. */
export async function bookResult(tx: Tx, input: ForDebitRun, key: string, reported: string): Promise<void> {
  const { storeId } = input;
  const [debit] = await tx.$queryRaw<Debit[]>(sql`
    SELECT d.key, d.status, d.code, d.amount, d.invoice_id, i.status AS invoice_status, i.account_id, i.destination_id,
           i.period, i.settlement, i.number, i.revision
      FROM debits d JOIN invoices i ON i.store_id = d.store_id AND i.id = d.invoice_id
     WHERE d.store_id = ${storeId} AND d.key = ${key}
       FOR UPDATE`);
  const code = parseDebitResultCode(reported);
  if (!debit) return puzzled(tx, input, 'unknown_debit', key, reported);
  if (code === null) return puzzled(tx, input, 'unknown_debit_code', key, reported);
  if (debit.status !== 'requested') {
    if (debit.code !== code) await puzzled(tx, input, 'debit_result_differs', key, reported);
    return;
  }
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
  const amount = toYen(debit.amount);
  await tx.payment.create({
    data: {
      storeId,
      id: `pay_${key}`,
      sourceKey: key,
      source: 'direct_debit',
      accountId,
      invoiceId,
      amount: debit.amount,
      paidOn: dateIn(debitOn),
      knownAt: instantIn(at),
    },
  });
  // What a buyer pays to NP is no journal of ours.
  if (debit.settlement === 'in_house')
    await post(tx, storeId, `payment/${key}`, paymentReceived(debitOn, amount), invoiceId);
  await emit(tx, {
    ...factOf(debit, storeId, at),
    key: `debit.succeeded/${key}`,
    type: 'debit.succeeded',
    data: { code: 0 },
  });
  if (debit.invoice_status === 'issued') await settleInvoice(tx, { storeId, at, invoiceId, paidOn: debitOn });
  else await puzzled(tx, input, 'paid_twice', key, '0');
}

/** The same invoice is billed again by transfer, due at the end of the month in which the failure is known (DESIGN §5). */
async function bookFailed(tx: Tx, input: ForDebitRun, debit: Debit, code: DebitResultCode): Promise<void> {
  const { storeId, at } = input;
  const { label, keepsMandate } = debitResults[code];
  const fact = factOf(debit, storeId, at);
  await emit(tx, {
    ...fact,
    key: `debit.failed/${debit.key}`,
    type: 'debit.failed',
    data: { code: Number(code), reason: label },
  });
  if (debit.invoice_status === 'issued') await rebill(tx, input, debit, label, `debit.failed/${debit.key}`);
  if (!keepsMandate) await tellMandateEnded(tx, input, debit, code);
}

/** @param cause key of the fact that it follows from, by which its mail is sent once */
export async function rebill(
  tx: Tx,
  input: ForDebitRun,
  debit: Rebilled,
  reason: string,
  cause: string,
): Promise<void> {
  const { storeId, at, debitOn } = input;
  const { number, invoice_id: invoiceId, account_id: accountId } = debit;
  const revision = debit.revision + 1;
  const dueOn = rebillDueOn(dateOf(at));
  await tx.invoice.update({
    where: { storeId_id: { storeId, id: invoiceId } },
    data: {
      revision,
      method: 'bank_transfer',
      kind: 'invoice',
      dueOn: dateIn(dueOn),
      payUntil: dateIn(businessDayOnOrAfter(dueOn)),
      debitOn: null,
      revisedOn: dateIn(dateOf(at)),
      documentId: null,
    },
  });
  await emit(tx, {
    ...factOf(debit, storeId, at),
    key: `invoice.rebilled/${invoiceId}/${revision}`,
    type: 'invoice.rebilled',
    data: { number, revision, due_on: dueOn },
  });
  const where = { storeId_id: { storeId, id: debit.destination_id } };
  const { emailTo, emailCc } = await tx.billingDestination.findUniqueOrThrow({ where });
  const store = await tx.store.findUniqueOrThrow({ where: { id: storeId } });
  const issuer = debit.settlement === 'np' ? NP_NAME : sellerOf(store).name;
  const data: MailData['debit-failed'] = {
    invoice: { number, issuer, total: toYen(debit.amount) },
    attached: debit.settlement === 'in_house',
    debitOn,
    reason,
    dueOn,
  };
  await queueMail(tx, {
    storeId,
    event: cause,
    template: 'debit-failed',
    at,
    accountId,
    invoiceId,
    to: [emailTo, ...emailCc],
    data,
  });
}

/** No account, no form at the bank, or refused for another reason: the next month is paid by transfer. */
async function tellMandateEnded(tx: Tx, { storeId, at }: ForDebitRun, debit: Debit, code: string): Promise<void> {
  const mandate = await tx.directDebit.findFirst({
    where: { storeId, destinationId: debit.destination_id, status: 'active' },
  });
  if (!mandate) return;
  await enqueue(tx, {
    storeId,
    id: `mandate-ended/${debit.key}`,
    kind: 'signal',
    target: workflowIds.directDebit(mandate.id),
    name: 'mandateEnded',
    payload: { code },
    at,
  });
}

function factOf(debit: Rebilled, storeId: string, at: ForDebitRun['at']) {
  const { account_id: accountId, invoice_id: invoiceId, period } = debit;
  return { storeId, at, accountId, invoiceId, amount: toYen(debit.amount), period };
}

/** What a person has to look at; the rest is booked. */
export function puzzled(
  tx: Tx,
  { storeId, nominal, at }: Pick<ForDebitRun, 'storeId' | 'nominal' | 'at'>,
  kind: IncidentKind,
  key: string,
  code: string,
): Promise<void> {
  return openIncident(tx, {
    storeId,
    id: `${kind}/${key}/${code}`,
    kind,
    at,
    workflowId: workflowIds.debitRun(storeId, nominal),
    detail: { key, code },
  });
}
