import { directDebitLifecycle } from '../domain/direct-debit/lifecycle';
import type { DebitAccount, Prisma } from '../generated/prisma/client';
import { dateOut } from '../prisma/db';
import { stateOf } from './lib/states';
import { z } from './lib/zod';

const debitAccountShape = z.object({
  customer_number: z.string(),
  bank_code: z.string(),
  branch_code: z.string(),
  type: z.string(),
  number_last3: z.string(),
});

export const directDebitShape = z.object({
  id: z.string(),
  object: z.literal('direct_debit'),
  account_id: z.string(),
  billing_destination_id: z.string(),
  status: stateOf(directDebitLifecycle),
  requested_on: z.string(),
  form_posted_on: z.string().nullable(),
  form_received_on: z.string().nullable(),
  expected_on: z.string().nullable().openapi({ description: 'About two months after the form arrived (D2)' }),
  late: z.boolean(),
  active_on: z.string().nullable(),
  first_period: z.string().nullable().openapi({ description: 'First month paid by debit' }),
  first_debit_on: z.string().nullable(),
  ended_on: z.string().nullable(),
  evidence: z.string().nullable(),
  reason: z.string().nullable(),
  bank_account: debitAccountShape.nullable().openapi({ description: 'In house: the account that is debited' }),
});
export type DirectDebitView = z.infer<typeof directDebitShape>;

export const directDebitParts = { debitAccount: true } as const satisfies Prisma.DirectDebitInclude;

export function directDebitView(
  row: Prisma.DirectDebitGetPayload<{ include: typeof directDebitParts }>,
): DirectDebitView {
  const date = (d: Date | null) => d && dateOut(d);
  return {
    id: row.id,
    object: 'direct_debit',
    account_id: row.accountId,
    billing_destination_id: row.destinationId,
    status: row.status,
    requested_on: dateOut(row.requestedOn),
    form_posted_on: date(row.formPostedOn),
    form_received_on: date(row.formReceivedOn),
    expected_on: date(row.expectedOn),
    late: row.late,
    active_on: date(row.activeOn),
    first_period: row.firstPeriod,
    first_debit_on: date(row.firstDebitOn),
    ended_on: date(row.endedOn),
    evidence: row.evidence,
    reason: row.reason,
    bank_account: row.debitAccount && debitAccountView(row.debitAccount),
  };
}

/** The debited account, with only the last three digits of its number: enough to tell accounts apart. */
function debitAccountView(account: DebitAccount): z.infer<typeof debitAccountShape> {
  return {
    customer_number: account.customerNumber,
    bank_code: account.bankCode,
    branch_code: account.branchCode,
    type: account.type,
    number_last3: account.number.slice(-3),
  };
}
