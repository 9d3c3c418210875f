import type { Lifecycle } from '../lifecycle';

export type SubscriptionState = 'scheduled' | 'active' | 'paused' | 'ending' | 'ended';

/** The life cycle of a subscription: one line of an order, which is the contract for one plan. */
export const subscriptionLifecycle = {
  initial: 'scheduled',
  states: {
    /** The service has not started. If the order is cancelled or declined now, the subscription ends unused. */
    scheduled: { label: '開始前', to: ['active', 'ended'] },
    active: { label: '契約中', to: ['paused', 'ending', 'ended'] },
    /** The order is suspended, so no new months are billed. */
    paused: { label: '停止中', to: ['active', 'ending', 'ended'] },
    /** The subscription is cancelled with an end date. It is billed through its last month. */
    ending: { label: '解約予定', to: ['paused', 'ended'] },
    ended: { label: '終了', to: [] },
  },
} as const satisfies Lifecycle<SubscriptionState>;
