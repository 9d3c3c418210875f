import { newId } from '../../books/lib/ids';
import { type KanaOf, toBankKana } from '../../domain/formats/kana';
import type { DebitAccount, DirectDebit } from '../../generated/prisma/client';
import { type Tx, sql } from '../../prisma/db';
import { type Reason, Refused, refuse } from '../lib/problems';
import type { WriteContext } from '../lib/route';
import { text, z } from '../lib/input/schemas';

/* Bank accounts as the bank's files have them. */

const digits = (count: number) =>
  z
    .string()
    .regex(new RegExp(`^\\d{${count}}$`))
    .openapi({ description: `${count} digits` });

/** A name in kana, as typed; kept as the bank's files write it. @param max bytes of its field */
const kana = (of: KanaOf, max: number) =>
  text(100)
    .transform((typed, ctx): string => {
      const written = toBankKana(typed, of, max);
      if (written.ok) return written.value;
      const { code, params } = written.refusal;
      ctx.addIssue({ code: 'custom', message: code, ...(params && { params }) });
      return z.NEVER;
    })
    .openapi({ type: 'string', description: `Kana, at most ${max} characters of the bank’s set` });

const bank = {
  bank_code: digits(4),
  bank_kana: kana('bank', 15),
  branch_code: digits(3),
  branch_kana: kana('bank', 15),
};

/** 委託者 and the account that the bank pays the debits into. */
export const consignor = z.strictObject({
  consignor_code: digits(10),
  consignor_kana: kana('party', 40),
  ...bank,
  type: z.enum(['ordinary', 'current']).openapi({ description: '普通 or 当座' }),
  number: digits(7),
});

/** 引落口座, as it stands on the form. */
export const debitAccount = z.strictObject({
  ...bank,
  type: z
    .enum(['ordinary', 'current', 'tax_reserve', 'other'])
    .openapi({ description: '普通, 当座, 納税準備 or その他' }),
  number: digits(7),
  holder_kana: kana('party', 30),
});

export const customerNumber = z
  .string()
  .regex(/^\d{1,20}$/)
  .openapi({ description: '顧客番号 of the form, at most 20 digits', example: '100001' });

export const debitAccountShape = z.object({
  customer_number: z.string(),
  bank_code: z.string(),
  branch_code: z.string(),
  type: z.string(),
  number_last3: z.string(),
});

export interface FormOfMandate {
  bank_account?: z.output<typeof debitAccount> | undefined;
  customer_number?: string | undefined;
}

/**
 * Keeps the account to be debited, in house; NP keeps its own. @returns its id, the only thing about it that travels
 * @throws Refused bank_account_missing, customer_number_taken; bank_account_kept_by_np
 */
export async function keepDebitAccount(
  tx: Tx,
  { store }: Pick<WriteContext, 'store'>,
  mandate: DirectDebit,
  { bank_account: account, customer_number: number }: FormOfMandate,
): Promise<string | null> {
  const given = { '/bank_account': account, '/customer_number': number };
  const inHouse = store.settlement === 'in_house';
  const wrong = Object.entries(given).flatMap(([field, value]): Reason[] => {
    if ((value !== undefined) === inHouse) return [];
    return [{ code: inHouse ? 'bank_account_missing' : 'bank_account_kept_by_np', field }];
  });
  if (wrong.length > 0) throw new Refused(wrong);
  if (!account || number === undefined) return null;

  // One at a time in a store, so that two mandates can't take the same number at once.
  await tx.$queryRaw(sql`SELECT FROM stores WHERE id = ${store.id} FOR NO KEY UPDATE`);
  const [taken] = await tx.$queryRaw<object[]>(sql`
    SELECT FROM debit_accounts a JOIN direct_debits m ON m.store_id = a.store_id AND m.id = a.direct_debit_id
     WHERE a.store_id = ${store.id} AND lpad(a.customer_number, 20, '0') = lpad(${number}, 20, '0')
       AND m.destination_id <> ${mandate.destinationId} LIMIT 1`);
  if (taken) refuse('customer_number_taken', { field: '/customer_number' });
  const { id } = await tx.debitAccount.create({
    data: {
      storeId: store.id,
      id: newId('dac'),
      directDebitId: mandate.id,
      customerNumber: number,
      bankCode: account.bank_code,
      bankKana: account.bank_kana,
      branchCode: account.branch_code,
      branchKana: account.branch_kana,
      type: account.type,
      number: account.number,
      holderKana: account.holder_kana,
    },
  });
  return id;
}

/** Enough to tell accounts apart, never the whole number. */
export function showDebitAccount(account: DebitAccount | null): z.infer<typeof debitAccountShape> | null {
  return (
    account && {
      customer_number: account.customerNumber,
      bank_code: account.bankCode,
      branch_code: account.branchCode,
      type: account.type,
      number_last3: account.number.slice(-3),
    }
  );
}
