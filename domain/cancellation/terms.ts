import { type JstDate, type Period, addPeriods, nextPeriod, periodEnd, periodOf } from '../calendar';
import type { OrderState } from '../order/lifecycle';
import { type Result, ok, refuse } from '../refusal';

/**
 * Terms of cancellation (解約条件, docs/store.md C1). Contracts run whole months, so they always end on the last day of a month.
 */
export interface CancellationTerms {
  /**
   * `next_month`: the contract ends in the month after the request, so a request in December ends it on 01-31.
   * `this_month`: the contract ends in the month of the request.
   */
  ends: 'this_month' | 'next_month';
  /** The minimum term (最低利用期間) in billed months, counted from the month in which the service starts. 0: no minimum. */
  minimumMonths: number;
  /** The text that customers read. */
  label: string;
}

/** All terms of cancellation that exist. Each plan has one of them. */
export const cancellationTerms = {
  notice_by_previous_month_end_ends_month_end: {
    ends: 'next_month',
    minimumMonths: 0,
    label: '前月末日までのお申し出により、当月末日で終了',
  },
  ends_this_month_end: { ends: 'this_month', minimumMonths: 0, label: 'お申し出の月の末日で終了' },
  minimum_12_months_ends_this_month_end: {
    ends: 'this_month',
    minimumMonths: 12,
    label: '最低利用期間12か月。その後はお申し出の月の末日で終了',
  },
} as const satisfies Record<string, CancellationTerms>;

export type CancellationTermsId = keyof typeof cancellationTerms;

/** The rule that decided the end date. `not_started`: the service has not begun, so the order ends at once and bills nothing. */
export type CancellationReason = 'notice' | 'minimum_term' | 'not_started';

export interface CancellationPreview {
  /** Last day of the contract. */
  ends_on: JstDate;
  /** The last billed month; null when no month is billed. */
  last_period: Period | null;
  reason: CancellationReason;
}

const BEFORE_SERVICE: readonly OrderState[] = [
  'received',
  'screening',
  'authorising',
  'held',
  'confirmed',
  'provisioning',
];
const IN_SERVICE: readonly OrderState[] = ['active', 'at_risk', 'suspended'];

/**
 * Computes when a contract ends if its cancellation is requested on `askedOn`.
 * @param request.startsOn the first day of service; null before the service starts
 * @returns refused `order_not_cancellable` when the order is ending, ended, declined or cancelled
 */
export function previewCancellation(request: {
  terms: CancellationTerms;
  startsOn: JstDate | null;
  askedOn: JstDate;
  status: OrderState;
}): Result<CancellationPreview> {
  const { terms, startsOn, askedOn, status } = request;
  if (BEFORE_SERVICE.includes(status)) return ok({ ends_on: askedOn, last_period: null, reason: 'not_started' });
  if (!IN_SERVICE.includes(status) || startsOn === null)
    return refuse('order_not_cancellable', { params: { state: status } });

  const noticed = periodOf(askedOn < startsOn ? startsOn : askedOn);
  const byNotice = terms.ends === 'this_month' ? noticed : nextPeriod(noticed);
  const byMinimum = addPeriods(periodOf(startsOn), Math.max(terms.minimumMonths, 1) - 1);
  const last_period = byMinimum > byNotice ? byMinimum : byNotice;
  return ok({
    ends_on: periodEnd(last_period),
    last_period,
    reason: byMinimum > byNotice ? 'minimum_term' : 'notice',
  });
}
