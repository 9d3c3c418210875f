import { z } from 'zod';
import { jstDate, parseJstDate } from '../../../domain/calendar';
import { yen } from '../../../domain/money';
import { ProviderError } from '../../errors';
import { ASSUMED } from './assumed';
import type { BuyerScreening, IssuedBill, TransactionResult } from '../port';

const amount = z
  .string()
  .regex(/^-?\d{1,15}$/)
  .transform((text) => yen(Number(text)));
const date = z
  .string()
  .refine((text) => parseJstDate(text) !== null, 'not a date')
  .transform((text) => jstDate(text));

/**
 * Answer of NP (the credit provider NP掛け払い) to the registration of transactions (取引登録), whose format is publicly known.
 * ASSUMED (our guess, see assumed.ts): the search for a transaction answers in the same format, with an empty list for an
 * unknown id.
 */
const transactions = z.object({
  result: z.object({
    buyer: z.object({
      transactionInfoes: z.array(
        z.object({
          shopTransactionId: z.string().optional(),
          npTransactionId: z.string().nullish(),
          status: z.object({
            transactionAuthoriInfo: z.object({
              transactionAuthoriResult: z.string(),
              transactionAuthoriNgReason: z.string().nullish(),
            }),
          }),
        }),
      ),
    }),
  }),
});

/** A buyer in NP's answers. The fields and codes are ASSUMED. */
const buyer = z
  .object({
    npBuyerId: z.string().regex(/^\d{11}$/),
    authoriResult: z.enum(['00', '10', '20', '30', '40']),
    authoriReasons: z.array(z.string()),
    guaranteeStatus: z.enum(['OK', 'ALRT', 'NG']),
    limitAmount: amount.nullable(),
    availableAmount: amount.nullable(),
  })
  .transform((b): BuyerScreening => ({
    buyerId: b.npBuyerId,
    result: ASSUMED.buyerResults[b.authoriResult],
    reasons: b.authoriReasons,
    guarantee: b.guaranteeStatus,
    limit: b.limitAmount,
    available: b.availableAmount,
  }));

/** An issued bill in NP's answers. The fields are ASSUMED. */
const bill = z
  .object({
    billNumber: z.string().regex(/^F-1-\d{8}-\d{6}$/),
    billKind: z.enum(['invoice', 'debit_notice']),
    revision: z.string().regex(/^\d+$/).transform(Number),
    npBuyerId: z.string(),
    issueDate: date,
    closeDate: date,
    dueDate: date,
    debitDate: date.nullable(),
    totalAmount: amount,
    taxRateSummaries: z.array(
      z.object({
        taxRate: z.enum(['10', '8']).transform((rate) => (rate === '10' ? 10 : 8)),
        totalAmount: amount,
        taxAmount: amount,
      }),
    ),
    shopTransactionIds: z.array(z.string()),
    virtualAccount: z
      .object({
        bankName: z.string(),
        branchName: z.string(),
        accountType: z.literal('普通'),
        accountNumber: z.string(),
        accountHolder: z.string(),
      })
      .nullable(),
  })
  .transform((b): IssuedBill => ({
    number: b.billNumber,
    kind: b.billKind,
    revision: b.revision,
    buyerId: b.npBuyerId,
    issuedOn: b.issueDate,
    closeOn: b.closeDate,
    dueOn: b.dueDate,
    debitOn: b.debitDate,
    total: b.totalAmount,
    taxes: b.taxRateSummaries.map(({ taxRate, totalAmount, taxAmount }) => ({
      rate: taxRate,
      total: totalAmount,
      tax: taxAmount,
    })),
    shopTransactionIds: b.shopTransactionIds,
    virtualAccount: b.virtualAccount && {
      bank: b.virtualAccount.bankName,
      branch: b.virtualAccount.branchName,
      type: b.virtualAccount.accountType,
      number: b.virtualAccount.accountNumber,
      holder: b.virtualAccount.accountHolder,
    },
  }));

const oneBuyer = z.object({ result: z.object({ buyer }) });
const buyers = z.object({ result: z.object({ buyers: z.array(buyer) }) });
const bills = z.object({ result: z.object({ bills: z.array(bill), nextCursor: z.string().nullable() }) });

export const readBuyer = (answer: unknown) => read(oneBuyer, answer).result.buyer;
export const readBuyers = (answer: unknown) => read(buyers, answer).result.buyers;
export const readBills = (answer: unknown) => read(bills, answer).result;

/**
 * Reads whether NP registered the transaction. `00` means registered and every other result means refused, as in the
 * only published client of NP's API. Returns null when the answer has no transaction.
 * @throws ProviderError for an unreadable answer, and for a refusal for another reason than 21, 22 or 24 (see port.ts)
 */
export function readTransaction(answer: unknown): TransactionResult | null {
  const row = read(transactions, answer).result.buyer.transactionInfoes[0];
  if (!row) return null;
  const { transactionAuthoriResult: result, transactionAuthoriNgReason: reason } = row.status.transactionAuthoriInfo;
  if (result === '00') {
    if (!row.npTransactionId) throw unreadable('registered, but without npTransactionId');
    return { outcome: 'registered', transactionId: row.npTransactionId };
  }
  if (reason === '21' || reason === '22' || reason === '24') return { outcome: 'refused', reason };
  // The engine knows what to do about the reasons 21, 22 and 24 only. For another reason, staff must decide.
  throw new ProviderError('np', 'rejected', `refused as ${result} for a reason not known here`, [reason ?? result]);
}

function read<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw unreadable(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}

/** The error for an answer that we cannot read. The failure is `unknown`, because the call may have taken effect. */
function unreadable(why: string): ProviderError {
  return new ProviderError('np', 'unknown', `answer not readable: ${why}`);
}
