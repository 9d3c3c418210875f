import { type Yen, yen } from '../money';
import { policy } from '../policy';
import { type Checked, type FieldPath, type Result, ok, refuse, refuseAll } from '../refusal';

/** The brands that are accepted (P8). */
const cardBrands = ['JCB', 'VISA', 'Mastercard', 'American Express', 'Diners Club'] as const;
export type CardBrand = (typeof cardBrands)[number];

/**
 * Checks whether a card may be charged.
 * @param charge.brand the brand as the storefront names it
 * @param charge.division SBPS `dealings_type`: 10 一括, 21 ボーナス, 61 分割, 80 リボ
 * @param charge.total yen with tax
 * @returns or card_brand_unsupported (P8), divided_payment_unsupported (P9), amount_over_card_limit
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
 * Judges a card before it is charged: its brand where it is known, its divisions and the amount (P8, P9, SBPS's field
 * `amount`).
 * @param at place of the card in the caller's input
 * @returns refused with every reason at once
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

/** P8's spelling of a brand, in whatever case it comes; an unknown one as it came. */
function canonicalBrand(given: string): string {
  const brands = ['JCB', 'VISA', 'Mastercard', 'American Express', 'Diners Club'];
  return brands.find((brand) => brand.toLowerCase() === given.toLowerCase()) ?? given;
}
