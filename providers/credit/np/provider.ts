import { createHash } from 'node:crypto';
import { dateOf, type Instant } from '../../../domain/calendar';
import { policy } from '../../../domain/policy';
import type { RateClass } from '../../../domain/tax';
import { ProviderError } from '../../errors';
import { readBills, readBuyer, readBuyers, readTransaction } from './answers';
import { ASSUMED } from './assumed';
import { createNpCall, type NpAccess } from './call';
import type { BuyerProfile, CreditProvider, TransactionRequest } from '../port';

export interface NpConfig extends Omit<NpAccess, 'timeoutMs'> {
  /** 30 s by default, as in the only published client of this API. Tests set a shorter one. */
  timeoutMs?: number;
}

const { paths } = ASSUMED;

/**
 * Implements the credit provider over the HTTP API of NP掛け払い (NP). The calls of registerTransaction, cancelTransactions
 * and requestBilling are publicly known and follow NP's format: amounts and quantities are strings, and one field is
 * spelled `transactionInfoes`. The other calls follow our guesses in {@link ASSUMED}. A method that fails throws
 * ProviderError.
 */
export function createNp({ timeoutMs = 30_000, ...access }: NpConfig): CreditProvider {
  const call = createNpCall({ ...access, timeoutMs });

  return {
    async registerBuyer(profile, reference, at) {
      const request = { shopBuyerId: reference, ...buyerFields(profile, at) };
      return readBuyer(await call.json('POST', paths.buyers, { request }));
    },
    async reapplyBuyer(buyerId, profile, at) {
      return readBuyer(await call.json('POST', paths.applications(buyerId), { request: buyerFields(profile, at) }));
    },
    async buyer(buyerId) {
      return readBuyer(await call.json('GET', paths.buyer(buyerId)));
    },
    async findBuyer(reference) {
      return (
        readBuyers(await call.json('GET', `${paths.buyers}?${new URLSearchParams({ shopBuyerId: reference })}`))[0] ??
        null
      );
    },

    async registerTransaction(request) {
      const transaction = transactionFields(request);
      const answer = await call.json('POST', '/v1/transactions', {
        request: { npBuyerId: request.buyerId, transactionInfoes: [transaction] },
      });
      const result = readTransaction(answer);
      if (!result) throw new ProviderError('np', 'unknown', 'POST /v1/transactions: answered without the transaction');
      return result;
    },
    async findTransaction(shopTransactionId) {
      return readTransaction(
        await call.json('GET', `${paths.transactions}?${new URLSearchParams({ shopTransactionId })}`),
      );
    },
    async cancelTransactions(transactionIds) {
      await call.json('POST', '/v1/transactions/cancel', { requests: transactionIds });
    },
    async requestBilling(requests) {
      await call.json('POST', '/v1/bills/request', {
        requests: requests.map(({ transactionId, baseDate }) => ({
          npTransactionId: transactionId,
          billIssueBaseDate: baseDate,
        })),
      });
    },

    async issuedBills(closeOn, cursor) {
      const query = new URLSearchParams({ closeDate: closeOn, ...(cursor !== null && { cursor }) });
      const { bills, nextCursor } = readBills(await call.json('GET', `${paths.bills}?${query}`));
      return { bills, next: nextCursor };
    },
    billDocument: (number) => call.bytes(paths.billDocument(number)),

    async directDebitActive(buyerId, fromPeriod) {
      await call.json('POST', paths.directDebit(buyerId), { request: { fromMonth: fromPeriod } });
    },
    async directDebitEnded(buyerId) {
      await call.json('POST', paths.directDebitEnd(buyerId), {});
    },
  };
}

/** A buyer's data in the fields of NP's request. The names of the fields are ASSUMED. */
function buyerFields(profile: BuyerProfile, at: Instant) {
  return {
    companyType: ASSUMED.companyTypes[profile.entity],
    companyName: profile.companyName,
    companyNameKana: profile.companyKana,
    representativeName: profile.representative,
    zipCode: profile.postalCode,
    address: profile.address,
    tel: profile.phone,
    departmentName: profile.department ?? '',
    contactName: profile.contactPerson,
    email: profile.email,
    applicationDate: dateOf(at),
  };
}

/**
 * A transaction in the fields of NP's request.
 * @throws ProviderError `rejected` when the id has over 40 characters or NP does not bill a line's tax rate; nothing is
 * sent then
 */
function transactionFields({ shopTransactionId, orderedOn, total, lines, poNumber, subject }: TransactionRequest) {
  if (shopTransactionId.length > policy.np.shopTransactionIdMaxLength) {
    throw new ProviderError('np', 'rejected', `shopTransactionId longer than 40 characters: ${shopTransactionId}`);
  }
  const details = lines.map(({ text, price, quantity, rateClass }) => ({
    text,
    price,
    quantity,
    rate: rateOf(rateClass),
  }));
  const summaries = (['10', '8'] as const)
    .map((taxRate) => ({ taxRate, rows: details.filter(({ rate }) => rate.taxRate === taxRate) }))
    .filter(({ rows }) => rows.length > 0);
  return {
    // NP wants 8 hex characters. They come from a hash, so that a transaction that is sent again has the same requestId.
    requestId: createHash('sha256').update(shopTransactionId).digest('hex').slice(0, 8),
    shopTransactionId,
    shopOrderDate: orderedOn,
    totalAmount: String(total),
    ...(poNumber !== undefined && { [ASSUMED.transactionNotes.poNumber]: poNumber }),
    ...(subject !== undefined && { [ASSUMED.transactionNotes.subject]: subject }),
    transactionDetails: details.map(({ text, price, quantity, rate }) => ({
      detail: text,
      price: String(price),
      quantity: String(quantity),
      billedTaxKind: rate.billedTaxKind,
    })),
    taxRateSummaries: summaries.map(({ taxRate, rows }) => ({
      taxRate,
      totalAmount: String(rows.reduce((sum, { price, quantity }) => sum + price * quantity, 0)),
    })),
  };
}

function rateOf(rateClass: RateClass) {
  if (rateClass === 'standard') return { billedTaxKind: 'T10', taxRate: '10' };
  if (rateClass === 'reduced') return { billedTaxKind: 'T08', taxRate: '8' };
  throw new ProviderError('np', 'rejected', `NP bills 10 % and 8 % only, not ${rateClass}: settle this line in house`);
}
