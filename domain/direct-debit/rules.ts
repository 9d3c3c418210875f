import { type JstDate, type Period, addDays, addMonths, periodEnd, periodOf } from '../calendar';
import { policy } from '../policy';
import { type Result, ok, refuse } from '../refusal';
import type { DirectDebitState } from './lifecycle';

/** What can happen to a mandate, in which states, and where it leads. */
export const mandateEvents = {
  form_posted: { from: ['requested', 'defect'], to: 'form_posted' },
  form_received: { from: ['form_posted'], to: 'at_bank' },
  completed: { from: ['at_bank'], to: 'active' },
  rejected: { from: ['at_bank'], to: 'defect' },
  expired: { from: ['requested', 'form_posted', 'defect'], to: 'expired' },
  withdrawn: { from: ['requested', 'form_posted', 'at_bank', 'defect', 'active'], to: 'withdrawn' },
  /** A debit result that ends the mandate, see {@link debitResults}. */
  ended_by_bank: { from: ['active'], to: 'ended' },
} as const satisfies Record<string, { from: readonly DirectDebitState[]; to: DirectDebitState }>;

export type MandateEvent = keyof typeof mandateEvents;

/** The state after the event, or `mandate_out_of_order` with the state and event as params. */
export function afterEvent(state: DirectDebitState, event: MandateEvent): Result<DirectDebitState> {
  const { from, to }: { from: readonly DirectDebitState[]; to: DirectDebitState } = mandateEvents[event];
  return from.includes(state) ? ok(to) : refuse('mandate_out_of_order', { params: { state, event } });
}

/** Days on which the customer is reminded of a form posted on `postedOn`. */
export function formReminders(postedOn: JstDate): JstDate[] {
  return policy.directDebit.formReminderDays.map((days) => addDays(postedOn, days));
}

/** Last day for the form to come back. */
export function formExpiryOn(postedOn: JstDate): JstDate {
  return addDays(postedOn, policy.directDebit.formExpiryDays);
}

/** About two months from the receipt of the form (D2); from the next day on it is later than usual. */
export function expectedOn(receivedOn: JstDate): JstDate {
  return addMonths(receivedOn, policy.directDebit.expectedMonths);
}

/** When staff must ask the bank. */
export function escalateOn(receivedOn: JstDate): JstDate {
  return addMonths(receivedOn, policy.directDebit.escalationMonths);
}

/** The first month paid by debit: the one whose close date the mandate reaches in force. */
export function firstPeriod(activeOn: JstDate): Period {
  return periodOf(activeOn);
}

/**
 * How a month is paid, fixed at its freeze (D3, D6): by debit when the mandate is in force on or before the close date.
 * @param mandateActiveOn null without a mandate in force
 */
export function methodOfPeriod(period: Period, mandateActiveOn: JstDate | null): 'bank_transfer' | 'direct_debit' {
  return mandateActiveOn !== null && mandateActiveOn <= periodEnd(period) ? 'direct_debit' : 'bank_transfer';
}

/** 振替結果コード (全銀 type 91). Which ones end the mandate: DESIGN §5; 3 and 8 stop one debit, not the mandate. */
export const debitResults = {
  '0': { label: '振替済', paid: true, keepsMandate: true },
  '1': { label: '資金不足', paid: false, keepsMandate: true },
  '2': { label: '取引なし', paid: false, keepsMandate: false },
  '3': { label: '預金者都合による停止', paid: false, keepsMandate: true },
  '4': { label: '依頼書なし', paid: false, keepsMandate: false },
  '8': { label: '委託者都合による停止', paid: false, keepsMandate: true },
  '9': { label: 'その他', paid: false, keepsMandate: false },
} as const;

export type DebitResultCode = keyof typeof debitResults;

/** null unless it is one of the standard's codes. */
export function parseDebitResultCode(code: string): DebitResultCode | null {
  return Object.hasOwn(debitResults, code) ? (code as DebitResultCode) : null;
}

/**
 * Due date of the same invoice billed again by transfer (revision 2): the end of the month of failure.
 * @param failedOn the day the failure was reported, so that a debit at a month's end is not due before anyone knows
 */
export function rebillDueOn(failedOn: JstDate): JstDate {
  return periodEnd(periodOf(failedOn));
}
