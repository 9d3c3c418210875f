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

/** One order from acceptance to the end of its contract (DESIGN §4). */
export const orderLifecycle: Lifecycle<OrderState> = {
  initial: 'received',
  states: {
    /** Accepted with a snapshot of its prices. No provider has been called yet. */
    received: { label: '受付', to: ['screening', 'authorising', 'cancelled'] },
    /** Bank transfer: waits for the buyer's screening, 保留 included, or for NP's answer to the first month (P3). */
    screening: { label: '与信審査中', to: ['confirmed', 'held', 'declined', 'cancelled'] },
    /** Card: waits for 3-D Secure and the authorisation. A refusal by the issuer cancels the order (P10). */
    authorising: { label: 'カード承認中', to: ['confirmed', 'cancelled'] },
    /** Over the credit limit (22): waits for a higher limit and the operator's release (P4). */
    held: { label: '与信枠超過で保留', to: ['screening', 'declined', 'cancelled'] },
    /** Paid for or guaranteed. The plan is then ordered from the maker if it needs that, else it starts at once. */
    confirmed: { label: '注文確定', to: ['provisioning', 'active', 'cancelled'] },
    /** Ordered from the maker: waits for the start of service. */
    provisioning: { label: '手配中', to: ['active', 'cancelled'] },
    active: { label: '提供中', to: ['at_risk', 'suspended', 'ending', 'ended'] },
    /** NP refused a month of the running contract. Finance decides within 5 business days. */
    at_risk: { label: '要対応（与信）', to: ['active', 'suspended', 'ending', 'ended'] },
    suspended: { label: '提供停止中', to: ['active', 'ending', 'ended'] },
    /** Cancellation accepted. The service goes on until its last day. */
    ending: { label: '解約予定', to: ['at_risk', 'suspended', 'ended'] },
    ended: { label: '契約終了', to: [] },
    /** NP refused credit (21, 24, 否決), or the wait for it expired. */
    declined: { label: 'お断り', to: [] },
    cancelled: { label: 'キャンセル', to: [] },
  },
};
