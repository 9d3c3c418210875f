import type { GatewayActivities } from '../../workflows/contracts/activities';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { gatewayCall } from '../lib/gateway-call';
import { registerOrderPeriod } from './np-registration';

/** 取引登録 of a new order's first month, or of a refused month again; 取引キャンセル of an order that never began. */
export function creditGateway(deps: Deps): Pick<GatewayActivities, 'registerTransaction' | 'cancelRegistrations'> {
  return {
    async registerTransaction(input) {
      const answer = await registerOrderPeriod(deps, input);
      return answer.outcome === 'registered' ? { outcome: 'registered' } : answer;
    },

    async cancelRegistrations({ storeId, at, orderId }) {
      const standing = await deps.db.creditTransaction.findMany({
        where: { storeId, orderId, status: { in: ['registered', 'cancelled'] } },
        orderBy: { key: 'asc' },
      });
      const request = standing.flatMap((row) => row.npTransactionId ?? []);
      if (request.length === 0) return;
      const credit = await deps.credit(storeId);
      await gatewayCall<'cancelled'>(deps.db, {
        storeId,
        key: keys.call.npCancellation(orderId),
        provider: 'np',
        at,
        request,
        // Cancelling twice changes nothing at NP, so a lost answer is simply sent again.
        find: async () => null,
        send: () => credit.cancelTransactions(request).then(() => 'cancelled' as const),
        record: async (tx) => {
          await tx.creditTransaction.updateMany({
            where: { storeId, orderId, status: 'registered' },
            data: { status: 'cancelled' },
          });
        },
      });
    },
  };
}
