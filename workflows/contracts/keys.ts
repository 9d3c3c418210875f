import { type JstDate, type Period, parsePeriod } from '../../domain/calendar';
import type { IncidentKind } from '../../domain/incidents';
import type { EventType } from './events';

/*
 * Every business key of an effect (a provider call, a write, a message) is built here, nowhere else. A retry, a replay or a new
 * run of the workflow builds the same key, so an effect is recognised and done once however often it is attempted. Stored rows
 * and recorded histories contain these strings. If the code built another string for an effect already done, the effect would be
 * done again. test/contracts/keys.test.ts therefore fixes the string of each key.
 *
 * NP = the credit provider NP掛け払い, SBPS = the card gateway. `n` is the number of an attempt, e.g. to charge a month. `cause`
 * names the message, event or day that caused the step.
 */

/**
 * Keys of calls to a provider, in the table `gateway_calls`. If a call fails permanently, an incident is opened. In most cases
 * the incident's id is the call's key.
 */
const call = {
  npTransaction: (orderId: string, period: Period, n: number) => `np-txn/${orderId}/${period}/${n}`,
  npCancellation: (orderId: string) => `np-cancel/${orderId}`,
  /** The first application to screen a buyer. It needs no cause, because NP registers a billing destination only once. */
  npBuyer: (destinationId: string) => `np-buyer/${destinationId}`,
  /** A later application to screen the buyer. Each message that asks for an application makes a separate call. */
  npApplication: (destinationId: string, cause: string) => `np-buyer/${destinationId}/${cause}`,
  npBilling: (period: Period, first: string, last: string) => `np-bill/${period}/${first}..${last}`,
  npDirectDebitActive: (directDebitId: string) => `np-direct-debit/${directDebitId}/active`,
  npDirectDebitEnded: (directDebitId: string) => `np-direct-debit/${directDebitId}/ended`,
  cardAuthentication: (authenticationRef: string) => `card-3ds/${authenticationRef}`,
  cardAuthorisation: (orderId: string, period: Period, n: number) => `card-auth/${orderId}/${period}/${n}`,
  /** The commit or capture of a card charge. @param authorisation the key of the charge's authorisation */
  cardStep: (authorisation: string, step: 'commit' | 'capture') => `${authorisation}/${step}`,
  cardSaving: (authenticationRef: string) => `card-save/${authenticationRef}`,
  mail: (storeId: string, mailKey: string) => `${storeId}/${mailKey}`,
};

/** Keys of writes that happen only once, in the table `once`. */
const once = {
  orderStep: (orderId: string, step: string) => `order/${orderId}/${step}`,
  directDebitStep: (directDebitId: string, step: string) => `direct-debit/${directDebitId}/${step}`,
  buyerScreened: (destinationId: string, cause: string) => `buyer/${destinationId}/${cause}`,
  buyerNews: (destinationId: string, eventId: string) => `buyer/${destinationId}/news/${eventId}`,
  guaranteeChanged: (destinationId: string, cause: string) => `guarantee/${destinationId}/${cause}`,
  cardDeclined: (orderId: string, period: Period, n: number) => `card-declined/${orderId}/${period}/${n}`,
  cardAttempt: (orderId: string, period: Period, cause: string) => `card-attempt/${orderId}/${period}/${cause}`,
};

/**
 * Names of steps that an order or a mandate may take more than once. The keys of a step's writes and events end in its name.
 */
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

/** Causes of the steps that a workflow takes without a message. The cause of any other step is its message's id. */
const cause = {
  cardRetry: (retry: number) => `retry/${retry}`,
  /** The card has paid `period`, which was in arrears, so the order's other months in arrears are charged too. */
  cardPaid: (period: Period) => `after/${period}`,
  cardExhausted: (period: Period) => `card/${period}`,
  monthRefused: (period: Period) => `month/${period}`,
  riskUndecided: (until: JstDate) => `at_risk/${until}`,
};

/** Ids of the rows of the table `dispatch`: messages to workflows, notices from providers to interpret, and timed callbacks. */
const message = {
  start: (workflowId: string) => `start/${workflowId}`,
  /** @param unique gives each command its own id: two commands of the same name are two decisions of a person */
  command: (workflowId: string, name: string, unique: string) => `${workflowId}/${name}/${unique}`,
  /**
   * @param unique gives each return of the buyer its own id: after a return before 3-D Secure is passed, the buyer returns again
   */
  cardReturned: (authenticationRef: string, unique: string) => `cardReturned/${authenticationRef}/${unique}`,
  clear: (destinationId: string, orderId: string) => `clear/${destinationId}/${orderId}`,
  buyerDecided: (cause: string, orderId: string) => `buyer-decided/${cause}/${orderId}`,
  chargeDeclined: (orderId: string, period: Period) => `charge-declined/${orderId}/${period}`,
  monthAtRisk: (orderId: string, period: Period) => `at-risk/${orderId}/${period}/1`,
  comingMonthAtRisk: (orderId: string, cause: string) => `at-risk/${orderId}/${cause}`,
  mandateEnded: (debit: string) => `mandate-ended/${debit}`,
  /**
   * The message that passes a provider's notice on to its workflow. A notice that is not understood gets an incident of this id.
   */
  news: (eventId: string) => `news/${eventId}`,
  providerNews: (eventId: string) => `provider-news/${eventId}`,
  providerNewsAgain: (eventId: string) => `provider-news/${eventId}/again`,
  alarm: (id: string) => `alarm/${id}`,
};

/** Keys of the events of GET /v1/events. */
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
  /** @param reversals number of the invoice's reversed deposits. An invoice paid again after a reversal gets another event. */
  invoicePaid: (invoiceId: string, reversals: number) =>
    `invoice.paid/${invoiceId}${reversals > 0 ? `/${reversals + 1}` : ''}`,
  paymentReceived: (depositId: string, invoiceId: string) => `payment.received/${depositId}/${invoiceId}`,
  paymentReversed: (depositId: string, invoiceId: string) => `payment.reversed/${depositId}/${invoiceId}`,
  cardDeclined: (orderId: string, period: Period, n: number) => `card.declined/${orderId}/${period}/${n}`,
  mailSent: (mailKey: string) => `mail.sent/${mailKey}`,
};

/** Names of facts that mails report. A mail's key contains such a name or, if the mail is about an event, the event's key. */
const reported = {
  orderHeld: (orderId: string, n: number) => `order.held/${orderId}/${n}`,
  orderDeclined: (orderId: string) => `order.declined/${orderId}`,
  orderCancelled: (orderId: string) => `order.cancelled/${orderId}`,
  orderSuspended: (orderId: string, cause: string) => `order.suspended/${orderId}/${cause}`,
  orderEnded: (orderId: string) => `order.ended/${orderId}`,
  debitUncollected: (invoiceId: string) => `debit.uncollected/${invoiceId}`,
  paymentReversed: (depositId: string, revision: number) => `payment.reversed/${depositId}/${revision}`,
};

/** Incident ids. The same failure always gets the same id, so it opens only one incident. */
const incident = {
  /** A step for a store's whole month, e.g. the drafts, has failed or is late. */
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

/** Ids of journal entries. */
const journal = {
  sale: (invoiceId: string) => `sale/${invoiceId}`,
  npAssignment: (invoiceId: string) => `np-assignment/${invoiceId}`,
  /** @param of id of the deposit, or key of the debit, that paid */
  payment: (of: string) => `payment/${of}`,
};

/** Ids of the rows of the table `payments`. */
const payment = {
  card: (invoiceId: string) => `pay_${invoiceId}`,
  np: (eventId: string) => `pay_np_${eventId}`,
  debit: (debit: string) => `pay_${debit}`,
  deposit: (depositId: string, invoiceId: string) => `pay_${depositId}_${invoiceId}`,
};

/** Values of `payments.source_key`: the origin of a payment. The origin of a payment by direct debit is the debit's key. */
const paymentSource = {
  card: (invoiceId: string) => `card/${invoiceId}`,
  np: (eventId: string) => `np/${eventId}`,
  deposit: (depositId: string, invoiceId: string) => `deposit/${depositId}/${invoiceId}`,
};

/** Targets of audit entries about something that is not a row with an id. */
const audited = {
  close: (period: string) => `close/${period}`,
  debitRun: (nominal: string) => `debit_run/${nominal}`,
};

/** Names of a store's advisory locks in PostgreSQL. */
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
  /** @param usage the month of service, which may differ from the month that bills it */
  billableItem: (subscriptionId: string, usage: Period) => `${subscriptionId}/${usage}`,
  invoice: (destinationId: string, period: Period, settlement: string, ref: string) =>
    `inv_${destinationId.replace(/^dst_/, '')}_${period.replace('-', '')}_${settlement}${ref && `_${ref.replace(/^ord_/, '')}`}`,
  document: (invoiceId: string, revision: number) => `doc_${invoiceId}_${revision}`,
  debit: (invoiceId: string, n: number) => `debit/${invoiceId}/${n}`,
  mail: (reported: string, template: string, n = 1) => `mail/${reported}/${template}/${n}`,
} as const;

/**
 * The name by which a provider knows the charge of an order's month, e.g. `ord_….202610.1`. NP calls it 加盟店取引ID (at most 40
 * characters), SBPS order_id (at most 38). The name has the same parts as the call's key, without the key's prefix.
 */
export function providerReference(orderId: string, period: Period, n: number): string {
  return `${orderId}.${period.replace('-', '')}.${n}`;
}

/** SBPS's order_id (at most 38 characters) of the authorisation that saves a new card without a charge, `ca_….save`. */
export function savingReference(authenticationRef: string): string {
  return `${authenticationRef}.save`;
}

/**
 * The month at the end of an incident's id. The incident must be about registrations with NP or card charges, whose ids end in
 * the month.
 */
export function periodOfIncident(id: string): Period {
  return parsePeriod(id.split('/').at(-1)!)!;
}
