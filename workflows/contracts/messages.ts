import type { BuyerResult, Guarantee } from '../../domain/account/screening';
import type { Instant, JstDate, Period } from '../../domain/calendar';
import type { RiskDecision } from '../../domain/order/risk';
import type { WorkflowId, WorkflowType } from './ids';

/*
 * The one list of messages to workflows: the workflow that receives each, the way it is sent, the payload. The compiler checks
 * the senders (books/lib/outbox.ts) and the receivers (workflows/lib/life.ts) against it. Temporal and the table `dispatch` know
 * a message by its name here, so a name never changes.
 */

/** Every start carries the store, its kind of clock, the instant of the fact that caused it, and the message to acknowledge. */
export interface Start {
  storeId: string;
  clock: 'real' | 'simulated';
  at: Instant;
  messageId: string;
}

/** Every signal and update carries its id and `at`, the instant of the fact, stamped when it was accepted. */
export interface Message {
  messageId: string;
  at: Instant;
}

/** A person's command also names that person; the reason is kept in PostgreSQL under the message id. */
export interface Command extends Message {
  by: string;
}

/** Answer to a command: received. Its outcome is read from the resource once the message is processed. */
export interface Accepted {
  accepted: true;
}

/** A person decides on a step that failed for good. */
export type Repair = 'retry' | 'skip' | { resolveAs: string };

/** Reports a fact to a workflow of type T. */
interface Signal<T extends WorkflowType, P extends object = Nothing> {
  kind: 'signal';
  to: T;
  payload: P;
}
/** A person's command to a workflow of type T. */
interface Update<T extends WorkflowType, P extends object = Nothing> {
  kind: 'update';
  to: T;
  payload: P;
}
type Nothing = Record<never, never>;

interface Messages {
  // ── order
  cancel: Update<'order', { lines: string[] | 'all' }>;
  /** After NP raised the limit: registers anew under the next n. */
  release: Update<'order'>;
  /** Finance's decision on a contract at risk. */
  decideRisk: Update<'order', { decision: RiskDecision }>;
  serviceStarted: Update<'order', { on: JstDate }>;
  /** A new card for a running contract; its token waits in PostgreSQL under authenticationRef. */
  replaceCard: Update<'order', { authenticationRef: string }>;
  buyerDecided: Signal<'order', { destinationId: string; result: BuyerResult }>;
  cardReturned: Signal<'order', { authenticationRef: string; result: 'ok' | 'ng' }>;
  chargeDeclined: Signal<'order', { period: Period; invoiceId: string; declinedOn: JstDate }>;
  atRisk: Signal<'order', { period: Period; reason: string }>;

  // ── account
  /** The first bank-transfer order of a destination asks to have the buyer screened. */
  clear: Signal<'account', { destinationId: string }>;
  /** Corrected data, applied for again (申請). */
  reapply: Update<'account', { destinationId: string }>;
  /** No more orders; refused by the API while one is open. */
  closeAccount: Update<'account'>;
  buyerScreened: Signal<'account', { destinationId: string; newsId: string }>;
  guaranteeChanged: Signal<'account', { destinationId: string; status: Guarantee }>;

  // ── direct debit
  formPosted: Update<'directDebit', { on: JstDate }>;
  formReceived: Update<'directDebit', { on: JstDate }>;
  /** In house with the account to debit, which stays in PostgreSQL. */
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
  /** A simulated clock's alarm. */
  tick: Signal<WorkflowType>;
  repair: Update<WorkflowType, { incident: string; how: Repair }>;
}

type Body<N extends MessageName> = Messages[N]['payload'];
type MessageTo<T extends WorkflowType> = { [N in MessageName]: Messages[N]['to'] extends T ? N : never }[MessageName];

export type MessageName = keyof Messages;
export type SignalName = { [N in MessageName]: Messages[N]['kind'] extends 'signal' ? N : never }[MessageName];
export type CommandName = Exclude<MessageName, SignalName>;
/** The names of the commands that a workflow of that type receives. */
export type CommandTo<T extends WorkflowType> = MessageTo<T> & CommandName;

/** The members of a message beside those that every message has. */
export type Payload<N extends MessageName> = N extends MessageName
  ? keyof Body<N> extends never
    ? Record<string, never>
    : Body<N>
  : never;

/** The id of a workflow that receives it. */
export type Receiver<N extends MessageName> = Receivers[N];
type Receivers = { [N in MessageName]: WorkflowId<Messages[N]['to']> };

/** All that a workflow of that type receives, as a union by `kind`. Ticks and repairs are left out: life.ts takes them. */
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

/** The members of a start beside those that every start has. */
export type StartPayload<T extends WorkflowType> = Omit<Starts[T], keyof Start>;
