import type { Yen } from '../money';
import { policy } from '../policy';
import { type Result, ok, refuse } from '../refusal';

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
