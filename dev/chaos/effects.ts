import { Api } from '../story/api';
import type { World } from '../story/world';

/** An effect at a provider, such as a charge. `key` says what it was for; `times` how often it happened, which should be once. */
export interface Effect {
  key: string;
  times: number;
}

type Store = Pick<World, 'storeId' | 'shopCode' | 'merchantId'> & {
  at: Pick<World['at'], 'npUrl' | 'sbpsUrl' | 'resendUrl'>;
};

interface NpState {
  transactions: { shopTransactionId: string; status: string }[];
  buyers: { shopBuyerId: string; npBuyerId: string; companyName: string; email: string }[];
  bills: { npBuyerId: string; closeDate: string; status: string }[];
}

/**
 * Counts the effects at the providers, as the simulators recorded them. The number of the attempt, which ends a business key, is
 * left out of `key`: an order's month must be charged once in all its attempts, so when two attempts charge it, `times` is 2.
 * Registrations that were refused or cancelled, and void bills, are not counted.
 */
export async function providerEffects(store: Store): Promise<Effect[]> {
  const { at, storeId, shopCode, merchantId } = store;
  const counts = new Map<string, number>();
  const count = (key: string, times = 1) => times > 0 && counts.set(key, (counts.get(key) ?? 0) + times);

  const { transactions, buyers, bills } = await stateAtNp(store);
  for (const { companyName, email } of buyers) count(`NP buyer ${companyName} ${email}`);
  for (const { shopTransactionId, status } of transactions)
    if (status !== 'refused' && status !== 'cancelled') count(`NP registered ${monthOf(shopTransactionId)}`);
  const destination = new Map(buyers.map(({ npBuyerId, shopBuyerId }) => [npBuyerId, shopBuyerId]));
  for (const { npBuyerId, closeDate, status } of bills)
    if (status !== 'void') count(`NP billed ${destination.get(npBuyerId)} ${closeDate}`);

  const { effects } = await new Api(at.sbpsUrl).get<{
    effects: { order_id: string; commits: number; captures: number }[];
  }>(`/control/effects?merchant_id=${merchantId}`);
  for (const { order_id: id, commits, captures } of effects) {
    count(`SBPS committed ${monthOf(id)}`, commits);
    count(`SBPS captured ${monthOf(id)}`, captures);
  }

  const { emails } = await new Api(at.resendUrl).get<{
    emails: { idempotency_key: string | null; to: string[]; subject: string }[];
  }>('/control/emails');
  for (const { idempotency_key: key, to, subject } of emails) {
    // The inbox may hold mails of several stores, so those whose key begins with another store are passed over. The key of a mail
    // that NP itself sends ends with the bill's revision, not with an attempt, so it is kept whole.
    if (key?.startsWith(`${storeId}/`)) count(`mail ${key.replace(/\/\d+$/, '')}`);
    else if (key?.startsWith(`np/${shopCode}/`)) count(`mail ${key}`);
    else if (key === null) count(`mail without key ${to.join(' ')} ${subject}`);
  }
  return [...counts].map(([key, times]) => ({ key, times }));
}

/** The order and the month in a provider's reference, without the attempt: `ord_….202610.2` → `ord_… 202610`. */
function monthOf(providerReference: string): string {
  return providerReference.split('.').slice(0, 2).join(' ');
}

async function stateAtNp({ at, shopCode }: Store): Promise<NpState> {
  const np = new Api(at.npUrl);
  const query = `?shop_code=${shopCode}`;
  const { transactions } = await np.get<Pick<NpState, 'transactions'>>(`/control/transactions${query}`);
  const { buyers } = await np.get<Pick<NpState, 'buyers'>>(`/control/buyers${query}`);
  const { bills } = await np.get<Pick<NpState, 'bills'>>(`/control/bills${query}`);
  return { transactions, buyers, bills };
}
