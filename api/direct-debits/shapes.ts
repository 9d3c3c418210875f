import type { DebitAccount, DirectDebit } from '../../generated/prisma/client';
import { dateOut } from '../../prisma/db';
import { debitAccountShape, showDebitAccount } from './accounts';
import { z } from '../lib/input/schemas';

export const directDebitStatus = z.enum([
  'requested',
  'form_posted',
  'at_bank',
  'active',
  'defect',
  'withdrawn',
  'expired',
  'ended',
]);
export const directDebitShape = z.object({
  id: z.string(),
  object: z.literal('direct_debit'),
  account_id: z.string(),
  billing_destination_id: z.string(),
  status: directDebitStatus,
  requested_on: z.string(),
  form_posted_on: z.string().nullable(),
  form_received_on: z.string().nullable(),
  expected_on: z.string().nullable().openapi({ description: 'About two months after the form came back (D2)' }),
  late: z.boolean(),
  active_on: z.string().nullable(),
  first_period: z.string().nullable().openapi({ description: 'First month paid by debit' }),
  first_debit_on: z.string().nullable(),
  ended_on: z.string().nullable(),
  evidence: z.string().nullable(),
  reason: z.string().nullable(),
  bank_account: debitAccountShape.nullable().openapi({ description: 'In house: the account that is debited' }),
});

export function showDirectDebit(row: DirectDebit & { debitAccount: DebitAccount | null }) {
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
    bank_account: showDebitAccount(row.debitAccount),
  };
}
