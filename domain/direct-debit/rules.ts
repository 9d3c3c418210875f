import { type JstDate, type Period, addDays, addMonths, periodEnd, periodOf } from '../calendar';
import { policy } from '../policy';
import { type Result, ok, refuse } from '../refusal';
import type { DirectDebitState } from './lifecycle';

/** The events of a mandate: the states in which each can happen, and the state it leads to. */
export const mandateEvents = {
  form_posted: { from: ['requested', 'defect'], to: 'form_posted' },
  form_received: { from: ['form_posted'], to: 'at_bank' },
  completed: { from: ['at_bank'], to: 'active' },
  rejected: { from: ['at_bank'], to: 'defect' },
  expired: { from: ['requested', 'form_posted', 'defect'], to: 'expired' },
  withdrawn: { from: ['requested', 'form_posted', 'at_bank', 'defect', 'active'], to: 'withdrawn' },
  /** A debit result ended the mandate, see {@link debitResults}. */
  ended_by_bank: { from: ['active'], to: 'ended' },
} as const satisfies Record<string, { from: readonly DirectDebitState[]; to: DirectDebitState }>;

export type MandateEvent = keyof typeof mandateEvents;

/** The state after the event, or the refusal `mandate_out_of_order` with the state and the event. */
export function afterEvent(state: DirectDebitState, event: MandateEvent): Result<DirectDebitState> {
  const { from, to }: { from: readonly DirectDebitState[]; to: DirectDebitState } = mandateEvents[event];
  return from.includes(state) ? ok(to) : refuse('mandate_out_of_order', { params: { state, event } });
}

/** The days on which the customer gets a reminder of the form posted on `postedOn`. */
export function formReminders(postedOn: JstDate): JstDate[] {
  return policy.directDebit.formReminderDays.map((days) => addDays(postedOn, days));
}

/** The last day on which a form posted on `postedOn` can come back. After this day the mandate expires. */
export function formExpiryOn(postedOn: JstDate): JstDate {
  return addDays(postedOn, policy.directDebit.formExpiryDays);
}

/**
 * The last day on which a mandate whose form was received on `receivedOn` is not later than usual: about two months
 * (docs/store.md D2).
 */
export function expectedOn(receivedOn: JstDate): JstDate {
  return addMonths(receivedOn, policy.directDebit.expectedMonths);
}

/** The day on which staff must ask the bank about a mandate that is still not in force (`policy.directDebit`). */
export function escalateOn(receivedOn: JstDate): JstDate {
  return addMonths(receivedOn, policy.directDebit.escalationMonths);
}

/**
 * The first month paid by debit: the month in which the mandate comes into force, since the mandate is then in force at the
 * month's end.
 */
export function firstPeriod(activeOn: JstDate): Period {
  return periodOf(activeOn);
}

/**
 * How a month is paid: by debit when a mandate came into force on or before its close date (docs/store.md D3, D6). The method
 * is fixed when the close of the month begins. `draftChunk` (activities/close/draft.ts) computes the same in SQL.
 * @param mandateActiveOn null when no mandate is in force
 */
export function methodOfPeriod(period: Period, mandateActiveOn: JstDate | null): 'bank_transfer' | 'direct_debit' {
  return mandateActiveOn !== null && mandateActiveOn <= periodEnd(period) ? 'direct_debit' : 'bank_transfer';
}

/**
 * The result of a debit by its code in the banks' file format (振替結果コード, Zengin type 91). Codes 2, 4 and 9 end the mandate
 * (our reading of the format). Codes 1, 3 and 8 mean that this one debit failed and the mandate stays in force.
 */
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

/** The code as a typed value; null when the format does not define it. */
export function parseDebitResultCode(code: string): DebitResultCode | null {
  return Object.hasOwn(debitResults, code) ? (code as DebitResultCode) : null;
}

/**
 * The due date of an invoice that is billed again by transfer: the end of the month in which the failure of its debit was
 * reported. A debit at the end of a month may be reported in the next one. If the month of the debit counted, the invoice
 * would be due before anyone knows of the failure.
 * @param failedOn the day on which the failure was reported
 */
export function rebillDueOn(failedOn: JstDate): JstDate {
  return periodEnd(periodOf(failedOn));
}
