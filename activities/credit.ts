import type { GatewayActivities } from '../workflows/contracts/activities';
import type { Deps } from './deps';
import { registerOrderPeriod } from './np-registration';

/** 取引登録 of a new order's first month, or of a refused month again. */
export function creditGateway(deps: Deps): Pick<GatewayActivities, 'registerTransaction'> {
  return {
    async registerTransaction(input) {
      const answer = await registerOrderPeriod(deps, input);
      return answer.outcome === 'registered' ? { outcome: 'registered' } : answer;
    },
  };
}
