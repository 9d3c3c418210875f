import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Instant, JstDate, Period } from '../../domain/calendar';
import type { RiskDecision } from '../../domain/order/risk';
import type { BuyerResult, Guarantee } from '../../domain/account/screening';

/** What every start carries: the store, its kind of clock, the instant of the fact that caused it, and the message to acknowledge. */
export interface Start {
  storeId: string;
  clock: 'real' | 'simulated';
  at: Instant;
  messageId: string;
}

/** What every signal and update carries. `at` is the instant of the fact, stamped when it was accepted. */
export interface Message {
  messageId: string;
  at: Instant;
}

/** A person's command also says who; the reason is kept in PostgreSQL under the message id. */
export interface Command extends Message {
  by: string;
}

/** Answer to a command: taken in. What came of it is read from the resource once the message is processed. */
export interface Accepted {
  accepted: true;
}

/** A simulated clock's alarm. */
export const tick = defineSignal<[Message]>('tick');

// ── order ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface OrderStart extends Start {
  orderId: string;
  accountId: string;
}
export const cancel = defineUpdate<Accepted, [Command & { lines: string[] | 'all' }]>('cancel');
/** After NP raised the limit: registers anew under the next n. */
export const release = defineUpdate<Accepted, [Command]>('release');
/** Finance's decision on a contract at risk. */
export const decideRisk = defineUpdate<Accepted, [Command & { decision: RiskDecision }]>('decideRisk');
export const serviceStarted = defineUpdate<Accepted, [Command & { on: JstDate }]>('serviceStarted');
/** A new card for a running contract; its token waits in PostgreSQL under authenticationRef. */
export const replaceCard = defineUpdate<Accepted, [Command & { authenticationRef: string }]>('replaceCard');
export const buyerDecided = defineSignal<[Message & { destinationId: string; result: BuyerResult }]>('buyerDecided');
export const cardReturned =
  defineSignal<[Message & { authenticationRef: string; result: 'ok' | 'ng' }]>('cardReturned');
export const chargeDeclined =
  defineSignal<[Message & { period: Period; invoiceId: string; declinedOn: JstDate }]>('chargeDeclined');
export const atRisk = defineSignal<[Message & { period: Period; reason: string }]>('atRisk');

// ── account ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface AccountStart extends Start {
  accountId: string;
}
/** Asked by the first bank-transfer order of a destination: have the buyer screened. */
export const clear = defineSignal<[Message & { destinationId: string }]>('clear');
/** Corrected data, applied for again (申請). */
export const reapply = defineUpdate<Accepted, [Command & { destinationId: string }]>('reapply');
/** No more orders; refused by the API while one is open. */
export const closeAccount = defineUpdate<Accepted, [Command]>('closeAccount');
export const buyerScreened = defineSignal<[Message & { destinationId: string; newsId: string }]>('buyerScreened');
export const guaranteeChanged =
  defineSignal<[Message & { destinationId: string; status: Guarantee }]>('guaranteeChanged');

// ── direct debit ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface DirectDebitStart extends Start {
  directDebitId: string;
  accountId: string;
  settlement: 'np' | 'in_house';
}
export const formPosted = defineUpdate<Accepted, [Command & { on: JstDate }]>('formPosted');
export const formReceived = defineUpdate<Accepted, [Command & { on: JstDate }]>('formReceived');
/** In house with the account to debit, which stays in PostgreSQL. */
export const complete = defineUpdate<Accepted, [Command & { evidence: string; debitAccountId: string | null }]>(
  'complete',
);
export const reject = defineUpdate<Accepted, [Command & { reason: string }]>('reject');
export const withdraw = defineUpdate<Accepted, [Command]>('withdraw');
export const enrolmentCompleted = defineSignal<[Message]>('enrolmentCompleted');
export const mandateEnded = defineSignal<[Message & { code: string }]>('mandateEnded');

// ── close, period, debit run, day, clock ─────────────────────────────────────────────────────────────────────────────

export interface PeriodStart extends Start {
  period: Period;
}
export const approve = defineUpdate<Accepted, [Command]>('approve');
export const hold = defineUpdate<Accepted, [Command & { invoiceId: string }]>('hold');
export const releaseHold = defineUpdate<Accepted, [Command & { invoiceId: string }]>('releaseHold');
export const redraft = defineUpdate<Accepted, [Command]>('redraft');
export const billsIssued = defineSignal<[Message]>('billsIssued');

export interface DebitRunStart extends Start {
  nominal: Period;
  debitOn: JstDate;
}
export const debitReported = defineSignal<[Message & { key: string; code: string }]>('debitReported');
/** In house: finance has handed the request file in to the bank. */
export const fileHandedIn = defineUpdate<Accepted, [Command & { on: JstDate }]>('fileHandedIn');
export const importResults = defineUpdate<Accepted, [Command & { results: { key: string; code: string }[] }]>(
  'importResults',
);

export interface StoreDayStart extends Start {
  day: JstDate;
}

export interface ClockStart extends Start {
  to: Instant;
}

// ── every workflow ───────────────────────────────────────────────────────────────────────────────────────────────────

/** What a person decides about a step that failed for good. */
export type Repair = 'retry' | 'skip' | { resolveAs: string };
export const repair = defineUpdate<Accepted, [Command & { incident: string; how: Repair }]>('repair');
