import { type JstDate, type Period, addBusinessDays, addDays, periodStart } from '../calendar';
import { policy } from '../policy';
import type { Refusal } from '../refusal';

/**
 * Finance's four ways out for a running contract whose month NP won't take (DESIGN §4): register it again after payment or a
 * raised limit, bill it in house without NP's guarantee, suspend the service, end the contract.
 */
export const riskDecisions = ['register_again', 'bill_in_house', 'suspend', 'end'] as const;
export type RiskDecision = (typeof riskDecisions)[number];

/**
 * Last day finance may decide: five business days from when it is known. A month still to come isn't given unguaranteed, and
 * the one before it is guaranteed and paid for, so that one is given to its end.
 */
export function atRiskUntil(knownOn: JstDate, period: Period): JstDate {
  const fifth = addBusinessDays(knownOn, policy.order.atRiskBusinessDays);
  const dayBefore = addDays(periodStart(period), -1);
  return fifth > dayBefore ? fifth : dayBefore;
}

/** Suspended for it, the contract may still be resumed or ended until it ends by itself; it can't be suspended twice. */
export function checkRiskDecision(
  decision: RiskDecision,
  contract: { atRisk: boolean; suspended: boolean },
): Refusal | null {
  if (!contract.atRisk) return { code: 'order_not_at_risk' };
  return decision === 'suspend' && contract.suspended ? { code: 'conflict', params: { state: 'suspended' } } : null;
}
