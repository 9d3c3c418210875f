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
    /** Accepted with its price snapshot; nobody outside has been asked yet. */
    received: { label: '受付', to: ['screening', 'authorising', 'cancelled'] },
    /** Bank transfer: the buyer's clearance or NP's answer to the first month is awaited, 保留 included (P3). */
    screening: { label: '与信審査中', to: ['confirmed', 'held', 'declined', 'cancelled'] },
    /** Card: 3-D Secure and the authorisation are awaited; a refusal by the issuer cancels the order (P10). */
    authorising: { label: 'カード承認中', to: ['confirmed', 'cancelled'] },
    /** Over the credit limit (22): a higher limit and the operator's release are awaited (P4). */
    held: { label: '与信枠超過で保留', to: ['screening', 'declined', 'cancelled'] },
    /** Ordered from the maker where the plan needs it, else in force at once. */
    confirmed: { label: '注文確定', to: ['provisioning', 'active', 'cancelled'] },
    /** Ordered from the maker; the start of service is awaited. */
    provisioning: { label: '手配中', to: ['active', 'cancelled'] },
    active: { label: '提供中', to: ['at_risk', 'suspended', 'ending', 'ended'] },
    /** A month of the running contract was refused: finance decides within 5 business days. */
    at_risk: { label: '要対応（与信）', to: ['active', 'suspended', 'ending', 'ended'] },
    suspended: { label: '提供停止中', to: ['active', 'ending', 'ended'] },
    /** Cancellation accepted; service goes on until its last day. */
    ending: { label: '解約予定', to: ['at_risk', 'suspended', 'ended'] },
    ended: { label: '契約終了', to: [] },
    /** Credit refused (21, 24, 否決), or the wait for it ran out. */
    declined: { label: 'お断り', to: [] },
    cancelled: { label: 'キャンセル', to: [] },
  },
};
