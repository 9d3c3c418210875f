import type { Lifecycle } from '../lifecycle';

export type PeriodState = 'open' | 'frozen' | 'closed';

/** The life cycle of a calendar month in a store's billing. */
export const periodLifecycle = {
  initial: 'open',
  states: {
    /** The month takes billable items. */
    open: { label: '受付中', to: ['frozen'] },
    /** The month takes no more items, because its close has begun. */
    frozen: { label: '凍結', to: ['closed'] },
    closed: { label: '締め済み', to: [] },
  },
} as const satisfies Lifecycle<PeriodState>;
