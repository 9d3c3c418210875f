import { type JstDate, type Period, addBusinessDays, addDays, periodStart } from '../calendar';
import { policy } from '../policy';
import type { Refusal } from '../refusal';

/**
 * Finance's four choices for a running contract after NP (the credit provider NP掛け払い) refuses a month: register the month again
 * once the buyer has paid or has a higher limit, let the store bill the month itself without NP's guarantee, suspend the service,
 * or end the contract. docs/operations.md explains them ("A contract at risk").
 */
export const riskDecisions = ['register_again', 'bill_in_house', 'suspend', 'end'] as const;
export type RiskDecision = (typeof riskDecisions)[number];

/**
 * The last day on which finance may decide: five business days after the refusal is known, or the day before the refused month
 * begins if that is later. NP guarantees the months before the refused month, so the service of those months is given to the end.
 */
export function atRiskUntil(knownOn: JstDate, period: Period): JstDate {
  const fifth = addBusinessDays(knownOn, policy.order.atRiskBusinessDays);
  const dayBefore = addDays(periodStart(period), -1);
  return fifth > dayBefore ? fifth : dayBefore;
}

/**
 * The refusal of a decision by finance that does not fit the contract; null when it fits. A contract that is already suspended
 * for this risk allows every decision but `suspend`.
 */
export function checkRiskDecision(
  decision: RiskDecision,
  contract: { atRisk: boolean; suspended: boolean },
): Refusal | null {
  if (!contract.atRisk) return { code: 'order_not_at_risk' };
  return decision === 'suspend' && contract.suspended ? { code: 'conflict', params: { state: 'suspended' } } : null;
}
