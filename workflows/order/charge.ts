import type { ChargeOutcome, Unauthenticated } from '../contracts/activities';
import type { Attempt } from '../lib/repairs';

/**
 * The outcome of a charge to a card. If the charge failed permanently, the incident's owner has decided on the outcome. A skipped
 * charge counts as declined.
 */
export function chargeOutcome(charge: Attempt<ChargeOutcome | Unauthenticated>): 'charged' | 'declined' | 'pending' {
  switch (charge.kind) {
    case 'done':
      return charge.value.outcome;
    case 'resolved':
      return charge.as === 'charged' ? 'charged' : 'declined';
    case 'skipped':
      return 'declined';
  }
}
