import type { Period } from '../../../domain/calendar';
import type { Contract } from '../../../domain/order/contract';
import { book } from '../../lib/activities';
import type { Life } from '../../lib/life';
import { registerMonth } from '../registration';
import type { OrderMessage } from './state';

/**
 * The two decisions of finance that let a contract at risk go on. A contract is at risk when NP (the credit provider NP掛け払い)
 * refuses one of its months, or will refuse the coming ones. Each method returns the months to register with NP afterwards.
 */
export class ContractRisk {
  constructor(
    private readonly life: Life<OrderMessage>,
    private readonly orderId: string,
    private readonly contract: Contract,
  ) {}

  /**
   * Registers the refused months again, after the buyer has paid or NP has raised the limit. If NP refuses a month again, or
   * still gives no guarantee, the contract stays at risk.
   */
  async registerAgain(messageId: string): Promise<Period[]> {
    const { n } = await book.releaseOrder({ ...this.fact, messageId });
    const { refused, guaranteed } = await book.monthsAtRisk(this.fact);
    for (const period of refused) {
      const result = await registerMonth(this.life, this.orderId, period, n);
      if (result !== 'registered') return [];
    }
    return guaranteed ? this.resume(messageId) : [];
  }

  /** Lets the store bill the refused months itself. The store then bears the loss if the buyer does not pay them. */
  async billInHouse(period: Period, messageId: string): Promise<Period[]> {
    const { months } = await book.billInHouse({ ...this.fact, period, messageId });
    return this.resume(messageId, months);
  }

  private async resume(cause: string, billedInHouse: Period[] = []): Promise<Period[]> {
    const { unregistered } = await book.resumeOrder({ ...this.fact, cause, billedInHouse });
    this.contract.risk = null;
    this.contract.suspendedUntil = null;
    return unregistered;
  }

  private get fact() {
    return { ...this.life.fact, orderId: this.orderId };
  }
}
