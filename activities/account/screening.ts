import { toYen, yen } from '../../domain/money';
import { type Tx } from '../../prisma/db';
import type { BuyerProfile, BuyerScreening, CreditProvider } from '../../providers/credit/port';
import type { BuyerResult } from '../../domain/account/screening';
import type { AccountBook, ForAccount, GatewayActivities } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { emit } from '../../books/lib/events';
import { send } from '../../books/lib/outbox';
import { gatewayCall } from '../lib/gateway-call';
import { once } from '../../books/lib/once';
import { putComingMonthAtRisk } from '../order/risk';

interface Answer {
  buyerId: string;
  result: BuyerResult;
  reasons: string[];
  limit: number | null;
}

/** Screening of a buyer (購入企業審査) and the guarantee of its claims, in the books. */
export function accountBook({ db }: Deps): AccountBook {
  return {
    async closeAccount({ storeId, accountId }) {
      await db.account.updateMany({ where: { storeId, id: accountId }, data: { status: 'closed' } });
    },

    recordScreening: ({ buyerId, result, reasons, limit, cause, ...input }) =>
      once(db, input.storeId, keys.once.buyerScreened(input.destinationId, cause), { buyerId, result, reasons }, (tx) =>
        record(tx, input, { buyerId, result, reasons, limit }, cause),
      ),

    recordScreeningNews: ({ newsId, ...input }) =>
      once(db, input.storeId, keys.once.buyerNews(input.destinationId, newsId), {}, async (tx) => {
        const news = await tx.providerNews.findUniqueOrThrow({
          where: { storeId_eventId: { storeId: input.storeId, eventId: newsId } },
        });
        const data = news.data as { buyer_id: string; result: BuyerResult; reasons?: string[]; limit?: number | null };
        const answer = {
          buyerId: data.buyer_id,
          result: data.result,
          reasons: data.reasons ?? [],
          limit: data.limit ?? null,
        };
        await record(tx, input, answer, newsId);
        return { result: data.result };
      }),

    recordGuarantee: ({ status, cause, ...input }) =>
      once(db, input.storeId, keys.once.guaranteeChanged(input.destinationId, cause), { status }, async (tx) => {
        const where = { storeId_id: { storeId: input.storeId, id: input.destinationId } };
        const before = await tx.billingDestination.findUniqueOrThrow({ where });
        if (before.guarantee === status) return;
        await tx.billingDestination.update({ where, data: { guarantee: status } });
        // NG: no new orders by bank transfer until NP has its money; ALRT still allows them (japan-domain.md §1.5).
        const [from, to] = status === 'NG' ? (['open', 'suspended'] as const) : (['suspended', 'open'] as const);
        if (status !== 'ALRT')
          await tx.account.updateMany({
            where: { storeId: input.storeId, id: input.accountId, status: from },
            data: { status: to },
          });
        if (status === 'NG') await putComingMonthAtRisk(tx, input, cause);
        await emit(tx, {
          storeId: input.storeId,
          key: keys.event.guaranteeChanged(input.destinationId, cause),
          type: 'guarantee.changed',
          at: input.at,
          accountId: input.accountId,
          data: { status },
        });
      }),
  };
}

/** Keeps the answer and tells every order that waits for it. */
async function record(tx: Tx, input: ForAccount, answer: Answer, cause: string): Promise<void> {
  const { storeId, destinationId, accountId, at } = input;
  await tx.billingDestination.update({
    where: { storeId_id: { storeId, id: destinationId } },
    data: {
      npBuyerId: answer.buyerId,
      buyerStatus: answer.result,
      buyerReasons: answer.reasons,
      ...(answer.limit !== null && { creditLimit: BigInt(yen(answer.limit)) }),
    },
  });
  if (answer.result === 'passed') {
    await tx.account.updateMany({ where: { storeId, id: accountId, status: 'registered' }, data: { status: 'open' } });
  }
  const waiting = await tx.order.findMany({
    where: { storeId, destinationId, status: 'screening' },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  await send(
    tx,
    ...waiting.map(({ id }) => ({
      storeId,
      id: keys.message.buyerDecided(cause, id),
      to: workflowIds.order(id),
      name: 'buyerDecided' as const,
      payload: { destinationId, result: answer.result },
      at,
    })),
  );
}

export function accountGateway(deps: Deps): Pick<GatewayActivities, 'screenBuyer'> {
  return {
    async screenBuyer({ storeId, at, accountId, destinationId, again, cause }) {
      const { db } = deps;
      const account = await db.account.findUniqueOrThrow({ where: { storeId_id: { storeId, id: accountId } } });
      const destination = await db.billingDestination.findUniqueOrThrow({
        where: { storeId_id: { storeId, id: destinationId } },
      });
      const profile: BuyerProfile = {
        entity: account.entity as BuyerProfile['entity'],
        companyName: destination.companyName,
        companyKana: destination.companyKana,
        representative: account.representative,
        postalCode: destination.postalCode,
        address: destination.address,
        phone: account.phone,
        department: destination.department,
        contactPerson: destination.person,
        email: destination.emailTo,
      };
      if (!again && destination.npBuyerId) {
        const { buyerStatus: result, buyerReasons: reasons, creditLimit } = destination;
        const limit = creditLimit === null ? null : toYen(creditLimit);
        if (result !== 'none') return { buyerId: destination.npBuyerId, result: result, reasons, limit };
      }
      const credit = await deps.credit(storeId);
      const buyerId = again ? destination.npBuyerId : null;
      const answer = await gatewayCall<BuyerScreening>(db, {
        storeId,
        key: buyerId ? keys.call.npApplication(destinationId, cause) : keys.call.npBuyer(destinationId),
        provider: 'np',
        at,
        // Not the profile: an operator may correct it while the answer is awaited, and it is the same application.
        request: buyerId ? { destinationId, cause } : { destinationId },
        find: () => (buyerId ? reapplied(credit, buyerId) : credit.findBuyer(destinationId)),
        send: () =>
          buyerId ? credit.reapplyBuyer(buyerId, profile, at) : credit.registerBuyer(profile, destinationId, at),
        record: async () => {},
      });
      const { result, reasons, limit } = answer;
      return { buyerId: answer.buyerId, result, reasons, limit };
    },
  };
}

/** A buyer that is still refused may never have applied again: whether it did can't be told, and applying once more is the same. */
async function reapplied(credit: CreditProvider, buyerId: string): Promise<BuyerScreening | null> {
  const buyer = await credit.buyer(buyerId);
  return buyer.result === 'held' || buyer.result === 'cancelled' ? null : buyer;
}
