import type { GatewayActivities } from '../../workflows/contracts/activities';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { gatewayCall } from '../lib/gateway-call';
import { registerOrderPeriod } from './np-registration';

/**
 * The calls to NP (the credit provider NP掛け払い) for one order: registers a month (取引登録), also again after a refusal, and cancels
 * the registrations of an order that never began (取引キャンセル).
 */
export function creditGateway(deps: Deps): Pick<GatewayActivities, 'registerTransaction' | 'cancelRegistrations'> {
  return {
    async registerTransaction(input) {
      const answer = await registerOrderPeriod(deps, input);
      return answer.outcome === 'registered' ? { outcome: 'registered' } : answer;
    },

    async cancelRegistrations({ storeId, at, orderId }) {
      const registered = await deps.db.creditTransaction.findMany({
        where: { storeId, orderId, status: { in: ['registered', 'cancelled'] } },
        orderBy: { key: 'asc' },
      });
      const request = registered.flatMap((row) => row.npTransactionId ?? []);
      if (request.length === 0) return;
      const credit = await deps.credit(storeId);
      await gatewayCall<'cancelled'>(deps.db, {
        storeId,
        key: keys.call.npCancellation(orderId),
        provider: 'np',
        at,
        request,
        // A second cancellation changes nothing at NP, so after a lost answer it is sent again.
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
