import type { Instant, JstDate, Period } from '../../domain/calendar';
import type { Refusal } from '../../domain/refusal';
import type { IncidentKind } from '../../domain/incidents';
import type { OwnCreditAnswer } from '../../domain/order/own-credit';
import type { BuyerResult, Guarantee } from '../../domain/account/screening';
import type { Message } from './messages';

/*
 * The one border between the process and the world. Book activities touch PostgreSQL only and run as local activities;
 * gateway activities call NP and SBPS on rate-limited queues. Business outcomes are values; an exception means "could not
 * find out", and only after every retry. Yen and ids travel, names and addresses never.
 */

/** Identifies the fact acted on: which store, and the instant business-wise. */
export interface AsOf {
  storeId: string;
  at: Instant;
}

export type Owner = 'buyer' | 'operator' | 'finance' | 'np' | 'sbps' | 'bank' | 'maker' | 'engine';

export interface Rest extends AsOf {
  workflowId: string;
  /** null = the workflow is about to end and waits for nothing. */
  wait: { waitingFor: string; owner: Owner; dueAt: Instant; accountId: string | null; alarm: boolean } | null;
  /** Messages acted on since the last rest. */
  processed: string[];
  /** Those of them that were commands taken in before it was known that they may not be done; told to their senders. */
  refused?: { id: string; refusal: Refusal }[];
}

export interface ForOrder extends AsOf {
  orderId: string;
}
export type DeclineReason = 'judgement' | 'overdue' | 'hold_expired' | 'screening_denied' | 'screening_expired';
export type CancelReason = 'card_declined' | 'card_not_authenticated' | 'card_brand_unsupported' | 'asked';

/** Where an order stands when its workflow begins, or begins anew. */
export interface OrderFacts {
  method: 'bank_transfer' | 'card';
  settlement: 'np' | 'in_house' | 'card';
  firstPeriod: Period;
  destinationId: string;
  buyer: 'none' | BuyerResult;
  authenticationRef: string | null;
}

export interface Confirmed {
  /** Which state the order is in now: the maker has been ordered from, or the service is in force. */
  status: 'provisioning' | 'active';
  /** Deadline of the service start, for provisioning. */
  startBy: JstDate;
}

export interface OrderBook {
  orderFacts(input: ForOrder): Promise<OrderFacts>;
  /** Asks the account to have the buyer screened; the answer comes as signal buyerDecided. */
  askClearance(input: ForOrder & { accountId: string; destinationId: string }): Promise<void>;
  /** 保留: the order waits for corrected data. */
  screeningHeld(input: ForOrder & { until: JstDate }): Promise<void>;
  /** In house: 00 and the order's first month is reserved, 21 something is overdue, 22 over the limit. */
  decideOwnCredit(input: ForOrder & { period: Period; n: number }): Promise<OwnCreditAnswer>;
  confirmOrder(input: ForOrder & { period: Period }): Promise<Confirmed>;
  holdOrder(input: ForOrder & { until: JstDate }): Promise<void>;
  /** Raises n of np-txn/<order>/<period>/<n>, once per message; returns it. */
  releaseOrder(input: ForOrder & { messageId: string }): Promise<{ n: number }>;
  declineOrder(input: ForOrder & { reason: DeclineReason }): Promise<void>;
  cancelOrder(input: ForOrder & { reason: CancelReason }): Promise<void>;
  /** `unregistered`: months of service before the current one's end that NP has not been told of yet, in order. */
  startService(input: ForOrder & { on: JstDate }): Promise<{ unregistered: Period[] }>;
  acceptCancellation(
    input: ForOrder & { messageId: string; lines: string[] | 'all' },
  ): Promise<{ endsOn: JstDate; lastPeriod: Period; wholeOrder: boolean }>;
  endOrder(input: ForOrder & { on: JstDate; reason: 'cancellation' | 'unpaid' | 'at_risk' }): Promise<void>;
  /** @param input.cause what led to it, e.g. `at_risk/<period>`: once for each */
  suspendOrder(input: ForOrder & { reason: 'card_declined' | 'at_risk'; cause: string }): Promise<void>;
  /** `unregistered`: the current month, where it began while the order was suspended and NP has not been told of it. */
  resumeOrder(input: ForOrder & { cause: string; billedInHouse?: Period[] }): Promise<{ unregistered: Period[] }>;
  /** @param input.reason NP's NG (21, 22, 24), or `guarantee_ng` for a month still to come */
  markAtRisk(input: ForOrder & { period: Period; reason: string; until: JstDate; cause: string }): Promise<void>;
  /** Months NP has refused, oldest first, and whether it guarantees new ones of the buyer. */
  monthsAtRisk(input: ForOrder): Promise<{ refused: Period[]; guaranteed: boolean }>;
  /** The refused months, and `period`, are billed by the store itself; returns them. */
  billInHouse(input: ForOrder & { period: Period; messageId: string }): Promise<{ months: Period[] }>;
}

/** An attempt to charge an order's period to its card. */
export type ChargeOutcome = { outcome: 'charged' } | { outcome: 'declined'; code: string };
/** 3-D Secure is still under way: the buyer, or whoever opened the address to come back to, was early. */
export type Unauthenticated = { outcome: 'pending' };

export interface CardBook {
  /** A renewal was declined: tells the buyer, with the date of the next try (null: none is left). */
  chargeDeclined(
    input: ForOrder & { period: Period; invoiceId: string; declinedOn: JstDate; n: number; retryOn: JstDate | null },
  ): Promise<void>;
  /** The next n of card-auth/<order>/<period>/<n>, raised by this decision. */
  nextChargeAttempt(input: ForOrder & { period: Period; cause: string }): Promise<{ n: number }>;
  /** Of a month's receipts left out with their chunk: each is an incident of its own, by which it may be charged after all. */
  tellUncharged(input: ForPeriod): Promise<void>;
  /** How many of the order's items its card has still to pay. */
  openCharges(input: ForOrder): Promise<{ open: number }>;
  authenticationExpired(input: ForOrder & { authenticationRef: string }): Promise<void>;
}

export interface ForAccount extends AsOf {
  accountId: string;
  destinationId: string;
}

export interface AccountBook {
  closeAccount(input: AsOf & { accountId: string }): Promise<void>;
  /** Records NP's answer and tells the orders that wait for it. */
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
    /** `debitAccountId`: in house, the account of the form; null where NP keeps it. */
    input: ForDirectDebit & { messageId: string; evidence: string; debitAccountId: string | null },
  ): Promise<{ firstPeriod: Period }>;
  recordDefect(input: ForDirectDebit & { messageId: string; reason: string }): Promise<void>;
  closeDirectDebit(input: ForDirectDebit & { as: 'withdrawn' | 'expired' | 'ended'; reason: string }): Promise<void>;
}

export interface ForPeriod extends AsOf {
  period: Period;
}
export interface Chunk {
  /** Where to go on; null = done. */
  next: string | null;
  count: number;
}

export interface CloseBook {
  freezePeriod(input: ForPeriod): Promise<{ issueOn: JstDate; cutoffAt: Instant }>;
  draftChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  /** Checks totals, holds failing drafts, presents all for review (the counts hold held ones too) and has cards collected. */
  presentDrafts(input: ForPeriod): Promise<{ npDrafts: number; ownDrafts: number }>;
  approveClose(input: ForPeriod & { messageId: string; by: string }): Promise<void>;
  holdInvoice(input: ForPeriod & { invoiceId: string; held: boolean; messageId: string }): Promise<void>;
  reopenDrafts(input: ForPeriod & { messageId: string }): Promise<void>;
  billingRequested(input: ForPeriod): Promise<void>;
  /** In-house invoices and notices: number, posting and delivery rows in one transaction a chunk. */
  issueChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  closePeriod(input: ForPeriod): Promise<{ missing: number }>;
}

export interface PeriodBook {
  /** Set-based: the month's billable items of every running subscription. */
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
  ): Promise<{ open: number; /** invoices now to be paid by transfer */ rebilled: string[] }>;
  debitsLate(input: ForDebitRun): Promise<void>;
  closeDebitRun(input: ForDebitRun): Promise<void>;
}

export interface StoreBook {
  rest(input: Rest): Promise<void>;
  openIncident(input: AsOf & { id: string; kind: IncidentKind; workflowId: string; detail: string }): Promise<void>;
  /** The workflow is over and can't be repaired: an incident, no wait, and all it was told is acknowledged. */
  workflowFailed(input: AsOf & { workflowId: string; detail: string }): Promise<void>;
  resolveIncident(input: AsOf & { id: string; how: string; messageId: string }): Promise<void>;
  /** Works every day after the store's last one up to `day`, in order; starts what each calls for. */
  workStoreDays(input: AsOf & { day: JstDate }): Promise<{ days: JstDate[] }>;
}

export interface BookActivities
  extends OrderBook, CardBook, AccountBook, DirectDebitBook, CloseBook, PeriodBook, DebitBook, StoreBook {}

export interface GatewayActivities {
  /** 取引登録 of one order's period; key np-txn/<order>/<period>/<n>. */
  registerTransaction(
    input: ForOrder & { period: Period; n: number },
  ): Promise<{ outcome: 'registered' } | { outcome: 'refused'; reason: '21' | '22' | '24' }>;
  /** 取引キャンセル of what stands for an order that ends before its service began; nothing when nothing does. */
  cancelRegistrations(input: ForOrder): Promise<void>;
  /** 取引登録 for a chunk of the month's orders; the refused are told to their orders as atRisk. */
  registerPeriodChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  screenBuyer(
    input: ForAccount & { again: boolean; cause: string },
  ): Promise<{ buyerId: string; result: BuyerResult; reasons: string[]; limit: number | null }>;
  request3ds(
    input: ForOrder & { authenticationRef: string },
  ): Promise<{ outcome: 'redirect' } | { outcome: 'declined'; code: string }>;
  /** Asks SBPS how 3-D Secure ended, authorises and commits the first period and saves the card; capture follows at the close. */
  authoriseFirst(
    input: ForOrder & { period: Period; n: number; authenticationRef: string },
  ): Promise<ChargeOutcome | Unauthenticated>;
  /** Authorises (saved card, or the card just authenticated), commits, captures and issues the receipt. */
  chargePeriod(
    input: ForOrder & { period: Period; invoiceId: string; n: number; authenticationRef?: string },
  ): Promise<ChargeOutcome | Unauthenticated>;
  /** Keeps the card just authenticated for the coming months, without a charge. */
  saveCard(
    input: ForOrder & { authenticationRef: string },
  ): Promise<{ outcome: 'saved' } | { outcome: 'declined'; code: string } | Unauthenticated>;
  /** Captures or charges a chunk of the closed period's card invoices. */
  chargeChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  requestBillingChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  /** Mirrors the bills NP has issued for the period: number, document, status, posting. */
  mirrorChunk(input: ForPeriod & { after: string | null }): Promise<Chunk>;
  /** The document of an invoice's newest revision, from its issuer. */
  fetchBillDocument(input: AsOf & { invoiceId: string }): Promise<void>;
  directDebitActive(input: ForDirectDebit & { firstPeriod: Period }): Promise<void>;
  directDebitEnded(input: ForDirectDebit): Promise<void>;
}

export interface ClockActivities {
  /** Steps a simulated store from due instant to due instant until the target, for at most some seconds of wall time. */
  stepClock(input: { storeId: string }): Promise<{ status: 'ready' | 'advancing' | 'failed' }>;
}

export type { Message };
