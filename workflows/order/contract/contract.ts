import { keys } from '../../contracts/keys';
import type { Period } from '../../../domain/calendar';
import {
  type Contract,
  type ContractEvent,
  type ContractStep,
  type DeadlineKind,
  type Suspension,
  decide,
  nextDeadline,
  statusOf,
} from '../../../domain/order/contract';
import type { Owner, WaitName } from '../../contracts/waits';
import { book } from '../../lib/activities';
import type { Life } from '../../lib/life';
import { reasonOf, registerMonth } from '../registration';
import { ContractCard } from './card';
import { ContractRisk } from './risk';
import type { OrderMessage } from './state';

const waits: Record<DeadlineKind, { waitingFor: WaitName; owner: Owner }> = {
  review: { waitingFor: 'contract', owner: 'buyer' },
  end: { waitingFor: 'contract_end', owner: 'engine' },
  undecided: { waitingFor: 'at_risk_decision', owner: 'finance' },
  suspended_at_risk: { waitingFor: 'at_risk_decision', owner: 'finance' },
  suspended_unpaid: { waitingFor: 'card_retry', owner: 'buyer' },
  authentication: { waitingFor: 'card_replacement', owner: 'buyer' },
  last_charge: { waitingFor: 'last_charge', owner: 'sbps' },
  card_retry: { waitingFor: 'card_retry', owner: 'buyer' },
};

/**
 * Runs a contract whose service has started. The workflow does not wake each month: only messages and deadlines wake it.
 * @param unregistered months that began before the start of the service was reported, so they are not registered with NP (the
 * credit provider NP掛け払い) yet
 * @returns whether the contract has ended, or goes on in a new run of the workflow
 */
export async function runContract(
  life: Life<OrderMessage>,
  orderId: string,
  contract: Contract,
  unregistered: readonly Period[],
): Promise<'ended' | 'goes_on'> {
  const running = new RunningContract(life, orderId, contract);
  await running.registerMonths(unregistered);
  for (;;) {
    const { at, kind } = nextDeadline(contract, life.asOf);
    const message = await life.next(at, { ...waits[kind], status: statusOf(contract) });
    if (message) await running.handle(message);
    else if (kind === 'review') return 'goes_on';
    else await running.handle({ kind: 'due', deadline: kind });
    if (running.ended) return 'ended';
    if (life.mustContinue) return 'goes_on';
  }
}

/** Performs the steps that domain/order/contract.ts decides on. */
class RunningContract {
  ended = false;
  private readonly card: ContractCard;
  private readonly risk: ContractRisk;

  constructor(
    private readonly life: Life<OrderMessage>,
    private readonly orderId: string,
    private readonly contract: Contract,
  ) {
    this.card = new ContractCard(life, orderId, contract);
    this.risk = new ContractRisk(life, orderId, contract);
  }

  async handle(event: ContractEvent): Promise<void> {
    let next: ContractEvent | void = event;
    while (next) next = await this.perform(decide(this.contract, next, this.life.asOf));
  }

  /**
   * Registers months of service that began unregistered. A month that NP refuses puts the contract at risk. The usual
   * registration on the 1st has the same effect.
   */
  async registerMonths(months: readonly Period[]): Promise<void> {
    for (const period of months) {
      const result = await registerMonth(this.life, this.orderId, period, 1);
      if (result !== 'registered')
        await this.handle({
          kind: 'atRisk',
          period,
          reason: reasonOf(result),
          messageId: keys.cause.monthRefused(period),
        });
    }
  }

  /** @returns the result of the step as an event, if the next decision depends on it */
  private async perform(step: ContractStep): Promise<ContractEvent | void> {
    const { contract } = this;
    const fact = { ...this.life.fact, orderId: this.orderId };
    switch (step.do) {
      case 'nothing':
        return;
      case 'accept_cancellation': {
        const { messageId, lines } = step;
        const { endsOn, wholeOrder } = await book.acceptCancellation({ ...fact, messageId, lines });
        if (wholeOrder) contract.endsOn = endsOn;
        return;
      }
      case 'record_decline':
        return this.card.recordDecline(step.month);
      case 'retry_charge':
        return this.card.retry(step.month);
      case 'authenticate_new_card':
        return this.card.authenticate(step.authenticationRef);
      case 'charge_new_card':
        return this.card.chargeNewCard(step.authenticationRef, step.cause);
      case 'save_new_card':
        return this.card.saveNewCard(step.authenticationRef);
      case 'expire_authentication':
        await book.authenticationExpired({ ...fact, authenticationRef: step.authenticationRef });
        contract.replacing = null;
        return;
      case 'mark_at_risk': {
        const { period, reason, until, cause } = step;
        await book.markAtRisk({ ...fact, period, reason, until, cause });
        contract.risk = { period, until };
        return;
      }
      case 'register_again':
        return this.registerMonths(await this.risk.registerAgain(step.messageId));
      case 'bill_in_house':
        return this.registerMonths(await this.risk.billInHouse(step.period, step.messageId));
      case 'suspend':
        await book.suspendOrder({ ...fact, reason: step.suspension.reason, cause: causeOf(step.suspension) });
        contract.suspendedUntil = step.until;
        return;
      case 'end_service':
        await book.endOrder({ ...fact, on: step.on, reason: step.reason });
        return { kind: 'serviceEnded', on: step.on };
      case 'count_open_charges': {
        const { open } = await book.openCharges(fact);
        return { kind: 'openChargesCounted', open };
      }
      case 'await_last_charge':
        contract.endsOn = null;
        contract.lastChargeDue = step.due;
        return;
      case 'close':
        for (const month of step.uncollected) await this.card.giveUp(month);
        this.ended = true;
    }
  }
}

function causeOf(suspension: Suspension): string {
  if (suspension.reason === 'card_declined') return keys.cause.cardExhausted(suspension.period);
  return suspension.by === 'finance' ? suspension.messageId : keys.cause.riskUndecided(suspension.decideBy);
}
