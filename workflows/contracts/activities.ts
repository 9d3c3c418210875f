import type { Instant, JstDate, Period } from '../../domain/calendar';
import type { Refusal } from '../../domain/refusal';
import type { IncidentKind } from '../../domain/incidents';
import type { OwnCreditAnswer } from '../../domain/order/own-credit';
import type { BuyerResult, Guarantee } from '../../domain/account/screening';
import type { Owner, WaitName } from './waits';

/*
 * The one border between workflows and the world. Book activities only use PostgreSQL and run as local activities. Gateway
 * activities call NP and SBPS on rate-limited queues. Business outcomes are values. An exception means "could not find out", and
 * reaches the workflow only after every retry. Inputs and results hold yen and ids, never names or addresses.
 */

/** The fact that the activity acts on: its store and its business time. */
export interface AsOf {
  storeId: string;
  at: Instant;
}

export interface Rest extends AsOf {
  workflowId: string;
  /** null = the workflow is about to end and waits for nothing. */
  wait: { waitingFor: WaitName; owner: Owner; dueAt: Instant; accountId: string | null; alarm: boolean } | null;
  /** Messages to acknowledge: those acted on since the last rest, and those kept for later. */
  processed: string[];
  /** The commands among them that were accepted and then rejected. Their senders learn the refusal. */
  refused?: { id: string; refusal: Refusal }[];
}

export interface ForOrder extends AsOf {
  orderId: string;
}
export type DeclineReason = 'judgement' | 'overdue' | 'hold_expired' | 'screening_denied' | 'screening_expired';
export type CancelReason = 'card_declined' | 'card_not_authenticated' | 'card_brand_unsupported' | 'asked';

/** An order as its workflow begins. */
export interface OrderFacts {
  method: 'bank_transfer' | 'card';
  settlement: 'np' | 'in_house' | 'card';
  firstPeriod: Period;
  destinationId: string;
  buyer: 'none' | BuyerResult;
  authenticationRef: string | null;
}

export interface Confirmed {
  /** State of the order now: ordered from the maker, or in service. */
  status: 'provisioning' | 'active';
  /** Deadline for the start of the service while it is `provisioning`. */
  startBy: JstDate;
}

/** An order until it is confirmed or refused. */
export interface OrderBook {
  orderFacts(input: ForOrder): Promise<OrderFacts>;
  /** Asks the account to have the buyer screened. The answer comes as the signal buyerDecided. */
  askClearance(input: ForOrder & { accountId: string; destinationId: string }): Promise<void>;
  /** 保留: the order waits for corrected data. */
  screeningHeld(input: ForOrder & { until: JstDate }): Promise<void>;
  confirmOrder(input: ForOrder & { period: Period }): Promise<Confirmed>;
  holdOrder(input: ForOrder & { until: JstDate }): Promise<void>;
  /** Raises n of np-txn/<order>/<period>/<n> once per message, and returns it. */
  releaseOrder(input: ForOrder & { messageId: string }): Promise<{ n: number }>;
  declineOrder(input: ForOrder & { reason: DeclineReason }): Promise<void>;
  cancelOrder(input: ForOrder & { reason: CancelReason }): Promise<void>;
}

export interface OwnCreditBook {
  /** In house. 00: the order's first month is reserved; 21: an invoice is overdue; 22: over the limit. */
  decideOwnCredit(input: ForOrder & { period: Period; n: number }): Promise<OwnCreditAnswer>;
}

/** An order in service, until its contract ends. */
export interface ContractBook {
  /** `unregistered`: months of service, up to the current one, that are not registered with NP yet, in order. */
  startService(input: ForOrder & { on: JstDate }): Promise<{ unregistered: Period[] }>;
  acceptCancellation(
    input: ForOrder & { messageId: string; lines: string[] | 'all' },
  ): Promise<{ endsOn: JstDate; lastPeriod: Period; wholeOrder: boolean }>;
  endOrder(input: ForOrder & { on: JstDate; reason: 'cancellation' | 'unpaid' | 'at_risk' }): Promise<void>;
  /** @param input.cause e.g. `at_risk/<day>`; each cause suspends once */
  suspendOrder(input: ForOrder & { reason: 'card_declined' | 'at_risk'; cause: string }): Promise<void>;
  /** `unregistered`: the current month, if it began while the order was suspended and is not registered with NP. */
  resumeOrder(input: ForOrder & { cause: string; billedInHouse?: Period[] }): Promise<{ unregistered: Period[] }>;
}

/** Months of a running contract that NP refuses. */
export interface RiskBook {
  /** @param input.reason NP's NG (21, 22, 24), or `guarantee_ng` for a month still to come */
  markAtRisk(input: ForOrder & { period: Period; reason: string; until: JstDate; cause: string }): Promise<void>;
  /** Months that NP has refused, oldest first, and whether NP guarantees new months of the buyer. */
  monthsAtRisk(input: ForOrder): Promise<{ refused: Period[]; guaranteed: boolean }>;
  /** Has the store bill the refused months and `period` itself. @returns these months */
  billInHouse(input: ForOrder & { period: Period; messageId: string }): Promise<{ months: Period[] }>;
}

/** An attempt to charge an order's period to its card. */
export type ChargeOutcome = { outcome: 'charged' } | { outcome: 'declined'; code: string };
/** 3-D Secure has not ended yet: the return address was opened too early. */
export type Unauthenticated = { outcome: 'pending' };

export interface CardBook {
  /** A renewal was declined. Notifies the buyer of it, and of the day of the next retry (null: no retry is left). */
  chargeDeclined(
    input: ForOrder & { period: Period; invoiceId: string; declinedOn: JstDate; n: number; retryOn: JstDate | null },
  ): Promise<void>;
  /** Raises n of card-auth/<order>/<period>/<n> once per cause, and returns it. */
  nextChargeAttempt(input: ForOrder & { period: Period; cause: string }): Promise<{ n: number }>;
  /** Opens an incident for each receipt in a skipped chunk. A retry of the incident charges the receipt after all. */
  tellUncharged(input: ForPeriod): Promise<void>;
  /** `open`: number of the order's items that its card has not paid yet. */
  openCharges(input: ForOrder): Promise<{ open: number }>;
  authenticationExpired(input: ForOrder & { authenticationRef: string }): Promise<void>;
}

export interface ForAccount extends AsOf {
  accountId: string;
  destinationId: string;
}

export interface AccountBook {
  closeAccount(input: AsOf & { accountId: string }): Promise<void>;
  /** Records NP's answer and notifies the orders that wait for it. */
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
    /** `debitAccountId`: in house, the bank account on the form; null where NP keeps it. */
    input: ForDirectDebit & { messageId: string; evidence: string; debitAccountId: string | null },
  ): Promise<{ firstPeriod: Period }>;
  recordDefect(input: ForDirectDebit & { messageId: string; reason: string }): Promise<void>;
  closeDirectDebit(input: ForDirectDebit & { as: 'withdrawn' | 'expired' | 'ended'; reason: string }): Promise<void>;
}

export interface ForPeriod extends AsOf {
  period: Period;
}
export interface Chunk {
  /** Start of the next chunk; null = done. */
  next: string | null;
  count: number;
}

export interface CloseBook {
  freezePeriod(input: ForPeriod): Promise<{ issueOn: JstDate; cutoffAt: Instant }>;
  draftChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  /** Checks totals, holds failing drafts, presents all for review and starts the card collection. The counts include held drafts. */
  presentDrafts(input: ForPeriod): Promise<{ npDrafts: number; ownDrafts: number }>;
  approveClose(input: ForPeriod & { messageId: string; by: string }): Promise<void>;
  holdInvoice(input: ForPeriod & { invoiceId: string; held: boolean; messageId: string }): Promise<void>;
  reopenDrafts(input: ForPeriod & { messageId: string }): Promise<void>;
  billingRequested(input: ForPeriod): Promise<void>;
  /** In-house invoices and notices. Each chunk writes numbers, postings and delivery rows in one transaction. */
  issueChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  closePeriod(input: ForPeriod): Promise<{ missing: number }>;
}

export interface PeriodBook {
  /** Makes the month's billable items of every running subscription. */
  openPeriod(input: ForPeriod): Promise<{ items: number }>;
}

export interface ForDebitRun extends AsOf {
  nominal: Period;
  debitOn: JstDate;
}
export interface DebitBook {
  /** `handInBy`: in house, the last day to hand the request file in to the bank; null where NP debits. */
  collectDebits(input: ForDebitRun): Promise<{ open: number; handInBy: JstDate | null }>;
  recordFileHandedIn(input: ForDebitRun & { on: JstDate }): Promise<void>;
  fileNotHandedIn(input: ForDebitRun): Promise<void>;
  bookDebitResults(
    input: ForDebitRun & { results: { key: string; code: string }[]; cause: string },
  ): Promise<{ open: number; /** invoices that are now due by transfer */ rebilled: string[] }>;
  debitsLate(input: ForDebitRun): Promise<void>;
  closeDebitRun(input: ForDebitRun): Promise<void>;
}

export interface StoreBook {
  rest(input: Rest): Promise<void>;
  openIncident(input: AsOf & { id: string; kind: IncidentKind; workflowId: string; detail: string }): Promise<void>;
  /** The workflow is over and cannot be repaired: opens an incident, removes the wait and acknowledges every message. */
  workflowFailed(input: AsOf & { workflowId: string; detail: string }): Promise<void>;
  resolveIncident(input: AsOf & { id: string; how: string }): Promise<void>;
  /** Works every day after the store's last one up to `day`, in order: each day starts the workflows that it calls for. */
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
  /** 取引登録 of one month of an order, under the key np-txn/<order>/<period>/<n>. */
  registerTransaction(
    input: ForOrder & { period: Period; n: number },
  ): Promise<{ outcome: 'registered' } | { outcome: 'refused'; reason: '21' | '22' | '24' }>;
  /** 取引キャンセル of the registrations of an order that is cancelled before its service. Does nothing if there are none. */
  cancelRegistrations(input: ForOrder): Promise<void>;
  /** 取引登録 for a chunk of the month's orders. Each refused order receives the signal atRisk. */
  registerPeriodChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  screenBuyer(
    input: ForAccount & { again: boolean; cause: string },
  ): Promise<{ buyerId: string; result: BuyerResult; reasons: string[]; limit: number | null }>;
  request3ds(
    input: ForOrder & { authenticationRef: string },
  ): Promise<{ outcome: 'redirect' } | { outcome: 'declined'; code: string }>;
  /** Asks SBPS for the result of 3-D Secure, authorises and commits the first month and saves the card. The close captures it. */
  authoriseFirst(
    input: ForOrder & { period: Period; n: number; authenticationRef: string },
  ): Promise<ChargeOutcome | Unauthenticated>;
  /** Authorises the saved card or the card just authenticated, commits, captures and issues the receipt. */
  chargePeriod(
    input: ForOrder & { period: Period; invoiceId: string; n: number; authenticationRef?: string },
  ): Promise<ChargeOutcome | Unauthenticated>;
  /** Saves the card just authenticated for the coming months, without a charge. */
  saveCard(
    input: ForOrder & { authenticationRef: string },
  ): Promise<{ outcome: 'saved' } | { outcome: 'declined'; code: string } | Unauthenticated>;
  /** Captures or charges a chunk of the closed period's card invoices. */
  chargeChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  requestBillingChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  /** Copies NP's bills of the period into the books: number, document, status, posting. */
  mirrorChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  /** Fetches the document of an invoice's newest revision from its issuer. */
  fetchBillDocument(input: AsOf & { invoiceId: string }): Promise<void>;
  directDebitActive(input: ForDirectDebit & { firstPeriod: Period }): Promise<void>;
  directDebitEnded(input: ForDirectDebit): Promise<void>;
}

export interface ClockActivities {
  /** Moves a simulated store from due instant to due instant towards its target, for at most 20 s of wall time. */
  stepClock(input: { storeId: string }): Promise<{ status: 'ready' | 'advancing' | 'failed' }>;
}
