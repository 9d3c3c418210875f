import { type Instant, type JstDate, addDays, atTime, dateOf, timeOf } from './calendar';
import { yen } from './money';

/** Every limit, window and retry calendar, each with its source. Times are JST; amounts yen with tax. */
export const policy = {
  order: {
    /** Time to pass 3-D Secure after the redirect. DESIGN §4. */
    threeDSecureMinutes: 30,
    /** 保留: how long corrected data are waited for before the order is declined. DESIGN §4. */
    screeningHoldBusinessDays: 10,
    /** How long an order over its limit (22) is held for a higher one before it is declined. P4, DESIGN §4. */
    heldBusinessDays: 7,
    /** How long finance may decide on a running contract whose month was refused. DESIGN §4. */
    atRiskBusinessDays: 5,
    /** A month of an order, yen with tax: NP's amounts have at most nine digits (assumed). */
    maxTotal: yen(999_999_999),
    /** A running contract is looked at once a year: no wait is without a deadline. DESIGN §1 rule 4. */
    contractReviewMonths: 12,
  },
  repair: {
    /** How long a failed step waits for a decision before the wait is announced again. The incident itself stays open. */
    businessDays: 5,
  },
  credit: {
    /** In house, of a destination nobody has set a limit for: unbilled and unpaid, yen with tax. Our assumption. */
    ownLimit: yen(500_000),
  },
  card: {
    /** SBPS field `amount`, 1–9,999,999. japan-domain.md §2.4. */
    maxAmount: yen(9_999_999),
    /** Renewals declined, days after the first decline; then suspend, then end. DESIGN §4. */
    retryAfterDays: [3, 7, 14],
    /** Retries run in the afternoon: the buyer has the morning to replace the card. */
    retryTime: '15:00',
    /** Suspended after the last retry; ended when it stays unpaid this long. DESIGN §4 ("then suspend, then end"). */
    endDaysAfterSuspension: 14,
  },
  np: {
    /** 加盟店取引ID `shopTransactionId`. japan-domain.md §1.2. */
    shopTransactionIdMaxLength: 40,
  },
  close: {
    /** 締め後3営業日: P6, D5. */
    issueBusinessDaysAfter: 3,
    /** Noon of the business day before the issue. DESIGN §4. */
    billingCutoffTime: '12:00',
  },
  directDebit: {
    /** Form posted and not back: reminders, then expiry. DESIGN §4. */
    formReminderDays: [14, 30],
    formExpiryDays: 90,
    /** From receipt of the form: usual end (D2), and when staff must ask the bank (DESIGN §4). */
    expectedMonths: 2,
    escalationMonths: 4,
    /** Debited on the 27th or the next business day. D4. */
    nominalDay: 27,
    /** File handed in; results; results late. DESIGN §4, usual timetables in japan-domain.md §4.1. */
    collectBusinessDaysBefore: 10,
    /** In house: last day to hand in the file; banks ask for it three to nine days before. japan-domain.md §4.1. */
    handInBusinessDaysBefore: 9,
    resultBusinessDaysAfter: 3,
    resultLateBusinessDaysAfter: 5,
  },
  /** Mail to customers goes out from 09:00 and before 18:00. DESIGN §3. */
  mail: { from: '09:00', until: '18:00' },
  /** The store's day: books, then issues and mails. DESIGN §3. */
  storeDay: { bookTime: '00:05', issueTime: '09:00' },
} as const;

/** What a new store starts with; each is configuration (STORE.md, closing note). */
export const storeDefaults = {
  /** V1 */
  seller: { name: 'アイティクラウド株式会社' },
  /** P11: on the buyer's card statement. */
  cardDescriptor: 'ITreviewオンラインストア',
};

/** When a mail wanted at `at` goes out: at once inside the mail window, else at its next opening. */
export function mailTime(at: Instant): Instant {
  const day = dateOf(at);
  if (timeOf(at) < policy.mail.from) return atTime(day, policy.mail.from);
  return timeOf(at) < policy.mail.until ? at : atTime(addDays(day, 1), policy.mail.from);
}

/** The nth retry (1, 2, 3) of a renewal first declined on that date; null when none is left. */
export function cardRetryAt(firstDeclinedOn: JstDate, nth: number): Instant | null {
  const days = policy.card.retryAfterDays[nth - 1];
  return days === undefined ? null : atTime(addDays(firstDeclinedOn, days), policy.card.retryTime);
}
