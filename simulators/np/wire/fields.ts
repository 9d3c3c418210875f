import { monthOf } from '../../dates';
import { taxesOf, totalOf, virtualAccountOf } from '../billing/figures';
import type { Bill, Buyer, Transaction } from '../books';
import { registeredIn } from '../buyers';

/**
 * Codes of a buyer's screening result. They are ASSUMED: NP後払い, NP's service for consumers, uses 00, 10, 20 and 40 for the
 * screening of a transaction, and 30 is invented.
 */
const RESULT_CODES = { passed: '00', held: '10', denied: '20', cancelled: '30', screening: '40' } as const;

/**
 * A transaction as in the publicly known answer to its registration (取引登録). A refused transaction has no npTransactionId.
 * `20` for a refusal is the code of NP後払い, NP's service for consumers.
 */
export function transactionFields(t: Transaction) {
  return {
    shopTransactionId: t.shopTransactionId,
    npTransactionId: t.status === 'refused' ? null : t.id,
    status: {
      transactionAuthoriInfo: {
        transactionAuthoriResult: t.ngReason ? '20' : '00',
        transactionAuthoriNgReason: t.ngReason,
      },
    },
  };
}

/** A buyer as in NP's answers. The fields are ASSUMED. */
export function buyerFields(buyer: Buyer) {
  const months = buyer.transactions.filter((t) => t.status !== 'refused').map((t) => monthOf(t.orderedOn));
  const latest = months.sort().at(-1);
  const used = latest ? totalOf(registeredIn(buyer, latest)) : 0;
  return {
    npBuyerId: buyer.id,
    shopBuyerId: buyer.reference,
    authoriResult: RESULT_CODES[buyer.result],
    authoriReasons: buyer.reasons,
    guaranteeStatus: buyer.guarantee,
    limitAmount: buyer.limit === null ? null : String(buyer.limit),
    availableAmount: buyer.limit === null ? null : String(Math.max(0, buyer.limit - used)),
  };
}

/** A bill as in NP's answers. The fields are ASSUMED. */
export function billFields(bill: Bill) {
  const account = bill.kind === 'invoice' ? virtualAccountOf(bill.buyerId) : null;
  return {
    billNumber: bill.number,
    billKind: bill.kind,
    revision: String(bill.revision),
    npBuyerId: bill.buyerId,
    issueDate: bill.issuedOn,
    closeDate: bill.closeOn,
    dueDate: bill.dueOn,
    debitDate: bill.debitOn,
    totalAmount: String(totalOf(bill.transactions)),
    taxRateSummaries: taxesOf(bill).map(({ rate, total, tax }) => ({
      taxRate: String(rate),
      totalAmount: String(total),
      taxAmount: String(tax),
    })),
    shopTransactionIds: bill.transactions.filter((t) => t.status !== 'cancelled').map((t) => t.shopTransactionId),
    virtualAccount: account && {
      bankName: account.bank,
      branchName: account.branch,
      accountType: account.type,
      accountNumber: account.number,
      accountHolder: account.holder,
    },
  };
}
