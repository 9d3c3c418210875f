import type { Instant, JstDate } from '../../domain/calendar';
import type { Yen } from '../../domain/money';
import type { CardBrand } from '../../domain/order/card-rules';

/** A one-time token from SBPS's JavaScript; never a card number. */
export interface CardToken {
  token: string;
  tokenKey: string;
  /** Token pair of the 3-D Secure script (card holder's name, mail, phone) for the issuer's risk check. */
  tdsInfo?: { token: string; tokenKey: string };
}

/** SBPS's record of one authorisation (MG01-00101-101). */
export interface CardInquiry {
  commit: 'unprocessed' | 'committed' | 'cancelled_after_commit' | 'cancelled_uncommitted';
  payment: 'authorised' | 'captured' | 'cancelled' | 'refunded';
}

export type CardAuthorisation =
  | { outcome: 'authorised'; trackingId: string; spsTransactionId: string; brand: CardBrand; approval: string }
  | {
      outcome: 'declined';
      /**
       * SBPS's code, e.g. 10123999, or `brand_not_accepted` when SBPS authorised a brand outside P8 (never committed).
       */
      code: string;
    };

/** Result of a step after authorisation: done, already done (the inquiry confirms it), or refused with a code of SBPS. */
export type CardStep = { outcome: 'done'; processedOn: JstDate | null } | { outcome: 'refused'; code: string };

export interface CardProvider {
  /** TA02-00101-101. Requests 3-D Secure. The shopper goes to `redirectUrl` and returns to `okUrl` or `ngUrl`. */
  request3ds(request: {
    customerCode: string;
    amount: Yen;
    card: CardToken;
    okUrl: string;
    ngUrl: string;
    at: Instant;
  }): Promise<
    { outcome: 'redirect'; authenticationId: string; redirectUrl: string } | { outcome: 'declined'; code: string }
  >;
  /** TA02-00201-101 */
  result3ds(authenticationId: string, at: Instant): Promise<'passed' | 'failed' | 'pending'>;
  /**
   * ST01-00118-101 with a 3-D Secure authentication, which saves the card under customerCode, or ST01-00131-101 with
   * the saved card. One-off payment only (P9: dealings_type 10). `orderId` has at most 38 characters, is unique per
   * merchant and comes from card-auth/<order>/<period>/<n>.
   */
  authorise(request: {
    orderId: string;
    customerCode: string;
    amount: Yen;
    tax: Yen;
    itemId: string;
    itemName: string;
    by: { authenticationId: string } | 'saved_card';
    at: Instant;
  }): Promise<CardAuthorisation>;
  /** ST02-00101-101. An authorisation that is not committed lapses. */
  commit(trackingId: string, at: Instant): Promise<CardStep>;
  /** ST02-00201-101 */
  capture(trackingId: string, amount: Yen, at: Instant): Promise<CardStep>;
  /** ST02-00303-101 in full; ST02-00307-101 in part. */
  refund(trackingId: string, amount: Yen | 'full', at: Instant): Promise<CardStep>;
  /** MG01-00101-101; null = SBPS does not know the tracking id. */
  inquire(trackingId: string, at: Instant): Promise<CardInquiry | null>;
  /** MG02-00104-101: the saved card's masked number and brand; null = none saved. */
  savedCard(customerCode: string, at: Instant): Promise<{ masked: string; brand: CardBrand } | null>;
}
