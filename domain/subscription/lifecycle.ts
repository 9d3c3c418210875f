import type { Lifecycle } from '../lifecycle';

export type SubscriptionState = 'scheduled' | 'active' | 'paused' | 'ending' | 'ended';

/** One line of an order: the contract for one plan. */
export const subscriptionLifecycle: Lifecycle<SubscriptionState> = {
  initial: 'scheduled',
  states: {
    /** Service has not started; the order may still be cancelled, which ends the line unused. */
    scheduled: { label: '開始前', to: ['active', 'ended'] },
    active: { label: '契約中', to: ['paused', 'ending', 'ended'] },
    /** Suspended for non-payment: no new periods are billed. */
    paused: { label: '停止中', to: ['active', 'ending', 'ended'] },
    /** Cancelled to an end date; billed until its last period. */
    ending: { label: '解約予定', to: ['paused', 'ended'] },
    ended: { label: '終了', to: [] },
  },
};
