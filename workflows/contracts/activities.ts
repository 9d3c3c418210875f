import type { Instant, JstDate, Period } from '../../domain/calendar';
import type { Refusal } from '../../domain/refusal';
import type { IncidentKind } from '../../domain/incidents';
import type { OwnCreditAnswer } from '../../domain/order/own-credit';
import type { BuyerResult, Guarantee } from '../../domain/account/screening';
import type { Owner, WaitName } from './waits';

/*
 * The activities. Workflows read and change everything outside themselves through these.
 *
 * Book activities use only PostgreSQL. Most calls run as local activities, and run again as regular ones if PostgreSQL is away
 * for long. Calls through `bulk` (workflows/lib/activities.ts) are regular from the start, because they work on many rows for up
 * to minutes. Gateway activities call NP (the credit provider NP掛け払い) and SBPS (the card gateway). They are regular activities
 * on a rate-limited queue.
 *
 * A business outcome, such as a refusal, is a value. An exception reaches the workflow only if a retry cannot help or all
 * retries have failed. Inputs and results hold ids and yen, never a buyer's name or address, because Temporal stores them in its
 * histories.
 *
 * `n` is the number of an attempt to register a month with NP or to charge it to a card. It is a part of the attempt's key.
 */

/** The store and the business time of the fact that the activity acts on. */
export interface AsOf {
  storeId: string;
  at: Instant;
}

export interface Rest extends AsOf {
  workflowId: string;
  /** The wait to record. null = the workflow is about to end and waits for nothing. */
  wait: { waitingFor: WaitName; owner: Owner; dueAt: Instant; accountId: string | null; alarm: boolean } | null;
  /**
   * Messages to mark as processed. The workflow has handled them since it last began to wait, or holds them in its own state to
   * handle them later. Neither kind needs to be delivered again.
   */
  processed: string[];
  /** The commands among `processed` that were accepted and then refused. Their senders learn the refusal. */
  refused?: { id: string; refusal: Refusal }[];
}

export interface ForOrder extends AsOf {
  orderId: string;
}
export type DeclineReason = 'judgement' | 'overdue' | 'hold_expired' | 'screening_denied' | 'screening_expired';
export type CancelReason = 'card_declined' | 'card_not_authenticated' | 'card_brand_unsupported' | 'asked';

/** The facts about an order that its workflow needs at its start. */
export interface OrderFacts {
  method: 'bank_transfer' | 'card';
  settlement: 'np' | 'in_house' | 'card';
  firstPeriod: Period;
  destinationId: string;
  buyer: 'none' | BuyerResult;
  authenticationRef: string | null;
}

export interface Confirmed {
  /** The order's new state: `provisioning` = ordered from the maker, `active` = in service. */
  status: 'provisioning' | 'active';
  /** The day by which the maker should have started the service of a `provisioning` order. */
  startBy: JstDate;
}

/** Activities for an order until it is confirmed, declined or cancelled. */
export interface OrderBook {
  orderFacts(input: ForOrder): Promise<OrderFacts>;
  /** Asks the account's workflow to have the buyer screened. The answer comes as the signal buyerDecided. */
  askClearance(input: ForOrder & { accountId: string; destinationId: string }): Promise<void>;
  /** Records that NP holds the screening (保留): the order waits for corrected data. */
  screeningHeld(input: ForOrder & { until: JstDate }): Promise<void>;
  confirmOrder(input: ForOrder & { period: Period }): Promise<Confirmed>;
  holdOrder(input: ForOrder & { until: JstDate }): Promise<void>;
  /**
   * Lets a held order, or the refused months of a running contract, try for credit again.
   * @returns the number of the next attempt. A second call with the same message returns the same number.
   */
  releaseOrder(input: ForOrder & { messageId: string }): Promise<{ n: number }>;
  declineOrder(input: ForOrder & { reason: DeclineReason }): Promise<void>;
  cancelOrder(input: ForOrder & { reason: CancelReason }): Promise<void>;
}

export interface OwnCreditBook {
  /**
   * The credit decision of an in-house store, in NP's codes: 00 = granted, 21 = an invoice is overdue, 22 = over the credit
   * limit.
   */
  decideOwnCredit(input: ForOrder & { period: Period; n: number }): Promise<OwnCreditAnswer>;
}

/** Activities for an order from the start of its service until its contract ends. */
export interface ContractBook {
  /** @returns the months of service, up to the current one, that are not registered with NP yet, in order */
  startService(input: ForOrder & { on: JstDate }): Promise<{ unregistered: Period[] }>;
  acceptCancellation(
    input: ForOrder & { messageId: string; lines: string[] | 'all' },
  ): Promise<{ endsOn: JstDate; lastPeriod: Period; wholeOrder: boolean }>;
  endOrder(input: ForOrder & { on: JstDate; reason: 'cancellation' | 'unpaid' | 'at_risk' }): Promise<void>;
  /** @param input.cause e.g. `at_risk/<day>`. A second call with the same cause does nothing. */
  suspendOrder(input: ForOrder & { reason: 'card_declined' | 'at_risk'; cause: string }): Promise<void>;
  /**
   * @returns in `unregistered` the current month, if it began during the suspension and is not registered with NP; else nothing
   */
  resumeOrder(input: ForOrder & { cause: string; billedInHouse?: Period[] }): Promise<{ unregistered: Period[] }>;
}

/** Activities for a running contract of which NP refuses a month. */
export interface RiskBook {
  /**
   * @param input.reason NP's reason to refuse the month: 21 = an earlier bill is unpaid, 22 = over the credit limit, 24 = overall
   * judgement. `guarantee_ng` = NP has withdrawn its guarantee, so it will refuse the coming month.
   */
  markAtRisk(input: ForOrder & { period: Period; reason: string; until: JstDate; cause: string }): Promise<void>;
  /** @returns the months that NP has refused, oldest first, and whether NP guarantees new months of the buyer */
  monthsAtRisk(input: ForOrder): Promise<{ refused: Period[]; guaranteed: boolean }>;
  /** Marks the refused months and `period` to be billed by the store itself instead of NP. @returns these months */
  billInHouse(input: ForOrder & { period: Period; messageId: string }): Promise<{ months: Period[] }>;
}

/** The outcome of an attempt to charge an order's month to its card. */
export type ChargeOutcome = { outcome: 'charged' } | { outcome: 'declined'; code: string };
/** The outcome of an attempt before the buyer has passed 3-D Secure: somebody opened the return address too early. */
export type Unauthenticated = { outcome: 'pending' };

export interface CardBook {
  /**
   * Records that the card declined a month, and notifies the buyer.
   * @param input.retryOn the day of the next retry; null = no retry is left
   */
  chargeDeclined(
    input: ForOrder & { period: Period; invoiceId: string; declinedOn: JstDate; n: number; retryOn: JstDate | null },
  ): Promise<void>;
  /** @returns the number of the next attempt to charge the month. A second call with the same cause returns the same number. */
  nextChargeAttempt(input: ForOrder & { period: Period; cause: string }): Promise<{ n: number }>;
  /**
   * Opens an incident for each card invoice that stayed uncharged because its chunk of the card collection was skipped. If staff
   * retry the incident, the invoice is charged after all.
   */
  tellUncharged(input: ForPeriod): Promise<void>;
  /** @returns the number of the order's billable items that its card has not paid yet */
  openCharges(input: ForOrder): Promise<{ open: number }>;
  authenticationExpired(input: ForOrder & { authenticationRef: string }): Promise<void>;
}

export interface ForAccount extends AsOf {
  accountId: string;
  destinationId: string;
}

export interface AccountBook {
  closeAccount(input: AsOf & { accountId: string }): Promise<void>;
  /** Records NP's answer about a buyer and notifies the orders that wait for it. */
  recordScreening(
    input: ForAccount & {
      buyerId: string;
      result: BuyerResult;
      reasons: string[];
      limit: number | null;
      cause: string;
    },
  ): Promise<void>;
  recordScreeningNews(input: ForAccount & { newsId: string }): Promise<{ result: BuyerResult }>;
  recordGuarantee(input: ForAccount & { status: Guarantee; cause: string }): Promise<void>;
}

export interface ForDirectDebit extends AsOf {
  directDebitId: string;
}
export interface DirectDebitBook {
  recordFormPosted(input: ForDirectDebit & { on: JstDate; messageId: string }): Promise<void>;
  recordFormReceived(
    input: ForDirectDebit & { on: JstDate; messageId: string },
  ): Promise<{ expectedOn: JstDate; escalateOn: JstDate }>;
  remindForm(input: ForDirectDebit & { nth: number }): Promise<void>;
  markLate(input: ForDirectDebit): Promise<void>;
  escalateLate(input: ForDirectDebit): Promise<void>;
  activateDirectDebit(
    /** `debitAccountId`: in house, the bank account on the form. null where NP debits, because only NP knows the account. */
    input: ForDirectDebit & { messageId: string; evidence: string; debitAccountId: string | null },
  ): Promise<{ firstPeriod: Period }>;
  recordDefect(input: ForDirectDebit & { messageId: string; reason: string }): Promise<void>;
  closeDirectDebit(input: ForDirectDebit & { as: 'withdrawn' | 'expired' | 'ended'; reason: string }): Promise<void>;
}

export interface ForPeriod extends AsOf {
  period: Period;
}
/** The result of a step on one chunk of a long list. */
export interface Chunk {
  /** The position after which the next chunk begins, given to the next call as `after`. null = this was the last chunk. */
  next: string | null;
  count: number;
}

export interface CloseBook {
  freezePeriod(input: ForPeriod): Promise<{ issueOn: JstDate; cutoffAt: Instant }>;
  draftChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  /**
   * Checks the totals of all drafts, holds those that fail, presents all for review and starts the card collection.
   * @returns the numbers of drafts, held ones included, that NP bills and that the store issues itself
   */
  presentDrafts(input: ForPeriod): Promise<{ npDrafts: number; ownDrafts: number }>;
  approveClose(input: ForPeriod & { messageId: string; by: string }): Promise<void>;
  holdInvoice(input: ForPeriod & { invoiceId: string; held: boolean; messageId: string }): Promise<void>;
  reopenDrafts(input: ForPeriod & { messageId: string }): Promise<void>;
  billingRequested(input: ForPeriod): Promise<void>;
  /**
   * Issues a chunk of the invoices and debit notices that the store issues itself. One transaction writes their numbers, their
   * journal entries and the dispatch rows that deliver them.
   */
  issueChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  closePeriod(input: ForPeriod): Promise<{ missing: number }>;
}

export interface PeriodBook {
  /** Makes the month's billable items of every running subscription. @returns their number */
  openPeriod(input: ForPeriod): Promise<{ items: number }>;
}

export interface ForDebitRun extends AsOf {
  nominal: Period;
  debitOn: JstDate;
}
export interface DebitBook {
  /**
   * Makes a debit of each invoice to debit on the day `debitOn`.
   * @returns the number of debits, and in house the last day to hand the request file in to the bank (null where NP debits)
   */
  collectDebits(input: ForDebitRun): Promise<{ open: number; handInBy: JstDate | null }>;
  recordFileHandedIn(input: ForDebitRun & { on: JstDate }): Promise<void>;
  fileNotHandedIn(input: ForDebitRun): Promise<void>;
  bookDebitResults(
    input: ForDebitRun & { results: { key: string; code: string }[]; cause: string },
  ): Promise<{ open: number; /** the invoices whose debit failed, now to be paid by transfer */ rebilled: string[] }>;
  debitsLate(input: ForDebitRun): Promise<void>;
  closeDebitRun(input: ForDebitRun): Promise<void>;
}

export interface StoreBook {
  rest(input: Rest): Promise<void>;
  openIncident(input: AsOf & { id: string; kind: IncidentKind; workflowId: string; detail: string }): Promise<void>;
  /**
   * Reports a workflow that has failed and cannot be repaired: opens an incident, removes the workflow's wait and acknowledges
   * its messages.
   */
  workflowFailed(input: AsOf & { workflowId: string; detail: string }): Promise<void>;
  resolveIncident(input: AsOf & { id: string; how: string }): Promise<void>;
  /**
   * Does the calendar work of each day that is not done yet, up to and including `day`, in order. The calendar work of a day is
   * to start the workflows that are due on it.
   */
  workStoreDays(input: AsOf & { day: JstDate }): Promise<{ days: JstDate[] }>;
}

export interface BookActivities
  extends
    OrderBook,
    OwnCreditBook,
    ContractBook,
    RiskBook,
    CardBook,
    AccountBook,
    DirectDebitBook,
    CloseBook,
    PeriodBook,
    DebitBook,
    StoreBook {}

export interface GatewayActivities {
  /**
   * Registers one month of an order with NP (取引登録).
   * @returns NP's reason if it refuses: 21 = an earlier bill is unpaid, 22 = over the credit limit, 24 = overall judgement
   */
  registerTransaction(
    input: ForOrder & { period: Period; n: number },
  ): Promise<{ outcome: 'registered' } | { outcome: 'refused'; reason: '21' | '22' | '24' }>;
  /** Cancels NP's registrations (取引キャンセル) of an order that is cancelled before its service. There may be none. */
  cancelRegistrations(input: ForOrder): Promise<void>;
  /** Registers the month with NP (取引登録) for each order of a chunk. Each refused order receives the signal atRisk. */
  registerPeriodChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  screenBuyer(
    input: ForAccount & { again: boolean; cause: string },
  ): Promise<{ buyerId: string; result: BuyerResult; reasons: string[]; limit: number | null }>;
  request3ds(
    input: ForOrder & { authenticationRef: string },
  ): Promise<{ outcome: 'redirect' } | { outcome: 'declined'; code: string }>;
  /**
   * Asks SBPS for the result of 3-D Secure, authorises and commits the charge of the first month, and saves the card. The card
   * collection after the month's end captures the charge.
   */
  authoriseFirst(
    input: ForOrder & { period: Period; n: number; authenticationRef: string },
  ): Promise<ChargeOutcome | Unauthenticated>;
  /**
   * Charges an order's month at once: authorises, commits and captures it, and issues the receipt. The card is the saved one or,
   * with an authenticationRef, the new one that the buyer has just authenticated.
   */
  chargePeriod(
    input: ForOrder & { period: Period; invoiceId: string; n: number; authenticationRef?: string },
  ): Promise<ChargeOutcome | Unauthenticated>;
  /** Saves the new card, which the buyer has just authenticated, for the coming months. Nothing is charged. */
  saveCard(
    input: ForOrder & { authenticationRef: string },
  ): Promise<{ outcome: 'saved' } | { outcome: 'declined'; code: string } | Unauthenticated>;
  /**
   * Collects a chunk of the month's card payments: captures the charges that are authorised already, and charges the saved cards
   * for the other invoices.
   */
  chargeChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  requestBillingChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  /** Copies a chunk of NP's issued bills into our invoices: number, document, status and journal entry. */
  mirrorChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  /** Fetches the document of an invoice's newest revision from its issuer. */
  fetchBillDocument(input: AsOf & { invoiceId: string }): Promise<void>;
  directDebitActive(input: ForDirectDebit & { firstPeriod: Period }): Promise<void>;
  directDebitEnded(input: ForDirectDebit): Promise<void>;
}

export interface ClockActivities {
  /**
   * Moves a simulated store's time towards its target, for at most 20 s of wall time. Time jumps from each instant at which
   * something is due to the next one.
   */
  stepClock(input: { storeId: string }): Promise<{ status: 'ready' | 'advancing' | 'failed' }>;
}
