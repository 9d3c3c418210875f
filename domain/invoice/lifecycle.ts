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
    /** Held back by finance or by a failed check. Its items stay billable. */
    held: { label: '発行保留', to: ['draft', 'void'] },
    /** np: the engine asked NP to bill (請求確定依頼), and NP issues it. In house, a draft becomes issued directly. */
    requested: { label: '請求依頼済み', to: ['issued', 'void'] },
    /** The printed data never change again. The amount still owed follows from the payments. */
    issued: { label: '発行済み', to: ['paid', 'void'] },
    /** Becomes issued again when a deposit that paid it is reversed. */
    paid: { label: '入金済み', to: ['issued'] },
    /** Keeps its number. NP voids invoices with a total of zero or less. */
    void: { label: '無効', to: [] },
  },
};
