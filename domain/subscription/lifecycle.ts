import type { Lifecycle } from '../lifecycle';

export type SubscriptionState = 'scheduled' | 'active' | 'paused' | 'ending' | 'ended';

/** One line of an order: the contract for one plan. */
export const subscriptionLifecycle: Lifecycle<SubscriptionState> = {
  initial: 'scheduled',
  states: {
    /** The service has not started. If the order is cancelled, the line ends unused. */
    scheduled: { label: '開始前', to: ['active', 'ended'] },
    active: { label: '契約中', to: ['paused', 'ending', 'ended'] },
    /** Suspended: no new months are billed. */
    paused: { label: '停止中', to: ['active', 'ending', 'ended'] },
    /** Cancelled with an end date. Billed until its last month. */
    ending: { label: '解約予定', to: ['paused', 'ended'] },
    ended: { label: '終了', to: [] },
  },
};
