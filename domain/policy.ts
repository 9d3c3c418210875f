import { type Instant, type JstDate, addDays, atTime, dateOf, timeOf } from './calendar';
import { yen } from './money';

/** Every limit, time window and retry calendar, each with its source. Times are JST. Amounts are yen with tax. */
export const policy = {
  order: {
    /** Time for the buyer to pass 3-D Secure after the redirect. DESIGN §4. */
    threeDSecureMinutes: 30,
    /** 保留: an order waits this long for corrected data before it is declined. DESIGN §4. */
    screeningHoldBusinessDays: 10,
    /** An order over its credit limit (22) waits this long for a higher limit before it is declined. P4, DESIGN §4. */
    heldBusinessDays: 7,
    /** Finance has this long to decide on a running contract after NP refuses a month of it. DESIGN §4. */
    atRiskBusinessDays: 5,
    /** The largest month of an order, yen with tax: NP's amounts have at most nine digits (our assumption). */
    maxTotal: yen(999_999_999),
    /** A running contract is reviewed once a year, because every wait has a deadline. DESIGN §1 rule 4. */
    contractReviewMonths: 12,
  },
  repair: {
    /** A failed step waits this long for a decision, then starts the same wait again. Its incident stays open. */
    businessDays: 5,
  },
  credit: {
    /** In house, for a destination without a limit of its own: unbilled plus unpaid, yen with tax. Our assumption. */
    ownLimit: yen(500_000),
  },
  card: {
    /** SBPS field `amount`, 1–9,999,999. japan-domain.md §2.4. */
    maxAmount: yen(9_999_999),
    /** Retries of a declined renewal, in days after the first decline. Then the service is suspended. DESIGN §4. */
    retryAfterDays: [3, 7, 14],
    /** Retries run in the afternoon, so that the buyer has the morning to replace the card. */
    retryTime: '15:00',
    /** A contract suspended after the last retry ends when it stays unpaid this long. DESIGN §4 ("then suspend, then end"). */
    endDaysAfterSuspension: 14,
  },
  np: {
    /** The longest 加盟店取引ID (`shopTransactionId`). japan-domain.md §1.2. */
    shopTransactionIdMaxLength: 40,
  },
  close: {
    /** 締め後3営業日: P6, D5. */
    issueBusinessDaysAfter: 3,
    /** NP takes 請求確定依頼 until noon of the business day before the issue. DESIGN §4. */
    billingCutoffTime: '12:00',
  },
  directDebit: {
    /** Days after the form was posted: reminders, then expiry. DESIGN §4. */
    formReminderDays: [14, 30],
    formExpiryDays: 90,
    /** Months after the form was received: the usual enrolment (D2), then staff must ask the bank (DESIGN §4). */
    expectedMonths: 2,
    escalationMonths: 4,
    /** Debited on the 27th or the next business day. D4. */
    nominalDay: 27,
    /** Debits are collected this long before the debit day. DESIGN §4, usual timetables in japan-domain.md §4.1. */
    collectBusinessDaysBefore: 10,
    /** In house: the last day to hand in the file. Banks ask for three to nine business days. japan-domain.md §4.1. */
    handInBusinessDaysBefore: 9,
    /** Days after the debit day on which results are expected, and after which they are late. */
    resultBusinessDaysAfter: 3,
    resultLateBusinessDaysAfter: 5,
  },
  /** Mail to customers goes out at or after 09:00 and before 18:00. DESIGN §3. */
  mail: { from: '09:00', until: '18:00' },
  /** A store's day books at 00:05, then issues and mails at 09:00. DESIGN §3. */
  storeDay: { bookTime: '00:05', issueTime: '09:00' },
} as const;

/** The configuration that a new store starts with (STORE.md, closing note). */
export const storeDefaults = {
  /** V1 */
  seller: { name: 'アイティクラウド株式会社' },
  /** P11: the text on the buyer's card statement. */
  cardDescriptor: 'ITreviewオンラインストア',
};

/** The time at which a mail requested at `at` goes out: at once inside the mail window, else when the window next opens. */
export function mailTime(at: Instant): Instant {
  const day = dateOf(at);
  if (timeOf(at) < policy.mail.from) return atTime(day, policy.mail.from);
  return timeOf(at) < policy.mail.until ? at : atTime(addDays(day, 1), policy.mail.from);
}

/** The time of the nth retry (1, 2, 3) of a renewal first declined on that date. Null when no retry is left. */
export function cardRetryAt(firstDeclinedOn: JstDate, nth: number): Instant | null {
  const days = policy.card.retryAfterDays[nth - 1];
  return days === undefined ? null : atTime(addDays(firstDeclinedOn, days), policy.card.retryTime);
}
