import type { BuyerResult, Guarantee } from '../../domain/account/screening';
import type { Instant, JstDate, Period } from '../../domain/calendar';
import type { RiskDecision } from '../../domain/order/risk';
import type { WorkflowId, WorkflowType } from './ids';

/*
 * The list of all messages to workflows: the workflow that receives each, its kind (signal or update) and its payload. The
 * compiler checks the senders (books/lib/outbox.ts) and the receivers (workflows/lib/life.ts) against it. Temporal's histories
 * and the table `dispatch` contain the names of the messages, so a name never changes.
 */

/**
 * The input that every workflow starts with. `at` is the instant of the fact that caused the start. The start itself counts as
 * the workflow's first message: `messageId` is its id, and the workflow acknowledges it.
 */
export interface Start {
  storeId: string;
  clock: 'real' | 'simulated';
  at: Instant;
  messageId: string;
}

/**
 * The members of every signal and update. `at` is the business time of the reported fact or, for a command, of its acceptance.
 */
export interface Message {
  messageId: string;
  at: Instant;
}

/** A person's command, sent as a Temporal update. `by` names the person. PostgreSQL has the person's reason, by message id. */
export interface Command extends Message {
  by: string;
}

/** The answer to a command: the workflow has received it. The API shows the effect once the workflow has acted on the command. */
export interface Accepted {
  accepted: true;
}

/**
 * The decision on a step that failed permanently, by the incident's owner (the operator or finance). `resolveAs`: the workflow
 * goes on as if the step had given the named result.
 */
export type Repair = 'retry' | 'skip' | { resolveAs: string };

/** A Temporal signal, which reports a fact to a workflow of type T. */
interface Signal<T extends WorkflowType, P extends object = Nothing> {
  kind: 'signal';
  to: T;
  payload: P;
}
/** A Temporal update, which brings a person's command to a workflow of type T. */
interface Update<T extends WorkflowType, P extends object = Nothing> {
  kind: 'update';
  to: T;
  payload: P;
}
type Nothing = Record<never, never>;

interface Messages {
  // ── order
  cancel: Update<'order', { lines: string[] | 'all' }>;
  /**
   * The credit limit that an order exceeds has been raised (by NP, the credit provider, or in house). The held order tries
   * again.
   */
  release: Update<'order'>;
  /** Finance's decision on a running contract of which NP refuses a month. */
  decideRisk: Update<'order', { decision: RiskDecision }>;
  serviceStarted: Update<'order', { on: JstDate }>;
  /** The buyer gives a new card for a running contract. PostgreSQL has the card's token, by authenticationRef. */
  replaceCard: Update<'order', { authenticationRef: string }>;
  buyerDecided: Signal<'order', { destinationId: string; result: BuyerResult }>;
  cardReturned: Signal<'order', { authenticationRef: string; result: 'ok' | 'ng' }>;
  chargeDeclined: Signal<'order', { period: Period; invoiceId: string; declinedOn: JstDate }>;
  atRisk: Signal<'order', { period: Period; reason: string }>;

  // ── account
  /** An order asks the account's workflow to let NP screen a billing destination. */
  clear: Signal<'account', { destinationId: string }>;
  /** The operator has corrected the buyer's data. NP is to screen the buyer again (再申請). */
  reapply: Update<'account', { destinationId: string }>;
  /**
   * Closes the account, so that no more orders can be placed for it. The API refuses this while the account has an open order.
   */
  closeAccount: Update<'account'>;
  buyerScreened: Signal<'account', { destinationId: string; newsId: string }>;
  guaranteeChanged: Signal<'account', { destinationId: string; status: Guarantee }>;

  // ── direct debit
  formPosted: Update<'directDebit', { on: JstDate }>;
  formReceived: Update<'directDebit', { on: JstDate }>;
  /**
   * The bank has enrolled the mandate. `debitAccountId`: in house, the id of the buyer's bank account in PostgreSQL; otherwise
   * null.
   */
  complete: Update<'directDebit', { evidence: string; debitAccountId: string | null }>;
  reject: Update<'directDebit', { reason: string }>;
  withdraw: Update<'directDebit'>;
  enrolmentCompleted: Signal<'directDebit'>;
  mandateEnded: Signal<'directDebit', { code: string }>;

  // ── monthly close
  approve: Update<'monthlyClose'>;
  hold: Update<'monthlyClose', { invoiceId: string }>;
  releaseHold: Update<'monthlyClose', { invoiceId: string }>;
  redraft: Update<'monthlyClose'>;
  billsIssued: Signal<'monthlyClose'>;

  // ── debit run
  debitReported: Signal<'debitRun', { key: string; code: string }>;
  /** In house: finance has handed the request file in to the bank. */
  fileHandedIn: Update<'debitRun', { on: JstDate }>;
  importResults: Update<'debitRun', { results: { key: string; code: string }[] }>;

  // ── every workflow
  /** The clock of a simulated store reports that the deadline of the workflow's wait has come. */
  tick: Signal<WorkflowType>;
  repair: Update<WorkflowType, { incident: string; how: Repair }>;
}

type Body<N extends MessageName> = Messages[N]['payload'];
type MessageTo<T extends WorkflowType> = { [N in MessageName]: Messages[N]['to'] extends T ? N : never }[MessageName];

export type MessageName = keyof Messages;
export type SignalName = { [N in MessageName]: Messages[N]['kind'] extends 'signal' ? N : never }[MessageName];
export type CommandName = Exclude<MessageName, SignalName>;
/** The names of the commands that a workflow of type T receives. */
export type CommandTo<T extends WorkflowType> = MessageTo<T> & CommandName;

/** The members of message N beside those that every message has. */
export type Payload<N extends MessageName> = N extends MessageName
  ? keyof Body<N> extends never
    ? Record<string, never>
    : Body<N>
  : never;

/** The type of the ids of workflows that receive message N. */
export type Receiver<N extends MessageName> = Receivers[N];
type Receivers = { [N in MessageName]: WorkflowId<Messages[N]['to']> };

/**
 * The messages that a workflow of type T receives, as a union by `kind`. `tick` and `repair` are left out: life.ts handles them.
 */
export type MessagesFor<T extends WorkflowType> = {
  [N in MessageTo<T>]: { kind: N } & Body<N> & (N extends CommandName ? Command : Message);
}[MessageTo<T>];

// ── starts ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface OrderStart extends Start {
  orderId: string;
  accountId: string;
}
export interface AccountStart extends Start {
  accountId: string;
}
export interface DirectDebitStart extends Start {
  directDebitId: string;
  accountId: string;
  settlement: 'np' | 'in_house';
}
export interface PeriodStart extends Start {
  period: Period;
}
export interface DebitRunStart extends Start {
  nominal: Period;
  debitOn: JstDate;
}
export interface StoreDayStart extends Start {
  day: JstDate;
}
export interface ClockStart extends Start {
  to: Instant;
}

interface Starts extends Record<WorkflowType, Start> {
  order: OrderStart;
  account: AccountStart;
  directDebit: DirectDebitStart;
  monthlyClose: PeriodStart;
  cardCollection: PeriodStart;
  periodOpen: PeriodStart;
  debitRun: DebitRunStart;
  storeDay: StoreDayStart;
  clock: ClockStart;
}

/** The members of a workflow's start beside those that every start has. */
export type StartPayload<T extends WorkflowType> = Omit<Starts[T], keyof Start>;
