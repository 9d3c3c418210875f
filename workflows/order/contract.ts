import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import {
  type Instant,
  type JstDate,
  addDays,
  addMonths,
  dateOf,
  endOf,
  periodEnd,
  periodOf,
} from '../../domain/calendar';
import { atRiskUntil } from '../../domain/order/credit-decision';
import { policy } from '../../domain/policy';
import type { Owner } from '../contracts/activities';
import type { OrderStart } from '../contracts/messages';
import { book } from '../lib/activities';
import type { Life } from '../lib/life';
import { ContractCard } from './contract-card';
import type { Contract, OrderMessage } from './contract-state';
import type { order } from './workflow';

type Deadline = {
  at: Instant;
  what: 'end' | 'review' | 'retry' | 'authentication' | 'risk' | 'give_up' | 'last_charge';
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
  private readonly card: ContractCard;

  constructor(
    private readonly life: Life<OrderMessage>,
    private readonly input: OrderStart,
    readonly contract: Contract,
  ) {
    this.card = new ContractCard(life, input, contract);
  }

  /** The nearest of all it waits for; a contract with nothing else to wait for is looked at once a year. */
  deadline(): Deadline {
    const { endsOn, replacing, risk, suspendedUntil, lastChargeDue } = this.contract;
    const status = lastChargeDue
      ? 'ended'
      : suspendedUntil
        ? 'suspended'
        : risk
          ? 'at_risk'
          : endsOn
            ? 'ending'
            : 'active';
    const review = endOf(addMonths(dateOf(this.life.asOf), policy.order.contractReviewMonths));
    const all: Deadline[] = [{ at: review, what: 'review', waitingFor: 'contract', owner: 'buyer', status }];
    if (endsOn) all.push({ at: endOf(endsOn), what: 'end', waitingFor: 'contract_end', owner: 'engine', status });
    if (risk) all.push({ at: risk.until, what: 'risk', waitingFor: 'at_risk_decision', owner: 'finance', status });
    if (suspendedUntil)
      all.push({ at: endOf(suspendedUntil), what: 'give_up', waitingFor: 'card_retry', owner: 'buyer', status });
    if (replacing)
      all.push({ at: replacing.until, what: 'authentication', waitingFor: 'card_replacement', owner: 'buyer', status });
    if (lastChargeDue)
      all.push({ at: lastChargeDue, what: 'last_charge', waitingFor: 'last_charge', owner: 'sbps', status });
    const retryAt = this.card.nextRetry?.at;
    if (retryAt) all.push({ at: retryAt, what: 'retry', waitingFor: 'card_retry', owner: 'buyer', status });
    return all.reduce((a, b) => (b.at < a.at ? b : a));
  }

  async act(m: OrderMessage): Promise<void> {
    switch (m.kind) {
      case 'cancel': {
        if (this.contract.lastChargeDue) return;
        const { endsOn, wholeOrder } = await book.acceptCancellation({
          ...this.fact,
          messageId: m.messageId,
          lines: m.lines,
        });
        if (wholeOrder) this.contract.endsOn = endsOn;
        return;
      }
      case 'chargeDeclined':
        return this.card.declined(m);
      case 'replaceCard':
        return this.card.beginReplacement(m.authenticationRef);
      case 'cardReturned':
        if (this.contract.replacing?.authenticationRef === m.authenticationRef)
          await this.card.takeNewCard(m.authenticationRef, m.messageId);
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
        return this.retry();
      case 'last_charge':
        return this.lookAtLastCharge();
      case 'authentication':
        await book.authenticationExpired({
          ...this.fact,
          authenticationRef: this.contract.replacing!.authenticationRef,
        });
        this.contract.replacing = null;
        return 'goes on';
      case 'risk':
        await this.suspend('at_risk', `at_risk/${this.contract.risk!.period}`);
        this.contract.risk = null;
        return 'goes on';
    }
  }

  private get fact() {
    return { ...this.life.fact, orderId: this.input.orderId };
  }

  private async suspend(reason: 'card_declined' | 'at_risk', cause: string): Promise<void> {
    await book.suspendOrder({ ...this.fact, reason, cause });
    this.contract.suspendedUntil = addDays(dateOf(this.life.asOf), policy.card.endDaysAfterSuspension);
  }

  private async end(on: JstDate, reason: 'cancellation' | 'unpaid'): Promise<'ended' | 'goes on'> {
    await book.endOrder({ ...this.fact, on, reason });
    const { method, suspendedUntil } = this.contract;
    if (method === 'bank_transfer' || suspendedUntil) return this.finish();
    // The last month is charged once it is over, just after the contract is.
    this.contract.endsOn = null;
    this.contract.lastChargeDue = endOf(addDays(periodEnd(periodOf(on)), 1));
    return 'goes on';
  }

  private async retry(): Promise<'ended' | 'goes on'> {
    const { arrears, exhausted } = await this.card.retry();
    if (!exhausted) return 'goes on';
    if (this.contract.lastChargeDue) {
      await this.card.giveUp(arrears);
      return this.finish();
    }
    if (!this.contract.suspendedUntil) await this.suspend('card_declined', `card/${arrears.period}`);
    return 'goes on';
  }

  private finish(): 'ended' {
    this.ended = true;
    return 'ended';
  }

  /** Until the card has paid every month; a month that is being retried, or waits for somebody at the close, is looked at daily. */
  private async lookAtLastCharge(): Promise<'ended' | 'goes on'> {
    const { open } = await book.openCharges(this.fact);
    if (open === 0) return this.finish();
    this.contract.lastChargeDue = endOf(dateOf(this.life.asOf));
    return 'goes on';
  }

  // ── a month was refused ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Finance's first way out: registered again after payment or a raised limit. Refused again, it stays at risk. */
  private async registerAgain(messageId: string): Promise<void> {
    const risk = this.contract.risk;
    if (!risk) return;
    const { period } = risk;
    const { n } = await book.releaseOrder({ ...this.fact, messageId });
    const answer = await this.life.attempt(`np-txn/${this.input.orderId}/${period}/${n}`, 'np_registration', () =>
      this.life.providers.registerTransaction({ ...this.fact, period, n }),
    );
    if (('outcome' in answer ? answer.outcome : answer.resolvedAs) !== 'registered') return;
    await book.resumeOrder({ ...this.fact, cause: `at_risk/${period}` });
    this.contract.risk = null;
  }
}
