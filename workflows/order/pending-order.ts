import { type Instant, type Period, dateOf, periodOf } from '../../domain/calendar';
import type { CancelReason, DeclineReason } from '../contracts/activities';
import type { WaitFor } from '../contracts/waits';
import { book } from '../lib/activities';
import type { Life } from '../lib/life';
import type { OrderMessage } from './contract/state';

/** An order before its service begins. First credit.ts or card-payment.ts works on it (by payment method), then service.ts. */
export class PendingOrder {
  /** The message that the order waits for; null while a step runs. Only a waiting order can be cancelled. */
  awaits: OrderMessage['kind'] | null = null;

  constructor(
    readonly life: Life<OrderMessage>,
    readonly orderId: string,
    readonly accountId: string,
  ) {}

  get fact() {
    return { ...this.life.fact, orderId: this.orderId };
  }

  get thisMonth(): Period {
    return periodOf(dateOf(this.life.asOf));
  }

  /** Waits for a message of that kind or a cancellation. @returns the message, or null once `until` has come */
  async nextOrCancel<K extends OrderMessage['kind']>(until: Instant, wait: WaitFor, kind: K) {
    this.awaits = kind;
    const m = await this.life.next<K | 'cancel'>(until, wait, kind, 'cancel');
    this.awaits = null;
    return m;
  }

  async decline(reason: DeclineReason): Promise<void> {
    await book.declineOrder({ ...this.fact, reason });
  }

  async cancel(reason: CancelReason): Promise<void> {
    await book.cancelOrder({ ...this.fact, reason });
  }
}
