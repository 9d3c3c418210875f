import type { Lifecycle } from '../lifecycle';

export type AccountState = 'registered' | 'open' | 'suspended' | 'closed';

/** A member account. An account that is only registered can order by card, because card orders need no screening. */
export const accountLifecycle: Lifecycle<AccountState> = {
  initial: 'registered',
  states: {
    registered: { label: '登録済み', to: ['open', 'closed'] },
    /** The buyer has passed the screening and can order by bank transfer. */
    open: { label: '取引可', to: ['suspended', 'closed'] },
    /** NP's guarantee is NG, or staff stopped the account. New orders by bank transfer are refused. */
    suspended: { label: '取引停止', to: ['open', 'closed'] },
    closed: { label: '解約済み', to: [] },
  },
};

export type BuyerScreeningState = 'none' | 'screening' | 'passed' | 'held' | 'denied' | 'cancelled';

/** NP's screening of the buyer (購入企業審査). Corrected data need a new application (japan-domain.md §1.5). */
export const buyerScreeningLifecycle: Lifecycle<BuyerScreeningState> = {
  initial: 'none',
  states: {
    none: { label: '未申請', to: ['screening'] },
    screening: { label: '審査中', to: ['passed', 'held', 'denied', 'cancelled'] },
    /** Usually because of wrong data. NP may also decide without a new application. */
    held: { label: '保留', to: ['screening', 'passed', 'denied', 'cancelled'] },
    /** Cancelled by NP because of wrong data. A new application is possible. */
    cancelled: { label: '取消', to: ['screening'] },
    passed: { label: '通過', to: [] },
    denied: { label: '否決', to: [] },
  },
};
