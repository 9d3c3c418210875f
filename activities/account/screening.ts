import { toYen, yen } from '../../domain/money';
import { type Tx } from '../../prisma/db';
import type { BuyerProfile, BuyerScreening, CreditProvider } from '../../providers/credit/port';
import type { BuyerResult } from '../../domain/account/screening';
import type { AccountBook, ForAccount, GatewayActivities } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { advance } from '../../books/lib/advance';
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

/**
 * The database activities of an account: its closing, NP's screening of its buyers (購入企業審査) and NP's guarantee of new claims on
 * these buyers. NP is the credit provider NP掛け払い. NP knows each billing destination of an account as a buyer.
 */
export function accountBook({ db }: Deps): AccountBook {
  return {
    async closeAccount({ storeId, accountId }) {
      await advance(db, 'account', { where: { storeId, id: accountId }, to: 'closed' });
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
        // NG: NP guarantees no new claims on this buyer until the buyer has paid, so the account is suspended: it takes no new
        // orders by bank transfer. OK opens the account again. ALRT (a bill is overdue by less than a month) changes nothing.
        const account = { storeId: input.storeId, id: input.accountId };
        if (status === 'NG') await advance(tx, 'account', { where: account, from: 'open', to: 'suspended' });
        if (status === 'OK') await advance(tx, 'account', { where: account, from: 'suspended', to: 'open' });
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

/** Records NP's result of a screening, and sends a message to the workflow of every order that waits for the result. */
async function record(tx: Tx, input: ForAccount, answer: Answer, cause: string): Promise<void> {
  const { storeId, destinationId, accountId, at } = input;
  const kept = await advance(tx, 'buyerScreening', {
    where: { storeId, id: destinationId },
    to: answer.result,
    // NP often decides at once, so the buyer may skip the state `screening` in the books. NP may also report a result twice.
    crossing: ['screening'],
    stay: true,
    data: {
      npBuyerId: answer.buyerId,
      buyerReasons: answer.reasons,
      ...(answer.limit !== null && { creditLimit: BigInt(yen(answer.limit)) }),
    },
  });
  // NP never takes back `passed` or `denied`. So if the row did not change, a final result came first, and this one is older.
  if (kept === 0) return;
  if (answer.result === 'passed')
    await advance(tx, 'account', { where: { storeId, id: accountId }, from: 'registered', to: 'open' });
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
        // `request` is hashed, and a retry with another hash is a conflict. An operator may correct the profile between two
        // tries, which must still count as the same application. So the profile is not in `request`.
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

/**
 * Looks for the effect of a repeated application (再申請). If the buyer is still held or cancelled, NP may never have received the
 * application. Then this function returns null and the application is sent again, which does no harm.
 */
async function reapplied(credit: CreditProvider, buyerId: string): Promise<BuyerScreening | null> {
  const buyer = await credit.buyer(buyerId);
  return buyer.result === 'held' || buyer.result === 'cancelled' ? null : buyer;
}
