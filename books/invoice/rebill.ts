import { type Instant, type JstDate, type Period, businessDayOnOrAfter, dateOf } from '../../domain/calendar';
import { rebillDueOn } from '../../domain/direct-debit/rules';
import { toYen } from '../../domain/money';
import type { MailData } from '../../documents/mails';
import { type Tx, dateIn } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';
import { emit } from '../lib/events';
import { queueMail } from '../lib/mails';
import { sellerOf } from './parties';

/** The credit provider NP掛け払い (NP), which issues the bills of stores that settle through it (docs/store.md P3, P6). */
const NP_NAME = '株式会社ネットプロテクションズ';

/** An invoice that was to be paid by a debit. */
export interface Rebilled {
  invoice_id: string;
  account_id: string;
  destination_id: string;
  period: Period;
  settlement: 'np' | 'in_house';
  number: string;
  revision: number;
  /** The amount of the debit, or the amount to be paid by transfer instead. Yen with tax. */
  amount: bigint;
}

/**
 * Bills an invoice again by transfer: makes it the next revision of the same number, due at the end of the month of `at`, and
 * queues a mail to the buyer.
 * @param reason why it could not be debited, as the mail says it
 * @param cause key of the fact that causes the new bill; one mail is sent per fact
 */
export async function rebill(
  tx: Tx,
  input: { storeId: string; at: Instant; debitOn: JstDate },
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
    ...debitFact(debit, storeId, at),
    key: keys.event.invoiceRebilled(invoiceId, revision),
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

export function debitFact(debit: Rebilled, storeId: string, at: Instant) {
  const { account_id: accountId, invoice_id: invoiceId, period } = debit;
  return { storeId, at, accountId, invoiceId, amount: toYen(debit.amount), period };
}
