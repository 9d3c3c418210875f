import {
  type Instant,
  type JstDate,
  type Period,
  addDays,
  addMonths,
  dateOf,
  endOf,
  periodEnd,
  periodOf,
} from '../calendar';
import { cardRetryAt, policy } from '../policy';
import { type RiskDecision, atRiskUntil } from './risk';

/*
 * The rules of a running contract. `nextDeadline` gives the time at which the workflow wakes if no message comes before.
 * `decide` gives the step that follows from an event. Both are pure functions. The workflow performs the step and stores its
 * result in the contract. If another decision depends on the result, the workflow passes it to `decide` as the next event.
 */

/**
 * Everything that the next step of a running contract depends on. It stores dates and no durations, so that a deadline stays the
 * same when the workflow continues as a new run.
 */
export interface Contract {
  method: 'bank_transfer' | 'card';
  endsOn: JstDate | null;
  /** The months that the card did not pay, the first declined one first. */
  arrears: Arrears[];
  /** The running 3-D Secure authentication of a new card, and the instant until which the buyer can pass it. */
  replacing: { authenticationRef: string; until: Instant } | null;
  /**
   * A month that NP (the credit provider NP掛け払い) refuses, and finance's last day to decide. A later refused month replaces it
   * unless the contract is suspended. It stays set while the contract is suspended because of it.
   */
  risk: { period: Period; until: JstDate } | null;
  suspendedUntil: JstDate | null;
  /**
   * The time of the next check whether the card has paid all months. It is set when the service of a card contract ends, unless
   * the contract was suspended.
   */
  lastChargeDue: Instant | null;
}

/** A month whose charge the card's issuer declined. `invoiceId` is the unpaid receipt of the month. */
export interface Arrears {
  period: Period;
  invoiceId: string;
  /** The day of the first decline. */
  declinedOn: JstDate;
  /** Retries made so far. */
  retries: number;
}

export function newContract(method: Contract['method']): Contract {
  const nothing = { endsOn: null, replacing: null, risk: null, suspendedUntil: null, lastChargeDue: null };
  return { method, arrears: [], ...nothing };
}

export type ContractStatus = 'active' | 'ending' | 'at_risk' | 'suspended' | 'ended';

export function statusOf({ lastChargeDue, suspendedUntil, risk, endsOn }: Contract): ContractStatus {
  if (lastChargeDue) return 'ended';
  if (suspendedUntil) return 'suspended';
  if (risk) return 'at_risk';
  return endsOn ? 'ending' : 'active';
}

// ── deadlines ────────────────────────────────────────────────────────────────────────────────────────────────────────

export type DeadlineKind =
  /** Nothing else is due, so the contract is checked once a year. */
  | 'review'
  | 'end'
  /** Finance has not decided in time on the month that NP refuses. */
  | 'undecided'
  /** The contract stayed suspended too long: `_at_risk` because NP refuses a month, `_unpaid` because the card does not pay. */
  | 'suspended_at_risk'
  | 'suspended_unpaid'
  | 'authentication'
  | 'last_charge'
  | 'card_retry';

export interface Deadline {
  at: Instant;
  kind: DeadlineKind;
}

/** The nearest deadline of the contract. If two fall on one instant, the deadline that is added to `all` first counts. */
export function nextDeadline(contract: Contract, asOf: Instant): Deadline {
  const { endsOn, replacing, risk, suspendedUntil, lastChargeDue } = contract;
  const review = endOf(addMonths(dateOf(asOf), policy.order.contractReviewMonths));
  const all: Deadline[] = [{ at: review, kind: 'review' }];
  if (endsOn) all.push({ at: endOf(endsOn), kind: 'end' });
  if (risk && !suspendedUntil) all.push({ at: endOf(risk.until), kind: 'undecided' });
  if (suspendedUntil) all.push({ at: endOf(suspendedUntil), kind: risk ? 'suspended_at_risk' : 'suspended_unpaid' });
  if (replacing) all.push({ at: replacing.until, kind: 'authentication' });
  if (lastChargeDue) all.push({ at: lastChargeDue, kind: 'last_charge' });
  const retry = nextRetry(contract);
  if (retry) all.push({ at: retry.at, kind: 'card_retry' });
  return all.reduce((nearest, other) => (other.at < nearest.at ? other : nearest));
}

/** The next retry of an unpaid month's charge. If two fall on one instant, the month that comes first in `arrears` counts. */
function nextRetry({ arrears }: Contract): { month: Arrears; at: Instant } | null {
  let next: { month: Arrears; at: Instant } | null = null;
  for (const month of arrears) {
    const at = cardRetryAt(month.declinedOn, month.retries + 1);
    if (at && (!next || at < next.at)) next = { month, at };
  }
  return next;
}

// ── decisions ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** An event in the life of a contract: a message to its workflow, a deadline that has come, or the result of the last step. */
export type ContractEvent =
  | { kind: 'cancel'; lines: string[] | 'all'; messageId: string }
  | ({ kind: 'chargeDeclined' } & Omit<Arrears, 'retries'>)
  | { kind: 'replaceCard'; authenticationRef: string }
  | { kind: 'cardReturned'; authenticationRef: string; messageId: string }
  /** NP has refused a month, or has announced that it will. The books record the refusal once per `messageId`. */
  | { kind: 'atRisk'; period: Period; reason: string; messageId: string }
  | { kind: 'decideRisk'; decision: RiskDecision; messageId: string }
  /** Messages that matter only before the contract runs. A running contract ignores them. */
  | { kind: 'release' | 'serviceStarted' | 'buyerDecided' }
  | { kind: 'due'; deadline: Exclude<DeadlineKind, 'review'> }
  | { kind: 'serviceEnded'; on: JstDate }
  | { kind: 'lastRetryDeclined'; month: Arrears }
  /** `open` counts the items of the order that its card has not paid yet. */
  | { kind: 'openChargesCounted'; open: number };

export type EndReason = 'cancellation' | 'unpaid' | 'at_risk';

/** The reason for which a service is suspended. The workflow makes a key of these fields, so that the books record it once. */
export type Suspension =
  | { reason: 'at_risk'; by: 'finance'; messageId: string }
  | { reason: 'at_risk'; by: 'deadline'; decideBy: JstDate }
  | { reason: 'card_declined'; period: Period };

export type ContractStep =
  | { do: 'nothing' }
  | { do: 'accept_cancellation'; lines: string[] | 'all'; messageId: string }
  | { do: 'record_decline'; month: Arrears }
  | { do: 'retry_charge'; month: Arrears }
  | { do: 'authenticate_new_card'; authenticationRef: string }
  | { do: 'expire_authentication'; authenticationRef: string }
  | { do: 'charge_new_card'; authenticationRef: string; cause: string }
  | { do: 'save_new_card'; authenticationRef: string }
  | { do: 'mark_at_risk'; period: Period; reason: string; until: JstDate; cause: string }
  | { do: 'register_again'; messageId: string }
  | { do: 'bill_in_house'; period: Period; messageId: string }
  | { do: 'suspend'; suspension: Suspension; until: JstDate }
  | { do: 'end_service'; on: JstDate; reason: EndReason }
  | { do: 'count_open_charges' }
  | { do: 'await_last_charge'; due: Instant }
  /** The contract is over. Finance collects the months that the card did not pay (`uncollected`). */
  | { do: 'close'; uncollected: Arrears[] };

const nothing: ContractStep = { do: 'nothing' };

/** The step that follows from the event. @param asOf the instant of the event */
export function decide(contract: Contract, event: ContractEvent, asOf: Instant): ContractStep {
  switch (event.kind) {
    case 'cancel':
      if (contract.lastChargeDue) return nothing;
      return { do: 'accept_cancellation', lines: event.lines, messageId: event.messageId };
    case 'chargeDeclined': {
      const { period, invoiceId, declinedOn } = event;
      return { do: 'record_decline', month: { period, invoiceId, declinedOn, retries: 0 } };
    }
    case 'replaceCard':
      return { do: 'authenticate_new_card', authenticationRef: event.authenticationRef };
    case 'cardReturned': {
      const { authenticationRef, messageId } = event;
      if (contract.replacing?.authenticationRef !== authenticationRef) return nothing;
      return contract.arrears.length > 0
        ? { do: 'charge_new_card', authenticationRef, cause: messageId }
        : { do: 'save_new_card', authenticationRef };
    }
    case 'atRisk':
      return decideAtRisk(contract, event, asOf);
    case 'decideRisk':
      return decideByFinance(contract, event, asOf);
    case 'release':
    case 'serviceStarted':
    case 'buyerDecided':
      return nothing;
    case 'due':
      return decideDue(contract, event.deadline, asOf);
    case 'serviceEnded':
      if (contract.method === 'bank_transfer' || contract.suspendedUntil)
        return { do: 'close', uncollected: [...contract.arrears] };
      // The card is charged on the 1st after the contract's last month, so the workflow first checks at the end of that day.
      return { do: 'await_last_charge', due: endOf(addDays(periodEnd(periodOf(event.on)), 1)) };
    case 'lastRetryDeclined':
      // Once the service has ended, it can't be suspended any more.
      if (contract.lastChargeDue) return { do: 'close', uncollected: [event.month] };
      if (contract.suspendedUntil) return nothing;
      return suspend({ reason: 'card_declined', period: event.month.period }, asOf);
    case 'openChargesCounted':
      // The card may still be retried, or the month's close may wait for finance. So the workflow checks again each day.
      return event.open === 0
        ? { do: 'close', uncollected: [] }
        : { do: 'await_last_charge', due: endOf(dateOf(asOf)) };
  }
}

/**
 * The step for a month that NP refuses. Finance's time to decide runs from the first refusal, and a later refused month does not
 * extend it. If NP first announces that it will refuse a month and then refuses it, the contract is marked only once.
 */
function decideAtRisk(
  { risk, suspendedUntil }: Contract,
  { period, reason, messageId }: { period: Period; reason: string; messageId: string },
  asOf: Instant,
): ContractStep {
  if (suspendedUntil || (risk && period <= risk.period)) return nothing;
  const until = risk ? risk.until : atRiskUntil(dateOf(asOf), period);
  return { do: 'mark_at_risk', period, reason, until, cause: messageId };
}

/**
 * The step that carries out finance's decision. If finance ends the contract, the months that NP refused stay unbilled, and
 * the close of each such month reports them in an incident.
 */
function decideByFinance(
  contract: Contract,
  { decision, messageId }: { decision: RiskDecision; messageId: string },
  asOf: Instant,
): ContractStep {
  switch (decision) {
    case 'register_again':
      return { do: 'register_again', messageId };
    case 'bill_in_house':
      return { do: 'bill_in_house', period: contract.risk!.period, messageId };
    case 'suspend':
      return suspend({ reason: 'at_risk', by: 'finance', messageId }, asOf);
    case 'end':
      return { do: 'end_service', on: dateOf(asOf), reason: 'at_risk' };
  }
}

function decideDue(contract: Contract, deadline: Exclude<DeadlineKind, 'review'>, asOf: Instant): ContractStep {
  switch (deadline) {
    case 'end':
      return { do: 'end_service', on: contract.endsOn!, reason: 'cancellation' };
    case 'suspended_at_risk':
      return { do: 'end_service', on: contract.suspendedUntil!, reason: 'at_risk' };
    case 'suspended_unpaid':
      return { do: 'end_service', on: contract.suspendedUntil!, reason: 'unpaid' };
    case 'card_retry':
      return { do: 'retry_charge', month: nextRetry(contract)!.month };
    case 'last_charge':
      return { do: 'count_open_charges' };
    case 'authentication':
      return { do: 'expire_authentication', authenticationRef: contract.replacing!.authenticationRef };
    case 'undecided':
      return suspend({ reason: 'at_risk', by: 'deadline', decideBy: contract.risk!.until }, asOf);
  }
}

/** The step that suspends the service. If the contract is still suspended at the end of `until`, it ends. */
function suspend(suspension: Suspension, asOf: Instant): ContractStep {
  return { do: 'suspend', suspension, until: addDays(dateOf(asOf), policy.card.endDaysAfterSuspension) };
}
