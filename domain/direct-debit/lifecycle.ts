import type { Lifecycle } from '../lifecycle';

export type DirectDebitState =
  'requested' | 'form_posted' | 'at_bank' | 'defect' | 'active' | 'ended' | 'withdrawn' | 'expired';

/**
 * The life cycle of a mandate: a customer's permission to debit a bank account (口座振替). A received form goes to the bank at
 * once, so "received" is an event that leads to `at_bank`. "Later than usual" is a flag of a mandate in `at_bank` and no
 * state, because lateness changes nothing about the next steps.
 */
export const directDebitLifecycle = {
  initial: 'requested',
  states: {
    /** The customer has asked for direct debit through the contact form (docs/store.md D1). */
    requested: { label: '申込受付', to: ['form_posted', 'withdrawn', 'expired'] },
    /** The paper form was posted to the customer. Reminders go out after 14 and 30 days; the mandate expires after 90. */
    form_posted: { label: '依頼書送付済み', to: ['at_bank', 'withdrawn', 'expired'] },
    /**
     * The form is at the bank for about two months (docs/store.md D2). A bank usually reports only a defect, so finance records
     * that the enrolment is complete.
     */
    at_bank: { label: '金融機関で手続き中', to: ['active', 'defect', 'withdrawn'] },
    /** The bank refused the form with a reason (seal, number, name …). A new form is posted, or the mandate expires. */
    defect: { label: '依頼書不備', to: ['form_posted', 'withdrawn', 'expired'] },
    active: { label: '振替中', to: ['ended', 'withdrawn'] },
    /** A debit failed with a code that ends the mandate (`debitResults` in rules.ts). Another debit needs another mandate. */
    ended: { label: '失効', to: [] },
    withdrawn: { label: '取下げ', to: [] },
    expired: { label: '期限切れ', to: [] },
  },
} as const satisfies Lifecycle<DirectDebitState>;

export type DebitRunState = 'collected' | 'requested' | 'booked';

/** The life cycle of a debit run: all debits of a store on one debit day. */
export const debitRunLifecycle = {
  initial: 'collected',
  states: {
    /**
     * The invoices to debit are chosen. A store that bills through NP (the credit provider NP掛け払い) sends no request
     * file, because NP makes the debits itself. The run of such a store stays here until the results
     * are booked.
     */
    collected: { label: '振替対象確定', to: ['requested', 'booked'] },
    /**
     * In house: finance has recorded that it handed the request file in to the bank. If finance forgets to record this, the
     * results are booked from `collected`.
     */
    requested: { label: '振替依頼済み', to: ['booked'] },
    /** Every debit of the day has its result. */
    booked: { label: '結果計上済み', to: [] },
  },
} as const satisfies Lifecycle<DebitRunState>;
