import { type Instant, type JstDate, addDays, atTime, dateOf, timeOf } from './calendar';
import { yen } from './money';

/**
 * Every limit, time window and retry calendar, each with its source. Times are JST. Amounts are yen with tax. NP is the credit
 * provider NP掛け払い; SBPS is the card gateway.
 */
export const policy = {
  order: {
    /** Time for the buyer to pass 3-D Secure after the redirect. Our choice. */
    threeDSecureMinutes: 30,
    /**
     * An order waits this long for NP's screening of its buyer, then is declined. If NP puts the screening on hold (保留), the time
     * starts again, so that staff can correct the buyer's data. Our choice.
     */
    screeningHoldBusinessDays: 10,
    /**
     * An order over the credit limit waits this long for a higher limit, then is declined. docs/store.md P4 has the refusal; the
     * number of days is our choice.
     */
    heldBusinessDays: 7,
    /** Finance has at least this long to decide on a running contract after NP refuses a month of it. Our choice. */
    atRiskBusinessDays: 5,
    /** The most that one month of an order may cost, because NP's amounts have at most nine digits (our assumption). */
    maxTotal: yen(999_999_999),
    /** A contract with no nearer deadline is checked once a year, because no wait is endless. docs/contracts.md P2. */
    contractReviewMonths: 12,
  },
  repair: {
    /** A failed step waits for a decision of staff. The wait is renewed after this long; the incident stays open. Our choice. */
    businessDays: 5,
  },
  credit: {
    /**
     * The credit limit of a billing destination in a store that settles in house (bills without NP): the most that may be
     * unbilled and unpaid together. Staff can set another limit for a destination. Our assumption.
     */
    ownLimit: yen(500_000),
  },
  card: {
    /** The largest amount of one charge. SBPS's specification of the API type: field `amount`, 1–9,999,999. */
    maxAmount: yen(9_999_999),
    /**
     * A declined monthly charge is tried again this many days after the first decline. If the last try fails too, the service is
     * suspended. Our choice.
     */
    retryAfterDays: [3, 7, 14],
    /** Retries run in the afternoon, so that the buyer has the morning to replace the card. Our choice. */
    retryTime: '15:00',
    /** A suspended contract ends after this many days, unless it goes on before. Our choice. */
    endDaysAfterSuspension: 14,
  },
  np: {
    /**
     * The most characters of a 加盟店取引ID, our id of a transaction at NP. NP's specification of the registration: field
     * `shopTransactionId`.
     */
    shopTransactionIdMaxLength: 40,
  },
  close: {
    /** Bills are issued on the third business day after the close. docs/store.md P6, D5. */
    issueBusinessDaysAfter: 3,
    /** NP takes billing requests (請求確定依頼) until noon of the business day before the issue. Our assumption. */
    billingCutoffTime: '12:00',
  },
  directDebit: {
    /** The buyer gets reminders this many days after the form was posted; later the mandate expires. Our choice. */
    formReminderDays: [14, 30],
    formExpiryDays: 90,
    /**
     * A mandate usually takes `expectedMonths` after the form is received (docs/store.md D2). After `escalationMonths` staff must
     * ask the bank (our choice).
     */
    expectedMonths: 2,
    escalationMonths: 4,
    /** Debits are made on the 27th or the next business day. docs/store.md D4. */
    nominalDay: 27,
    /**
     * The engine chooses the invoices to debit this long before the debit day: one business day before the request file is due
     * at the bank. Our choice.
     */
    collectBusinessDaysBefore: 10,
    /**
     * A store that settles in house hands its request file in to the bank this long before the debit day. Published timetables of
     * banks and collecting firms ask for three to nine business days.
     */
    handInBusinessDaysBefore: 9,
    /** Results are expected this long after the debit day (published timetables), and are late after five days (our choice). */
    resultBusinessDaysAfter: 3,
    resultLateBusinessDaysAfter: 5,
  },
  /** Mail to customers goes out at or after 09:00 and before 18:00. Our choice. */
  mail: { from: '09:00', until: '18:00' },
  /** The engine starts a store's work of the day at 00:05, and issues the store's bills at 09:00. Our choice. */
  storeDay: { bookTime: '00:05', issueTime: '09:00' },
} as const;

/** The configuration that a new store starts with (docs/store.md, last paragraph). */
export const storeDefaults = {
  /** The seller of every plan. docs/store.md V1. */
  seller: { name: 'アイティクラウド株式会社' },
  /** The text on the buyer's card statement. docs/store.md P11. */
  cardDescriptor: 'ITreviewオンラインストア',
};

/** The time at which a mail requested at `at` goes out: at once within the hours of `policy.mail`, else when they next begin. */
export function mailTime(at: Instant): Instant {
  const day = dateOf(at);
  if (timeOf(at) < policy.mail.from) return atTime(day, policy.mail.from);
  return timeOf(at) < policy.mail.until ? at : atTime(addDays(day, 1), policy.mail.from);
}

/** The time of the nth retry (1, 2, 3) of a monthly charge first declined on `firstDeclinedOn`; null when no retry is left. */
export function cardRetryAt(firstDeclinedOn: JstDate, nth: number): Instant | null {
  const days = policy.card.retryAfterDays[nth - 1];
  return days === undefined ? null : atTime(addDays(firstDeclinedOn, days), policy.card.retryTime);
}
