import type { Prisma } from '../generated/prisma/client';
import { dateOut } from '../prisma/db';
import { z } from './lib/zod';

const partShape = z.object({ invoice_id: z.string(), invoice_number: z.string(), amount: z.number() });

export const depositShape = z.object({
  id: z.string(),
  object: z.literal('deposit'),
  account_id: z.string(),
  amount: z.number().openapi({ description: 'Yen; below zero for a reversal' }),
  over: z.number().openapi({ description: 'The part above the open amount of the invoices (仮受金)' }),
  paid_on: z.string(),
  reference: z.string().nullable(),
  reverses: z.string().nullable(),
  reversed_by: z.string().nullable(),
  payments: z.array(partShape),
});
export type DepositView = z.infer<typeof depositShape>;

export const depositParts = {
  payments: { orderBy: { id: 'asc' }, include: { invoice: { select: { number: true } } } },
  reversal: { select: { id: true } },
} as const satisfies Prisma.DepositInclude;

type DepositRow = Prisma.DepositGetPayload<{ include: typeof depositParts }>;

export function depositView(deposit: DepositRow): DepositView {
  return {
    id: deposit.id,
    object: 'deposit',
    account_id: deposit.accountId,
    amount: Number(deposit.amount),
    over: Number(deposit.over),
    paid_on: dateOut(deposit.paidOn),
    reference: deposit.reference,
    reverses: deposit.reverses,
    reversed_by: deposit.reversal?.id ?? null,
    payments: deposit.payments.map(partView),
  };
}

function partView({ invoiceId, invoice, amount }: DepositRow['payments'][number]): z.infer<typeof partShape> {
  // A deposit pays issued invoices only, and an issued invoice has a number.
  return { invoice_id: invoiceId, invoice_number: invoice.number!, amount: Number(amount) };
}

export const depositImportShape = z.object({
  object: z.literal('deposit_import'),
  entered: z.number(),
  known: z.number(),
});

/** @param known how many of the file's deposits were entered before */
export function depositImportView(lines: number, known: number): z.infer<typeof depositImportShape> {
  return { object: 'deposit_import', entered: lines - known, known };
}
