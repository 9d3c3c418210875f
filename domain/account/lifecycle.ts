import type { Lifecycle } from '../lifecycle';

export type AccountState = 'registered' | 'open' | 'suspended' | 'closed';

/** A member account. Card orders need no screening, so they run while it is only registered. */
export const accountLifecycle: Lifecycle<AccountState> = {
  initial: 'registered',
  states: {
    registered: { label: '登録済み', to: ['open', 'closed'] },
    /** The buyer is cleared: orders by bank transfer are taken. */
    open: { label: '取引可', to: ['suspended', 'closed'] },
    /** Guarantee NG or stopped by staff: no new orders by bank transfer. */
    suspended: { label: '取引停止', to: ['open', 'closed'] },
    closed: { label: '解約済み', to: [] },
  },
};

export type BuyerScreeningState = 'none' | 'screening' | 'passed' | 'held' | 'denied' | 'cancelled';

/** NP's screening of the buyer (購入企業審査); corrected data are applied for anew (japan-domain.md §1.5). */
export const buyerScreeningLifecycle: Lifecycle<BuyerScreeningState> = {
  initial: 'none',
  states: {
    none: { label: '未申請', to: ['screening'] },
    screening: { label: '審査中', to: ['passed', 'held', 'denied', 'cancelled'] },
    /** Usually wrong data. NP may also settle it by itself. */
    held: { label: '保留', to: ['screening', 'passed', 'denied', 'cancelled'] },
    /** Taken back by NP for wrong data: may be applied for again. */
    cancelled: { label: '取消', to: ['screening'] },
    passed: { label: '通過', to: [] },
    denied: { label: '否決', to: [] },
  },
};
