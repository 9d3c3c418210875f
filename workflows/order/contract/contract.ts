import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
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
} from '../../../domain/calendar';
import type { RiskDecision } from '../../../domain/order/risk';
import { policy } from '../../../domain/policy';
import type { Owner } from '../../contracts/activities';
import { keys } from '../../contracts/keys';
import type { OrderStart } from '../../contracts/messages';
import { book } from '../../lib/activities';
import type { Life } from '../../lib/life';
import { ContractCard } from './card';
import { ContractRisk } from './risk';
import type { Contract, OrderMessage } from './state';
import type { order } from '../workflow';

type Deadline = {
  at: Instant;
  what: 'end' | 'review' | 'retry' | 'authentication' | 'risk' | 'give_up' | 'last_charge';
  waitingFor: string;
  owner: Owner;
  status: string;
};

/** A contract in force: orders do not wake monthly, only exceptions and commands wake them. */
export async function runContract(
  life: Life<OrderMessage>,
  input: OrderStart,
  contract: Contract,
  unregistered: readonly Period[] = [],
): Promise<void> {
  const running = new RunningContract(life, input, contract);
  await running.registerLate(unregistered);
  for (;;) {
    const { at, what, ...wait } = running.deadline();
    const message = await life.next(at, wait);
    if (message) await running.act(message);
    else if (what === 'review') break;
    else await running.due(what);
    if (running.ended || life.mustContinue) break;
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
  private readonly risk: ContractRisk;

  constructor(
    private readonly life: Life<OrderMessage>,
    private readonly input: OrderStart,
    readonly contract: Contract,
  ) {
    this.card = new ContractCard(life, input, contract);
    this.risk = new ContractRisk(life, input, contract);
  }

  /** Months opened while nobody had told of the service yet. Refused, they put the contract at risk as on any 1st. */
  async registerLate(months: readonly Period[]): Promise<void> {
    for (const period of months) await this.risk.registerMonth(period);
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
    const decision = { waitingFor: 'at_risk_decision', owner: 'finance', status } as const;
    if (risk && !suspendedUntil) all.push({ at: endOf(risk.until), what: 'risk', ...decision });
    const payment = { waitingFor: 'card_retry', owner: 'buyer', status } as const;
    if (suspendedUntil) all.push({ at: endOf(suspendedUntil), what: 'give_up', ...(risk ? decision : payment) });
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
      case 'atRisk':
        return this.risk.arises(m.period, m.reason, m.messageId);
      case 'decideRisk':
        return this.decideRisk(m.decision, m.messageId);
      case 'release':
      case 'serviceStarted':
      case 'buyerDecided':
        return; // told again about what has long happened
    }
  }

  async due(what: Exclude<Deadline['what'], 'review'>): Promise<void> {
    switch (what) {
      case 'end':
        return this.end(this.contract.endsOn!, 'cancellation');
      case 'give_up':
        return this.end(this.contract.suspendedUntil!, this.contract.risk ? 'at_risk' : 'unpaid');
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
        return;
      case 'risk':
        return this.suspend('at_risk', keys.cause.riskUndecided(this.contract.risk!.until));
    }
  }

  private get fact() {
    return { ...this.life.fact, orderId: this.input.orderId };
  }

  private async suspend(reason: 'card_declined' | 'at_risk', cause: string): Promise<void> {
    await book.suspendOrder({ ...this.fact, reason, cause });
    this.contract.suspendedUntil = addDays(dateOf(this.life.asOf), policy.card.endDaysAfterSuspension);
  }

  /** Finance's way out of a month that NP won't take. Ended, what NP refused stays unbilled, which its close tells of. */
  private async decideRisk(decision: RiskDecision, messageId: string): Promise<void> {
    switch (decision) {
      case 'register_again':
        return this.risk.registerAgain(messageId);
      case 'bill_in_house':
        return this.risk.billInHouse(messageId);
      case 'suspend':
        return this.suspend('at_risk', messageId);
      case 'end':
        return this.end(dateOf(this.life.asOf), 'at_risk');
    }
  }

  private async end(on: JstDate, reason: 'cancellation' | 'unpaid' | 'at_risk'): Promise<void> {
    await book.endOrder({ ...this.fact, on, reason });
    const { method, suspendedUntil, arrears } = this.contract;
    if (method === 'bank_transfer' || suspendedUntil) {
      for (const owed of arrears) await this.card.giveUp(owed);
      this.ended = true;
      return;
    }
    // The last month is charged once it is over, just after the contract is.
    this.contract.endsOn = null;
    this.contract.lastChargeDue = endOf(addDays(periodEnd(periodOf(on)), 1));
  }

  private async retry(): Promise<void> {
    const { arrears, exhausted } = await this.card.retry();
    if (!exhausted) return;
    if (this.contract.lastChargeDue) {
      await this.card.giveUp(arrears);
      this.ended = true;
    } else if (!this.contract.suspendedUntil)
      await this.suspend('card_declined', keys.cause.cardExhausted(arrears.period));
  }

  /** Until the card has paid every month; a month that is being retried, or waits for somebody at the close, is looked at daily. */
  private async lookAtLastCharge(): Promise<void> {
    const { open } = await book.openCharges(this.fact);
    this.ended = open === 0;
    this.contract.lastChargeDue = endOf(dateOf(this.life.asOf));
  }
}
