import type { Lifecycle } from '../lifecycle';

export type AccountState = 'registered' | 'open' | 'suspended' | 'closed';

/** The life cycle of a member account. A `registered` account can order by card, because card orders need no screening. */
export const accountLifecycle = {
  initial: 'registered',
  states: {
    registered: { label: '登録済み', to: ['open', 'closed'] },
    /** The buyer has passed the screening and can order by bank transfer. */
    open: { label: '取引可', to: ['suspended', 'closed'] },
    /**
     * NP (the credit provider NP掛け払い) guarantees no new debts of the buyer, because a bill is overdue by a month or more (NG).
     * New orders by bank transfer are refused.
     */
    suspended: { label: '取引停止', to: ['open', 'closed'] },
    closed: { label: '解約済み', to: [] },
  },
} as const satisfies Lifecycle<AccountState>;

export type BuyerScreeningState = 'none' | 'screening' | 'passed' | 'held' | 'denied' | 'cancelled';

/**
 * The life cycle of NP's screening of a buyer (購入企業審査). To have corrected data screened, the engine must apply again (再申請,
 * NP's merchant FAQ).
 */
export const buyerScreeningLifecycle = {
  initial: 'none',
  states: {
    none: { label: '未申請', to: ['screening'] },
    screening: { label: '審査中', to: ['passed', 'held', 'denied', 'cancelled'] },
    /** NP holds the screening, usually because of wrong data. NP may still decide on the data that it has. */
    held: { label: '保留', to: ['screening', 'passed', 'denied', 'cancelled'] },
    /** NP cancelled the screening because of wrong data. A new application is possible. */
    cancelled: { label: '取消', to: ['screening'] },
    passed: { label: '通過', to: [] },
    denied: { label: '否決', to: [] },
  },
} as const satisfies Lifecycle<BuyerScreeningState>;
