import { type Instant, type JstDate, addDays, addMonths, dateOf, endOf } from '../../domain/calendar';
import type { DirectDebitState } from '../../domain/direct-debit/lifecycle';
import { formExpiryOn, formReminders } from '../../domain/direct-debit/rules';
import { policy } from '../../domain/policy';
import type { Owner, WaitName } from '../contracts/waits';

/**
 * The state from which a mandate's next step follows. Its times are dates rather than durations, so a wait does not begin anew
 * when the workflow continues in a new run.
 */
export interface MandateProgress {
  state: DirectDebitState;
  requestedOn: JstDate;
  postedOn: JstDate | null;
  defectOn: JstDate | null;
  reminders: number;
  expectedOn: JstDate | null;
  escalateOn: JstDate | null;
  late: boolean;
}

export interface MandateDeadline {
  waitingFor: WaitName;
  owner: Owner;
  until: Instant;
  /** The step to do if no message has come before `until`. */
  onDue: { do: 'remind' | 'become_late' | 'escalate' | 'wait_on' } | { do: 'expire'; reason: string };
}

export function requestedMandate(on: JstDate): MandateProgress {
  const nothingYet = { postedOn: null, defectOn: null, reminders: 0, expectedOn: null, escalateOn: null, late: false };
  return { state: 'requested', requestedOn: on, ...nothingYet };
}

/**
 * The wait of a mandate in its present state, and the step that follows if no message comes.
 * @param poster the party that posts the forms: NP (the credit provider NP掛け払い; docs/store.md D1), or finance in house
 */
export function nextDeadline(progress: MandateProgress, poster: 'np' | 'finance', asOf: Instant): MandateDeadline {
  switch (progress.state) {
    case 'requested': {
      const until = endOf(addDays(progress.requestedOn, policy.directDebit.formExpiryDays));
      return { waitingFor: 'form_posting', owner: poster, until, onDue: { do: 'expire', reason: 'form never posted' } };
    }
    case 'form_posted': {
      const wait = { waitingFor: 'form_return', owner: 'buyer' } as const;
      const reminder = formReminders(progress.postedOn!)[progress.reminders];
      if (reminder) return { ...wait, until: endOf(reminder), onDue: { do: 'remind' } };
      const expiry = formExpiryOn(progress.postedOn!);
      return { ...wait, until: endOf(expiry), onDue: { do: 'expire', reason: 'form not returned' } };
    }
    case 'at_bank': {
      if (!progress.late) {
        const until = endOf(progress.expectedOn!);
        return { waitingFor: 'bank_enrolment', owner: 'bank', until, onDue: { do: 'become_late' } };
      }
      const until = endOf(progress.escalateOn!);
      return { waitingFor: 'bank_enrolment_late', owner: 'finance', until, onDue: { do: 'escalate' } };
    }
    case 'defect': {
      const until = endOf(addDays(progress.defectOn!, policy.directDebit.formExpiryDays));
      return { waitingFor: 'new_form', owner: poster, until, onDue: { do: 'expire', reason: 'no new form' } };
    }
    default: {
      const until = endOf(addMonths(dateOf(asOf), policy.order.contractReviewMonths));
      return { waitingFor: 'mandate', owner: 'finance', until, onDue: { do: 'wait_on' } };
    }
  }
}
