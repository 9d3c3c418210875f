import { workflowInfo } from '@temporalio/workflow';
import type { WaitName } from '../../../workflows/contracts/waits';
import type * as timing from '../../../workflows/lib/timing';

/*
 * In place of workflows/lib/timing.ts: a real store's timer takes seconds for the waits named here, and an hour for the others. Only
 * the wall time differs: what follows is booked with the deadline that was asked for. A wait in which somebody acts is long enough
 * for a busy machine (5 s for what takes 0.2 s).
 */
const WINDOWS_MS: Partial<Record<WaitName, number>> = {
  release: 2_000,
  screening_correction: 2_000,
  three_d_secure: 8_000,
  form_return: 5_000,
  bank_enrolment: 8_000,
  close_review: 8_000,
  contract_end: 2_000,
  at_risk_decision: 2_000,
  card_retry: 2_000,
  issue_day: 2_000,
  debit_file: 3_000,
};

export const timerMs: typeof timing.timerMs = (waitingFor) => WINDOWS_MS[waitingFor] ?? 3_600_000;

/** As in the engine. */
export const shouldContinueAsNew: typeof timing.shouldContinueAsNew = () => workflowInfo().continueAsNewSuggested;
