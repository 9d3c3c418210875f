import type { Lifecycle } from '../lifecycle';

export type InvoiceState = 'draft' | 'held' | 'requested' | 'issued' | 'paid' | 'void';

/**
 * An invoice or debit notice of one destination, period and settlement. Billing it again raises its `revision`, and being
 * overdue follows from the date. Neither is a state, so neither can be forgotten or lag behind.
 */
export const invoiceLifecycle: Lifecycle<InvoiceState> = {
  initial: 'draft',
  states: {
    draft: { label: '下書き', to: ['held', 'requested', 'issued', 'void'] },
    /** Set aside by finance or by a failed check; its items stay billable. */
    held: { label: '発行保留', to: ['draft', 'void'] },
    /** np: billing was asked of NP (請求確定依頼), which issues it. In house goes from draft to issued. */
    requested: { label: '請求依頼済み', to: ['issued', 'void'] },
    /** Printed data is frozen. What is still owed follows from the payments. */
    issued: { label: '発行済み', to: ['paid', 'void'] },
    /** Owed again when a deposit that paid it is reversed. */
    paid: { label: '入金済み', to: ['issued'] },
    /** Keeps its number. NP voids what totals zero or less. */
    void: { label: '無効', to: [] },
  },
};
