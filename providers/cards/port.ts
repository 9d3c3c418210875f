import type { Instant, JstDate } from '../../domain/calendar';
import type { Yen } from '../../domain/money';
import type { CardBrand } from '../../domain/order/card-rules';

/**
 * A one-time token for a card. The JavaScript of the card gateway SBPS makes it in the shopper's browser, so that we
 * never see the card number.
 */
export interface CardToken {
  token: string;
  tokenKey: string;
  /** Token for the card holder's name, mail address and phone, which the issuer uses in its risk check for 3-D Secure. */
  tdsInfo?: { token: string; tokenKey: string };
}

/** State of one authorisation at SBPS, as its inquiry call MG01-00101-101 returns it. */
export interface CardInquiry {
  commit: 'unprocessed' | 'committed' | 'cancelled_after_commit' | 'cancelled_uncommitted';
  payment: 'authorised' | 'captured' | 'cancelled' | 'refunded';
}

export type CardAuthorisation =
  | { outcome: 'authorised'; trackingId: string; spsTransactionId: string; brand: CardBrand; approval: string }
  | {
      outcome: 'declined';
      /**
       * SBPS's error code, e.g. 10123999. `brand_not_accepted`: SBPS authorised a card of a brand that the store does
       * not accept (docs/store.md P8). We never commit such an authorisation, so it lapses and nothing is charged.
       */
      code: string;
    };

/**
 * Result of a commit, capture or refund. `processedOn` is the date of the step. It is null if SBPS does not tell the date,
 * for example because an earlier call had already taken the step. `code` is SBPS's error code.
 */
export type CardStep = { outcome: 'done'; processedOn: JstDate | null } | { outcome: 'refused'; code: string };

/** A card gateway as the engine calls it. Comments name SBPS's API id of each call. */
export interface CardProvider {
  /**
   * Starts 3-D Secure (TA02-00101-101). The shopper proves their identity to the card's issuer at `redirectUrl`, and
   * returns to `okUrl` after success or to `ngUrl` after failure.
   */
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
  /** Asks whether the shopper has passed or failed 3-D Secure, or has not finished it yet (TA02-00201-101). */
  result3ds(authenticationId: string, at: Instant): Promise<'passed' | 'failed' | 'pending'>;
  /**
   * Asks the issuer to reserve the amount on a card. With an `authenticationId`, the card is the one that passed 3-D
   * Secure, and SBPS saves it under `customerCode` (ST01-00118-101). With `saved_card`, the card is the one that SBPS has
   * saved under `customerCode` (ST01-00131-101). Instalments are never asked for (docs/store.md P9). `orderId` has at
   * most 38 characters and is unique for the merchant. It is derived from the business key
   * card-auth/<order>/<period>/<n>, where n numbers the attempts to charge that month (period).
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
  /** Makes an authorisation binding (ST02-00101-101). An authorisation that is never committed lapses. */
  commit(trackingId: string, at: Instant): Promise<CardStep>;
  /** Charges the amount to the card (ST02-00201-101). */
  capture(trackingId: string, amount: Yen, at: Instant): Promise<CardStep>;
  /**
   * Refunds a part of the captured amount (ST02-00307-101) or all of it (ST02-00303-101). If nothing is captured yet,
   * 'full' cancels the authorisation instead.
   */
  refund(trackingId: string, amount: Yen | 'full', at: Instant): Promise<CardStep>;
  /** Reads the state of an authorisation (MG01-00101-101). null: SBPS does not know the tracking id. */
  inquire(trackingId: string, at: Instant): Promise<CardInquiry | null>;
  /** Reads the customer's saved card (MG02-00104-101). null: no card is saved, or the store does not accept its brand. */
  savedCard(customerCode: string, at: Instant): Promise<{ masked: string; brand: CardBrand } | null>;
}
