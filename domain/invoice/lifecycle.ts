import type { Lifecycle } from '../lifecycle';

export type InvoiceState = 'draft' | 'held' | 'requested' | 'issued' | 'paid' | 'void';

/**
 * The life cycle of an invoice, debit notice or card receipt. "Billed again" and "overdue" are no states: billing again raises
 * the invoice's `revision`, and "overdue" is computed from the date whenever it is asked for. So no stored state can be out of
 * date.
 */
export const invoiceLifecycle = {
  initial: 'draft',
  states: {
    /** A card receipt goes from here to `paid` directly, because it is issued for money already captured. */
    draft: { label: '下書き', to: ['held', 'requested', 'issued', 'paid', 'void'] },
    /** Finance or a failed check holds the invoice back. If it is not released, its items are billed with the next month. */
    held: { label: '発行保留', to: ['draft', 'void'] },
    /**
     * The engine has asked NP (the credit provider NP掛け払い) to bill (請求確定依頼), and NP issues the invoice. An invoice that the
     * store issues itself skips this state.
     */
    requested: { label: '請求依頼済み', to: ['issued', 'void'] },
    /**
     * The data of an issued document never change; billing again adds a new one. The amount still owed is computed from the
     * payments.
     */
    issued: { label: '発行済み', to: ['paid', 'void'] },
    /** The invoice becomes `issued` again when a deposit that paid it is reversed. */
    paid: { label: '入金済み', to: ['issued'] },
    /** The close of its month did not issue the invoice. Its items were moved to the next month. */
    void: { label: '無効', to: [] },
  },
} as const satisfies Lifecycle<InvoiceState>;
