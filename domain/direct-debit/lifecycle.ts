import type { Lifecycle } from '../lifecycle';

export type DirectDebitState =
  'requested' | 'form_posted' | 'at_bank' | 'defect' | 'active' | 'ended' | 'withdrawn' | 'expired';

/**
 * A mandate (口座振替). A received form goes to the bank at once, so "received" is an event and `at_bank` is the state.
 * "Later than usual" is a flag on `at_bank` and not a state, because it allows and forbids nothing.
 */
export const directDebitLifecycle: Lifecycle<DirectDebitState> = {
  initial: 'requested',
  states: {
    /** D1: requested through the contact form. */
    requested: { label: '申込受付', to: ['form_posted', 'withdrawn', 'expired'] },
    /** The customer has the paper form. Reminders go out after 14 and 30 days; the form expires after 90. */
    form_posted: { label: '依頼書送付済み', to: ['at_bank', 'withdrawn', 'expired'] },
    /** D2: takes about two months. Banks usually report defects only. */
    at_bank: { label: '金融機関で手続き中', to: ['active', 'defect', 'withdrawn'] },
    /** The bank refused the form with a reason (seal, number, name …). Staff post a new form, or the mandate lapses. */
    defect: { label: '依頼書不備', to: ['form_posted', 'withdrawn', 'expired'] },
    active: { label: '振替中', to: ['ended', 'withdrawn'] },
    /** The bank ended it with debit result 2, 4 or 9. Another debit needs another mandate. */
    ended: { label: '失効', to: [] },
    withdrawn: { label: '取下げ', to: [] },
    expired: { label: '期限切れ', to: [] },
  },
};
