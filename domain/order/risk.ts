import { type JstDate, type Period, addBusinessDays, addDays, periodStart } from '../calendar';
import { policy } from '../policy';
import type { Refusal } from '../refusal';

/**
 * Finance's four ways out for a running contract after NP refuses a month (DESIGN §4): register the month again after payment
 * or a higher limit, bill it in house without NP's guarantee, suspend the service, or end the contract.
 */
export const riskDecisions = ['register_again', 'bill_in_house', 'suspend', 'end'] as const;
export type RiskDecision = (typeof riskDecisions)[number];

/**
 * The last day on which finance may decide: five business days after the refusal is known, or the day before the refused
 * month if that is later. The month before it is guaranteed, so its service runs to the end.
 */
export function atRiskUntil(knownOn: JstDate, period: Period): JstDate {
  const fifth = addBusinessDays(knownOn, policy.order.atRiskBusinessDays);
  const dayBefore = addDays(periodStart(period), -1);
  return fifth > dayBefore ? fifth : dayBefore;
}

/** A contract suspended for this risk can still be registered again, billed in house or ended, but not suspended twice. */
export function checkRiskDecision(
  decision: RiskDecision,
  contract: { atRisk: boolean; suspended: boolean },
): Refusal | null {
  if (!contract.atRisk) return { code: 'order_not_at_risk' };
  return decision === 'suspend' && contract.suspended ? { code: 'conflict', params: { state: 'suspended' } } : null;
}
