import type { GatewayActivities } from '../../workflows/contracts/activities';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { gatewayCall } from '../lib/gateway-call';
import { registerOrderPeriod } from './np-registration';

/**
 * The calls to NP (the credit provider NP掛け払い) for one order. They register a month (取引登録), also for a second time after NP has
 * refused it, and cancel the registrations of an order whose service never began (取引キャンセル).
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
        // A second cancellation changes nothing at NP. So if the answer was lost, the cancellation is sent again.
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
