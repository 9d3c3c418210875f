import { type JstDate, type Period, parsePeriod } from '../../domain/calendar';
import type { IncidentKind } from '../../domain/incidents';
import type { EventType } from './events';

/*
 * Every business key of an effect is built here, nowhere else. Keys survive retries, replays, continue-as-new and restored
 * databases, so that the same effect is recognised however often it is attempted. Stored rows and recorded histories hold these
 * strings: test/contracts/keys.test.ts lists each of them, and a changed one is a new effect.
 */

/** A call to a provider, in `gateway_calls`. The incident of a call that failed for good mostly has the call's key as its id. */
const call = {
  npTransaction: (orderId: string, period: Period, n: number) => `np-txn/${orderId}/${period}/${n}`,
  npCancellation: (orderId: string) => `np-cancel/${orderId}`,
  /** A destination is registered as a buyer once. */
  npBuyer: (destinationId: string) => `np-buyer/${destinationId}`,
  /** Each later application is a decision of its own. */
  npApplication: (destinationId: string, cause: string) => `np-buyer/${destinationId}/${cause}`,
  npBilling: (period: Period, first: string, last: string) => `np-bill/${period}/${first}..${last}`,
  npDirectDebitActive: (directDebitId: string) => `np-direct-debit/${directDebitId}/active`,
  npDirectDebitEnded: (directDebitId: string) => `np-direct-debit/${directDebitId}/ended`,
  cardAuthentication: (authenticationRef: string) => `card-3ds/${authenticationRef}`,
  cardAuthorisation: (orderId: string, period: Period, n: number) => `card-auth/${orderId}/${period}/${n}`,
  /** A step after an authorisation. */
  cardStep: (authorisation: string, step: 'commit' | 'capture') => `${authorisation}/${step}`,
  cardSaving: (authenticationRef: string) => `card-save/${authenticationRef}`,
  mail: (storeId: string, mailKey: string) => `${storeId}/${mailKey}`,
};

/** A write that is done once, in `once`. */
const once = {
  orderStep: (orderId: string, step: string) => `order/${orderId}/${step}`,
  directDebitStep: (directDebitId: string, step: string) => `direct-debit/${directDebitId}/${step}`,
  buyerScreened: (destinationId: string, cause: string) => `buyer/${destinationId}/${cause}`,
  buyerNews: (destinationId: string, eventId: string) => `buyer/${destinationId}/news/${eventId}`,
  guaranteeChanged: (destinationId: string, cause: string) => `guarantee/${destinationId}/${cause}`,
  cardDeclined: (orderId: string, period: Period, n: number) => `card-declined/${orderId}/${period}/${n}`,
  cardAttempt: (orderId: string, period: Period, cause: string) => `card-attempt/${orderId}/${period}/${cause}`,
};

/** A step of an order or a mandate that it may take more than once; part of the keys of its writes and events. */
const step = {
  hold: (n: number) => `hold/${n}`,
  held: (n: number) => `held/${n}`,
  release: (messageId: string) => `release/${messageId}`,
  credit: (period: Period, n: number) => `credit/${period}/${n}`,
  cancel: (messageId: string) => `cancel/${messageId}`,
  atRisk: (cause: string) => `at-risk/${cause}`,
  billInHouse: (messageId: string) => `bill-in-house/${messageId}`,
  suspend: (cause: string) => `suspend/${cause}`,
  suspended: (cause: string) => `suspended/${cause}`,
  resume: (cause: string) => `resume/${cause}`,
  resumed: (cause: string) => `resumed/${cause}`,
  reminder: (postedOn: JstDate, nth: number) => `${postedOn}/${nth}`,
  late: (expectedOn: JstDate) => `late/${expectedOn}`,
};

/** A workflow's own reason for a step, where no message is the cause. */
const cause = {
  cardRetry: (retry: number) => `retry/${retry}`,
  /** The other months are charged after this one was paid. */
  cardPaid: (period: Period) => `after/${period}`,
  cardExhausted: (period: Period) => `card/${period}`,
  monthRefused: (period: Period) => `month/${period}`,
  riskUndecided: (until: JstDate) => `at_risk/${until}`,
};

/** A row of `dispatch`. */
const message = {
  start: (workflowId: string) => `start/${workflowId}`,
  /** `unique`: each command is a decision of its own. */
  command: (workflowId: string, name: string, unique: string) => `${workflowId}/${name}/${unique}`,
  /** `unique`: a buyer who came back from 3-D Secure too early comes back again. */
  cardReturned: (authenticationRef: string, unique: string) => `cardReturned/${authenticationRef}/${unique}`,
  clear: (destinationId: string, orderId: string) => `clear/${destinationId}/${orderId}`,
  buyerDecided: (cause: string, orderId: string) => `buyer-decided/${cause}/${orderId}`,
  chargeDeclined: (orderId: string, period: Period) => `charge-declined/${orderId}/${period}`,
  monthAtRisk: (orderId: string, period: Period) => `at-risk/${orderId}/${period}/1`,
  comingMonthAtRisk: (orderId: string, cause: string) => `at-risk/${orderId}/${cause}`,
  mandateEnded: (debit: string) => `mandate-ended/${debit}`,
  /** To the workflow that a provider's news is for; the incident of news not understood has the same id. */
  news: (eventId: string) => `news/${eventId}`,
  providerNews: (eventId: string) => `provider-news/${eventId}`,
  providerNewsAgain: (eventId: string) => `provider-news/${eventId}/again`,
  alarm: (id: string) => `alarm/${id}`,
};

/** An event of GET /v1/events. */
const event = {
  order: (type: EventType, orderId: string, step: string) => `${type}/${orderId}/${step}`,
  directDebit: (type: EventType, directDebitId: string, step: string) => `${type}/${directDebitId}/${step}`,
  directDebitRequested: (directDebitId: string) => `direct_debit.requested/${directDebitId}`,
  cancellationPreviewed: (orderId: string, on: JstDate, endsOn: JstDate) =>
    `cancellation.previewed/${orderId}/${on}/${endsOn}`,
  guaranteeChanged: (destinationId: string, cause: string) => `guarantee.changed/${destinationId}/${cause}`,
  closeDrafted: (invoiceId: string) => `close.drafted/${invoiceId}`,
  billingRequested: (invoiceId: string) => `billing.requested/${invoiceId}`,
  /** @param kind `invoice` or `debit_notice` */
  issued: (kind: string, invoiceId: string, revision: number | string) => `${kind}.issued/${invoiceId}/${revision}`,
  receiptIssued: (invoiceId: string) => `receipt.issued/${invoiceId}`,
  debitSucceeded: (debit: string) => `debit.succeeded/${debit}`,
  debitFailed: (debit: string) => `debit.failed/${debit}`,
  invoiceRebilled: (invoiceId: string, revision: number) => `invoice.rebilled/${invoiceId}/${revision}`,
  /** An invoice that is paid again after a reversed deposit gets a second event. */
  invoicePaid: (invoiceId: string, reversals: number) =>
    `invoice.paid/${invoiceId}${reversals > 0 ? `/${reversals + 1}` : ''}`,
  paymentReceived: (depositId: string, invoiceId: string) => `payment.received/${depositId}/${invoiceId}`,
  paymentReversed: (depositId: string, invoiceId: string) => `payment.reversed/${depositId}/${invoiceId}`,
  cardDeclined: (orderId: string, period: Period, n: number) => `card.declined/${orderId}/${period}/${n}`,
  mailSent: (mailKey: string) => `mail.sent/${mailKey}`,
};

/** The fact that a mail reports, part of the mail's key; an event's own key serves as well. */
const reported = {
  orderHeld: (orderId: string, n: number) => `order.held/${orderId}/${n}`,
  orderDeclined: (orderId: string) => `order.declined/${orderId}`,
  orderCancelled: (orderId: string) => `order.cancelled/${orderId}`,
  orderSuspended: (orderId: string, cause: string) => `order.suspended/${orderId}/${cause}`,
  orderEnded: (orderId: string) => `order.ended/${orderId}`,
  debitUncollected: (invoiceId: string) => `debit.uncollected/${invoiceId}`,
  paymentReversed: (depositId: string, revision: number) => `payment.reversed/${depositId}/${revision}`,
};

/** An incident: the same failure is one incident. */
const incident = {
  /** A step of a store's month that failed, or is late. */
  month: (kind: IncidentKind, period: Period) => `${kind}/${period}`,
  monthRegistration: (period: Period) => `np-register/${period}`,
  registration: (orderId: string, period: Period) => `np-registration/${orderId}/${period}`,
  draftCheck: (invoiceId: string) => `draft-check/${invoiceId}`,
  unbilled: (period: Period) => `unbilled/${period}`,
  billDiffers: (number: string) => `np-bill/${number}`,
  document: (invoiceId: string) => `document/${invoiceId}`,
  documentMissing: (invoiceId: string, revision: number) => `document/${invoiceId}/${revision}`,
  serviceStart: (orderId: string) => `service-start/${orderId}`,
  cardAuthentication: (orderId: string, authenticationRef: string) => `card-3ds/${orderId}/${authenticationRef}`,
  cardCharge: (orderId: string, period: Period) => `card-charge/${orderId}/${period}`,
  lastCharge: (orderId: string, period: Period) => `last-charge-declined/${orderId}/${period}`,
  mandate: (kind: IncidentKind, directDebitId: string, step: string) => `${kind}/${directDebitId}/${step}`,
  directDebitActive: (directDebitId: string) => `np-direct-debit/${directDebitId}`,
  directDebitEnded: (directDebitId: string) => `np-direct-debit-end/${directDebitId}`,
  debitFileNotHandedIn: (nominal: Period) => `debit-file-not-handed-in/${nominal}`,
  debitResultsLate: (nominal: Period) => `debit-results-late/${nominal}`,
  debit: (kind: IncidentKind, debit: string, code: string) => `${kind}/${debit}/${code}`,
  overpaid: (depositId: string) => `overpaid/${depositId}`,
  undeliverable: (messageId: string) => `undeliverable/${messageId}`,
  workflowFailed: (workflowId: string) => `workflow-failed/${workflowId}`,
};

/** A posting in the journal. */
const journal = {
  sale: (invoiceId: string) => `sale/${invoiceId}`,
  npAssignment: (invoiceId: string) => `np-assignment/${invoiceId}`,
  /** @param of the deposit or the debit */
  payment: (of: string) => `payment/${of}`,
};

/** A row of `payments`: its id. */
const payment = {
  card: (invoiceId: string) => `pay_${invoiceId}`,
  np: (eventId: string) => `pay_np_${eventId}`,
  debit: (debit: string) => `pay_${debit}`,
  deposit: (depositId: string, invoiceId: string) => `pay_${depositId}_${invoiceId}`,
};

/** The source of a payment; a debit's is the debit's own key. */
const paymentSource = {
  card: (invoiceId: string) => `card/${invoiceId}`,
  np: (eventId: string) => `np/${eventId}`,
  deposit: (depositId: string, invoiceId: string) => `deposit/${depositId}/${invoiceId}`,
};

/** Subjects of audit entries that are no row's id. */
const audited = {
  close: (period: string) => `close/${period}`,
  debitRun: (nominal: string) => `debit_run/${nominal}`,
};

/** An advisory lock of a store. */
const lock = {
  deposits: (storeId: string) => `deposits/${storeId}`,
  events: (storeId: string) => `events/${storeId}`,
  news: (storeId: string) => `news/${storeId}`,
};

export const keys = {
  call,
  once,
  step,
  cause,
  message,
  event,
  reported,
  incident,
  journal,
  payment,
  paymentSource,
  audited,
  lock,
  /** By the month of service, whichever month bills it. */
  billableItem: (subscriptionId: string, usage: Period) => `${subscriptionId}/${usage}`,
  invoice: (destinationId: string, period: Period, settlement: string, ref: string) =>
    `inv_${destinationId.replace(/^dst_/, '')}_${period.replace('-', '')}_${settlement}${ref && `_${ref.replace(/^ord_/, '')}`}`,
  document: (invoiceId: string, revision: number) => `doc_${invoiceId}_${revision}`,
  debit: (invoiceId: string, n: number) => `debit/${invoiceId}/${n}`,
  mail: (reported: string, template: string, n = 1) => `mail/${reported}/${template}/${n}`,
} as const;

/** NP's 加盟店取引ID (≤ 40) and SBPS's order_id (≤ 38): the key's parts without its prefix, `ord_….202610.1`. */
export function providerReference(orderId: string, period: Period, n: number): string {
  return `${orderId}.${period.replace('-', '')}.${n}`;
}

/** SBPS's order_id (≤ 38) of the authorisation by which a replaced card is kept: `ca_….save`. */
export function savingReference(authenticationRef: string): string {
  return `${authenticationRef}.save`;
}

/** The month at the end of the id of a month's incident: of its registrations, or of its card receipts. */
export function periodOfIncident(id: string): Period {
  return parsePeriod(id.split('/').at(-1)!)!;
}
