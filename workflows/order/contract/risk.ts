import { type Period, dateOf } from '../../../domain/calendar';
import { atRiskUntil } from '../../../domain/order/risk';
import { keys } from '../../contracts/keys';
import type { OrderStart } from '../../contracts/messages';
import { book } from '../../lib/activities';
import type { Life } from '../../lib/life';
import type { Contract, OrderMessage } from './state';

/** A running contract's months that NP won't take: how the risk arises, and how the contract is taken out of it. */
export class ContractRisk {
  constructor(
    private readonly life: Life<OrderMessage>,
    private readonly input: OrderStart,
    private readonly contract: Contract,
  ) {}

  /** Finance's time runs from the first month; one that was announced and is then refused is told once. */
  async arises(period: Period, reason: string, cause: string): Promise<void> {
    const { risk, suspendedUntil } = this.contract;
    if (suspendedUntil || (risk && period <= risk.period)) return;
    const until = risk ? risk.until : atRiskUntil(dateOf(this.life.asOf), period);
    await book.markAtRisk({ ...this.fact, period, reason, until, cause });
    this.contract.risk = { period, until };
  }

  /** A month of service that NP has not been told of. */
  async registerMonth(period: Period): Promise<void> {
    const reason = await this.register(period, 1);
    if (reason !== null) await this.arises(period, reason, keys.cause.monthRefused(period));
  }

  /** After payment or a raised limit. Refused again, or still without NP's guarantee, the contract stays as it is. */
  async registerAgain(messageId: string): Promise<void> {
    const { n } = await book.releaseOrder({ ...this.fact, messageId });
    const { refused, guaranteed } = await book.monthsAtRisk(this.fact);
    for (const period of refused) if ((await this.register(period, n)) !== null) return;
    if (guaranteed) await this.resume(messageId);
  }

  /** The store carries the risk of the months itself. */
  async billInHouse(messageId: string): Promise<void> {
    const { period } = this.contract.risk!;
    const { months } = await book.billInHouse({ ...this.fact, period, messageId });
    await this.resume(messageId, months);
  }

  private async resume(cause: string, billedInHouse: Period[] = []): Promise<void> {
    const { unregistered } = await book.resumeOrder({ ...this.fact, cause, billedInHouse });
    this.contract.risk = null;
    this.contract.suspendedUntil = null;
    for (const period of unregistered) await this.registerMonth(period);
  }

  /** @returns null, or why NP refuses the month */
  private async register(period: Period, n: number): Promise<string | null> {
    const id = keys.call.npTransaction(this.input.orderId, period, n);
    const answer = await this.life.attempt(id, 'np_registration', () =>
      this.life.providers.registerTransaction({ ...this.fact, period, n }),
    );
    if ('resolvedAs' in answer) return answer.resolvedAs === 'registered' ? null : '24';
    return answer.outcome === 'registered' ? null : answer.reason;
  }

  private get fact() {
    return { ...this.life.fact, orderId: this.input.orderId };
  }
}
