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
     * Bank transfer: the order waits for NP's screening of the buyer (also while NP has it on hold, 保留), then for the credit
     * decision on the first month (docs/store.md P3). A store that settles in house (bills without NP) screens nobody.
     */
    screening: { label: '与信審査中', to: ['confirmed', 'held', 'declined', 'cancelled'] },
    /**
     * Card: the order waits for 3-D Secure and the authorisation. If the card's issuer refuses, the order is cancelled
     * (docs/store.md P10).
     */
    authorising: { label: 'カード承認中', to: ['confirmed', 'cancelled'] },
    /** The order is over the credit limit. It waits until the operator releases it to another decision (docs/store.md P4). */
    held: { label: '与信枠超過で保留', to: ['screening', 'declined', 'cancelled'] },
    /**
     * The card is authorised, or the credit is given. If the maker of a plan has to start its service, the order is
     * `provisioning` next. Otherwise the service starts at once.
     */
    confirmed: { label: '注文確定', to: ['provisioning', 'active', 'cancelled'] },
    /** The order waits until the maker has started the service. */
    provisioning: { label: '手配中', to: ['active', 'cancelled'] },
    active: { label: '提供中', to: ['at_risk', 'suspended', 'ending', 'ended'] },
    /** NP refused a month of the running contract. Finance has at least 5 business days to decide (`atRiskUntil`). */
    at_risk: { label: '要対応（与信）', to: ['active', 'suspended', 'ending', 'ended'] },
    suspended: { label: '提供停止中', to: ['active', 'ending', 'ended'] },
    /** The cancellation is accepted. The service goes on until its last day. */
    ending: { label: '解約予定', to: ['at_risk', 'suspended', 'ended'] },
    ended: { label: '契約終了', to: [] },
    /**
     * The order gets no credit: the credit decision was 21 (unpaid before) or 24 (overall judgement), NP denied the buyer (否決),
     * or the wait for a decision expired.
     */
    declined: { label: 'お断り', to: [] },
    cancelled: { label: 'キャンセル', to: [] },
  },
} as const satisfies Lifecycle<OrderState>;
