import type { Lifecycle } from '../lifecycle';

export type PeriodState = 'open' | 'frozen' | 'closed';

/** A store's month in the books. */
export const periodLifecycle: Lifecycle<PeriodState> = {
  initial: 'open',
  states: {
    /** Accepts billable items. */
    open: { label: '受付中', to: ['frozen'] },
    /** Accepts no more items. Its close is under way. */
    frozen: { label: '凍結', to: ['closed'] },
    closed: { label: '締め済み', to: [] },
  },
};
