import { Api } from '../story/api';
import type { World } from '../story/world';

/** One thing done outside, under the key that says what it is for. */
export interface Effect {
  key: string;
  times: number;
}

type Store = Pick<World, 'storeId' | 'shopCode' | 'merchantId'> & {
  at: Pick<World['at'], 'npUrl' | 'sbpsUrl' | 'resendUrl'>;
};

interface AtNp {
  transactions: { shopTransactionId: string; status: string }[];
  buyers: { shopBuyerId: string; npBuyerId: string; companyName: string; email: string }[];
  bills: { npBuyerId: string; closeDate: string; status: string }[];
}

/**
 * What happened outside, as the simulators have it, by business key without its last part n: an order's month is charged once,
 * under whichever n, and a second effect under n + 1 counts as one too many. What stands is counted: a registration that was
 * cancelled or a void bill has been taken back.
 */
export async function effectsOutside(store: Store): Promise<Effect[]> {
  const { at, storeId, shopCode, merchantId } = store;
  const counts = new Map<string, number>();
  const count = (key: string, times = 1) => times > 0 && counts.set(key, (counts.get(key) ?? 0) + times);

  const { transactions, buyers, bills } = await atNp(store);
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
    // Several stores may write to one inbox; NP's own mails have the bill's revision last, which is the bill's and no try's.
    if (key?.startsWith(`${storeId}/`)) count(`mail ${key.replace(/\/\d+$/, '')}`);
    else if (key?.startsWith(`np/${shopCode}/`)) count(`mail ${key}`);
    else if (key === null) count(`mail without key ${to.join(' ')} ${subject}`);
  }
  return [...counts].map(([key, times]) => ({ key, times }));
}

/** `ord_….202610.2` → `ord_… 202610` */
function monthOf(providerReference: string): string {
  return providerReference.split('.').slice(0, 2).join(' ');
}

async function atNp({ at, shopCode }: Store): Promise<AtNp> {
  const np = new Api(at.npUrl);
  const of = `?shop_code=${shopCode}`;
  const { transactions } = await np.get<Pick<AtNp, 'transactions'>>(`/control/transactions${of}`);
  const { buyers } = await np.get<Pick<AtNp, 'buyers'>>(`/control/buyers${of}`);
  const { bills } = await np.get<Pick<AtNp, 'bills'>>(`/control/bills${of}`);
  return { transactions, buyers, bills };
}
