import type { Lifecycle } from '../lifecycle';

export type OrderState =
  | 'received'
  | 'screening'
  | 'authorising'
  | 'held'
  | 'confirmed'
  | 'provisioning'
  | 'active'
  | 'at_risk'
  | 'suspended'
  | 'ending'
  | 'ended'
  | 'declined'
  | 'cancelled';

/** The life cycle of an order, from acceptance to the end of its contract. NP is the credit provider NP掛け払い. */
export const orderLifecycle = {
  initial: 'received',
  states: {
    /** The order is stored with a snapshot of its prices. No provider has been called yet. */
    received: { label: '受付', to: ['screening', 'authorising', 'cancelled'] },
    /**
     * Bank transfer: the order waits for the buyer's screening (also while it is on hold, 保留), then for the credit decision on
     * the first month (docs/store.md P3).
     */
    screening: { label: '与信審査中', to: ['confirmed', 'held', 'declined', 'cancelled'] },
    /**
     * Card: the order waits for 3-D Secure and the authorisation. If the card's issuer refuses, the order is cancelled
     * (docs/store.md P10).
     */
    authorising: { label: 'カード承認中', to: ['confirmed', 'cancelled'] },
    /** Over the credit limit: the order waits for a higher limit and the operator's release (docs/store.md P4). */
    held: { label: '与信枠超過で保留', to: ['screening', 'declined', 'cancelled'] },
    /**
     * The card is authorised, or the credit is given. A plan that its maker provides is ordered next; any other plan starts at
     * once.
     */
    confirmed: { label: '注文確定', to: ['provisioning', 'active', 'cancelled'] },
    /** The plan is ordered from its maker. The order waits until the maker has started the service. */
    provisioning: { label: '手配中', to: ['active', 'cancelled'] },
    active: { label: '提供中', to: ['at_risk', 'suspended', 'ending', 'ended'] },
    /** NP refused a month of the running contract. Finance decides within 5 business days. */
    at_risk: { label: '要対応（与信）', to: ['active', 'suspended', 'ending', 'ended'] },
    suspended: { label: '提供停止中', to: ['active', 'ending', 'ended'] },
    /** The cancellation is accepted. The service goes on until its last day. */
    ending: { label: '解約予定', to: ['at_risk', 'suspended', 'ended'] },
    ended: { label: '契約終了', to: [] },
    /**
     * The order is not credited: NP refused the transaction (21 unpaid before, 24 overall judgement), denied the buyer (否決), or
     * the wait for a decision expired.
     */
    declined: { label: 'お断り', to: [] },
    cancelled: { label: 'キャンセル', to: [] },
  },
} as const satisfies Lifecycle<OrderState>;
