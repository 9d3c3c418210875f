import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import {
  type Instant,
  type JstDate,
  type Period,
  addDays,
  addMonths,
  addMs,
  dateOf,
  endOf,
} from '../../domain/calendar';
import { atRiskUntil } from '../../domain/order/credit-decision';
import { cardRetryAt, policy } from '../../domain/policy';
import type { Owner } from '../contracts/activities';
import type { Command, Message, OrderStart } from '../contracts/messages';
import { book } from '../lib/activities';
import type { Carried, Life } from '../lib/life';
import type { order } from './workflow';
import type { BuyerResult } from '../../providers/credit/port';

export type OrderMessage =
  | ({ kind: 'buyerDecided'; destinationId: string; result: BuyerResult } & Message)
  | ({ kind: 'cardReturned'; authenticationRef: string; result: 'ok' | 'ng' } & Message)
  | ({ kind: 'chargeDeclined'; period: Period; invoiceId: string; declinedOn: JstDate } & Message)
  | ({ kind: 'atRisk'; period: Period; reason: string } & Message)
  | ({ kind: 'cancel'; lines: string[] | 'all' } & Command)
  | ({ kind: 'release' } & Command)
  | ({ kind: 'serviceStarted'; on: JstDate } & Command)
  | ({ kind: 'replaceCard'; authenticationRef: string } & Command);

/** What a running contract has to remember to decide its next step; absolute dates only, so a new run waits no longer. */
export interface Contract {
  endsOn: JstDate | null;
  /** A month the card did not pay: first declined when, how many retries made. */
  arrears: { period: Period; invoiceId: string; declinedOn: JstDate; retries: number } | null;
  replacing: { authenticationRef: string; until: Instant } | null;
  risk: { period: Period; until: Instant } | null;
  suspendedUntil: JstDate | null;
  carried?: Carried;
}

type Deadline = {
  at: Instant;
  what: 'end' | 'review' | 'retry' | 'authentication' | 'risk' | 'give_up';
  waitingFor: string;
  owner: Owner;
  status: string;
};

/** A contract in force: orders do not wake monthly, only exceptions and commands wake them. */
export async function runContract(life: Life<OrderMessage>, input: OrderStart, contract: Contract): Promise<void> {
  const running = new RunningContract(life, input, contract);
  for (;;) {
    const { at, what, ...wait } = running.deadline();
    const message = await life.next(at, wait);
    if (message) await running.act(message);
    else if (what === 'review' || (await running.due(what)) === 'ended') break;
    if (life.mustContinue) break;
  }
  if (running.ended) return life.end();
  await condition(allHandlersFinished);
  await continueAsNew<typeof order>({
    ...input,
    at: life.asOf,
    contract: { ...running.contract, carried: life.carry() },
  });
}

class RunningContract {
  ended = false;

  constructor(
    private readonly life: Life<OrderMessage>,
    private readonly input: OrderStart,
    readonly contract: Contract,
  ) {}

  /** The nearest of all it waits for; a contract with nothing else to wait for is looked at once a year. */
  deadline(): Deadline {
    const { endsOn, arrears, replacing, risk, suspendedUntil } = this.contract;
    const status = suspendedUntil ? 'suspended' : risk ? 'at_risk' : endsOn ? 'ending' : 'active';
    const review = endOf(addMonths(dateOf(this.life.asOf), policy.order.contractReviewMonths));
    const all: Deadline[] = [{ at: review, what: 'review', waitingFor: 'contract', owner: 'buyer', status }];
    if (endsOn) all.push({ at: endOf(endsOn), what: 'end', waitingFor: 'contract_end', owner: 'engine', status });
    if (risk) all.push({ at: risk.until, what: 'risk', waitingFor: 'at_risk_decision', owner: 'finance', status });
    if (suspendedUntil)
      all.push({ at: endOf(suspendedUntil), what: 'give_up', waitingFor: 'card_retry', owner: 'buyer', status });
    if (replacing)
      all.push({ at: replacing.until, what: 'authentication', waitingFor: 'card_replacement', owner: 'buyer', status });
    const retryAt = arrears && cardRetryAt(arrears.declinedOn, arrears.retries + 1);
    if (retryAt) all.push({ at: retryAt, what: 'retry', waitingFor: 'card_retry', owner: 'buyer', status });
    return all.reduce((a, b) => (b.at < a.at ? b : a));
  }

  async act(m: OrderMessage): Promise<void> {
    switch (m.kind) {
      case 'cancel': {
        const { endsOn, wholeOrder } = await book.acceptCancellation({
          ...this.fact,
          messageId: m.messageId,
          lines: m.lines,
        });
        if (wholeOrder) this.contract.endsOn = endsOn;
        return;
      }
      case 'chargeDeclined':
        this.contract.arrears = { period: m.period, invoiceId: m.invoiceId, declinedOn: m.declinedOn, retries: 0 };
        return this.tellDecline(1);
      case 'replaceCard':
        return this.beginReplacement(m.authenticationRef);
      case 'cardReturned':
        if (this.contract.replacing?.authenticationRef === m.authenticationRef)
          await this.chargeNewCard(m.authenticationRef, m.messageId);
        return;
      case 'atRisk': {
        const until = atRiskUntil(dateOf(this.life.asOf));
        await book.markAtRisk({ ...this.fact, period: m.period, reason: m.reason, until });
        this.contract.risk = { period: m.period, until: endOf(until) };
        return;
      }
      case 'release':
        return this.registerAgain(m.messageId);
      case 'serviceStarted':
      case 'buyerDecided':
        return; // told again about what has long happened
    }
  }

  async due(what: Exclude<Deadline['what'], 'review'>): Promise<'ended' | 'goes on'> {
    switch (what) {
      case 'end':
        return this.end(this.contract.endsOn!, 'cancellation');
      case 'give_up':
        return this.end(this.contract.suspendedUntil!, 'unpaid');
      case 'retry':
        await this.retry();
        return 'goes on';
      case 'authentication':
        await book.authenticationExpired({
          ...this.fact,
          authenticationRef: this.contract.replacing!.authenticationRef,
        });
        this.contract.replacing = null;
        return 'goes on';
      case 'risk':
        await book.suspendOrder({ ...this.fact, reason: 'at_risk' });
        this.contract.risk = null;
        this.contract.suspendedUntil = addDays(dateOf(this.life.asOf), policy.card.endDaysAfterSuspension);
        return 'goes on';
    }
  }

  private get fact() {
    return { ...this.life.fact, orderId: this.input.orderId };
  }

  private async end(on: JstDate, reason: 'cancellation' | 'unpaid'): Promise<'ended'> {
    await book.endOrder({ ...this.fact, on, reason });
    this.ended = true;
    return 'ended';
  }

  // ── the card did not pay ─────────────────────────────────────────────────────────────────────────────────────────────

  private async retry(): Promise<void> {
    const arrears = this.contract.arrears!;
    arrears.retries += 1;
    const outcome = await this.charge(`retry/${arrears.retries}`);
    if (outcome === 'charged') return this.settled();
    await this.tellDecline(arrears.retries + 1);
    if (cardRetryAt(arrears.declinedOn, arrears.retries + 1)) return;
    await book.suspendOrder({ ...this.fact, reason: 'card_declined' });
    this.contract.suspendedUntil = addDays(dateOf(this.life.asOf), policy.card.endDaysAfterSuspension);
  }

  private async tellDecline(nextRetry: number): Promise<void> {
    const { period, invoiceId, declinedOn } = this.contract.arrears!;
    const retryAt = cardRetryAt(declinedOn, nextRetry);
    await book.chargeDeclined({ ...this.fact, period, invoiceId, n: nextRetry, retryOn: retryAt && dateOf(retryAt) });
  }

  private async beginReplacement(authenticationRef: string): Promise<void> {
    const asked = await this.life.attempt(
      `card-3ds/${this.input.orderId}/${authenticationRef}`,
      'card_authentication',
      'operator',
      () => this.life.providers.request3ds({ ...this.fact, authenticationRef }),
    );
    if ('resolvedAs' in asked || asked.outcome === 'declined') return;
    this.contract.replacing = {
      authenticationRef,
      until: addMs(this.life.asOf, policy.order.threeDSecureMinutes * 60_000),
    };
  }

  private async chargeNewCard(authenticationRef: string, cause: string): Promise<void> {
    this.contract.replacing = null;
    if (!this.contract.arrears) return;
    const outcome = await this.charge(cause, authenticationRef);
    if (outcome === 'charged') await this.settled();
  }

  private async charge(cause: string, authenticationRef?: string): Promise<'charged' | 'declined'> {
    const { period, invoiceId } = this.contract.arrears!;
    const { n } = await book.nextChargeAttempt({ ...this.fact, period, cause });
    const done = await this.life.attempt(
      `card-auth/${this.input.orderId}/${period}/${n}`,
      'card_charge',
      'finance',
      () =>
        this.life.providers.chargePeriod({
          ...this.fact,
          period,
          invoiceId,
          n,
          ...(authenticationRef && { authenticationRef }),
        }),
    );
    return 'resolvedAs' in done ? (done.resolvedAs === 'charged' ? 'charged' : 'declined') : done.outcome;
  }

  private async settled(): Promise<void> {
    await book.chargeSettled({ ...this.fact, period: this.contract.arrears!.period });
    if (this.contract.suspendedUntil) await book.resumeOrder(this.fact);
    this.contract.arrears = this.contract.suspendedUntil = null;
  }

  // ── a month was refused ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Finance's first way out: registered again after payment or a raised limit. */
  private async registerAgain(messageId: string): Promise<void> {
    const risk = this.contract.risk;
    if (!risk) return;
    const { n } = await book.releaseOrder({ ...this.fact, messageId });
    const answer = await this.life.providers.registerTransaction({ ...this.fact, period: risk.period, n });
    if (answer.outcome !== 'registered') return;
    await book.resumeOrder(this.fact);
    this.contract.risk = null;
  }
}
