import { type JstDate, type Period, addPeriods, nextPeriod, periodEnd, periodOf } from '../calendar';
import type { OrderState } from '../order/lifecycle';
import { type Result, ok, refuse } from '../refusal';

/** Terms of cancellation (解約条件, C1). Contracts run whole months, so an end is always a month's last day. */
export interface CancellationTerms {
  /** `next_month`: notice by the end of the month before, so asked in December ends 01-31. `this_month`: that same month. */
  ends: 'this_month' | 'next_month';
  /** Months billed at least, the one the service started in included; 0 = no minimum term (最低利用期間). */
  minimumMonths: number;
  /** As the preview and the documents say it. */
  label: string;
}

/** The terms a plan can name. */
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

/** What decided the end date. `not_started`: nothing was delivered, so the order ends at once and bills nothing. */
export type CancellationReason = 'notice' | 'minimum_term' | 'not_started';

export interface CancellationPreview {
  /** Last day of the contract. */
  ends_on: JstDate;
  /** Last month billed; null when none is. */
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
 * When a contract would end if its cancellation were asked for on `askedOn`.
 * @param startsOn first day of service; null before it has started
 * @returns refused with `order_not_cancellable` once it is ending, ended, declined or cancelled
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
