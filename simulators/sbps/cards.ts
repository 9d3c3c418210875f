import { z } from 'zod';
import { type Day, isDay } from '../dates';
import { refuse } from './wire';

/**
 * The behaviour of a simulated card, chosen when its token is issued:
 * - `ok`: everything passes
 * - `declined`: the issuer refuses every authorisation (SBPS's error type 23)
 * - `insufficient_limit`: the issuer refuses every authorisation as over the card's limit (type 22)
 * - `tds_failed`: 3-D Secure fails whatever the shopper does
 * - `ok_then_renewal_declined`: passes with 3-D Secure, but authorisations with the saved card are refused (type 23).
 *   `declined_from` limits the refusals to request dates from that day on.
 */
export const cardSchema = z.strictObject({
  scenario: z.enum(['ok', 'declined', 'insufficient_limit', 'tds_failed', 'ok_then_renewal_declined']),
  /**
   * SBPS's letters for JCB, VISA, Mastercard, American Express and Diners Club. X is any other brand, which the store does
   * not accept (docs/store.md P8).
   */
  brand: z.enum(['J', 'V', 'M', 'A', 'D', 'X']).default('V'),
  declined_from: z.string().refine(isDay, 'not an existing date (YYYY-MM-DD)').optional(),
});

export type Card = z.infer<typeof cardSchema>;

/** Plays the card's issuer, which approves an authorisation or refuses it. @throws Refusal */
export function askIssuer(card: Card, by: 'three_d_secure' | 'saved_card', on: Day): void {
  if (card.scenario === 'declined') refuse('23');
  if (card.scenario === 'insufficient_limit') refuse('22');
  if (card.scenario !== 'ok_then_renewal_declined' || by !== 'saved_card') return;
  if (!card.declined_from || on >= card.declined_from) refuse('23');
}

/** Length and last four digits of the card number of each brand. A masked number shows no more. */
const NUMBER = {
  J: [16, '0000'],
  V: [16, '1111'],
  M: [16, '4444'],
  A: [15, '0005'],
  D: [14, '0004'],
  X: [16, '9999'],
} as const;

export function maskedNumber({ brand }: Card): string {
  const [length, last] = NUMBER[brand];
  return last.padStart(length, '*');
}

/** One-time tokens as SBPS's JavaScript issues them. They never expire, because the simulator has no clock. */
export class Tokens {
  private readonly issued = new Map<string, { key: string; card: Card; used: boolean }>();

  issue(card: Card): { token: string; token_key: string } {
    const number = String(this.issued.size + 1).padStart(8, '0');
    const pair = { token: `tok_${card.scenario}_${number}`, token_key: `key_${number}` };
    this.issued.set(pair.token, { key: pair.token_key, card, used: false });
    return pair;
  }

  /** Returns the card of a token and uses the token up. @throws Refusal T1 for an unknown token or key, T2 for a used token. */
  redeem(token: string, key: string): Card {
    const found = this.issued.get(token);
    if (!found || found.key !== key) return refuse('T1');
    if (found.used) return refuse('T2');
    found.used = true;
    return found.card;
  }
}
