import { type Yen, yen } from '../money';
import { policy } from '../policy';
import { type Checked, type FieldPath, type Result, ok, refuse, refuseAll } from '../refusal';

/** The brands that the store accepts (docs/store.md P8). */
const cardBrands = ['JCB', 'VISA', 'Mastercard', 'American Express', 'Diners Club'] as const;
export type CardBrand = (typeof cardBrands)[number];

/**
 * Checks whether the store accepts a card for a charge, and gives the card's brand or the first reason to refuse.
 * @param charge.brand the brand as docs/store.md P8 spells it
 * @param charge.division `dealings_type` of SBPS (the card gateway): 10 一括 (one-off), 21 ボーナス, 61 分割, 80 リボ
 * @param charge.total yen with tax
 * @returns refused `card_brand_unsupported` (docs/store.md P8), `divided_payment_unsupported` (docs/store.md P9) or
 *   `amount_over_card_limit` (SBPS's specification of the field `amount`)
 */
export function checkCardCharge(charge: { brand: string; division: string; total: Yen }): Result<CardBrand> {
  const brand = cardBrands.find((accepted) => accepted === charge.brand);
  if (!brand) return refuse('card_brand_unsupported');
  if (charge.division !== '10') return refuse('divided_payment_unsupported');
  if (charge.total > policy.card.maxAmount) {
    return refuse('amount_over_card_limit', { params: { total: charge.total, limit: policy.card.maxAmount } });
  }
  return ok(brand);
}

/**
 * Checks the card of an order as {@link checkCardCharge} does, but reports every reason at once, each with its field. The brand
 * is checked only if the caller gives one.
 * @param total yen with tax
 * @param at the place of the card in the caller's input
 */
export function checkCard(
  card: { brand?: string | undefined; divisions: number },
  total: Yen,
  at: FieldPath = [],
): Checked<null> {
  const ask = (brand: string, division: string, of: Yen) => checkCardCharge({ brand, division, total: of });
  const brand = card.brand === undefined ? 'VISA' : canonicalBrand(card.brand);
  const refusals = [
    { field: [...at, 'brand'], result: ask(brand, '10', yen(0)) },
    { field: [...at, 'divisions'], result: ask('VISA', card.divisions === 1 ? '10' : '61', yen(0)) },
    { field: ['lines'], result: ask('VISA', '10', total) },
  ].flatMap(({ field, result }) => (result.ok ? [] : [{ ...result.refusal, field }]));
  return refusals.length > 0 ? refuseAll(...refusals) : ok(null);
}

/** A brand as docs/store.md P8 spells it, for a name in upper or lower case. An unknown name comes back unchanged. */
function canonicalBrand(given: string): string {
  const brands = ['JCB', 'VISA', 'Mastercard', 'American Express', 'Diners Club'];
  return brands.find((brand) => brand.toLowerCase() === given.toLowerCase()) ?? given;
}
