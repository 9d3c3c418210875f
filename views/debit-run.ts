import { debitRunLifecycle } from '../domain/direct-debit/lifecycle';
import { debitStates } from '../domain/vocabulary';
import type { Prisma } from '../generated/prisma/client';
import { dateOut } from '../prisma/db';
import { stateOf } from './lib/states';
import { z } from './lib/zod';

const debitShape = z.object({
  key: z.string(),
  invoice_id: z.string(),
  invoice_number: z.string().nullable(),
  amount: z.number(),
  status: z.enum(debitStates),
  code: z.string().nullable(),
});
type DebitView = z.infer<typeof debitShape>;

export const debitRunShape = z.object({
  object: z.literal('debit_run'),
  nominal: z.string().openapi({ description: 'Month whose 27th is debited' }),
  debit_on: z.string(),
  status: stateOf(debitRunLifecycle),
  handed_in_on: z.string().nullable(),
  request_file: z
    .object({ sha256: z.string(), debits: z.number(), amount: z.number(), file: z.string() })
    .nullable()
    .openapi({ description: 'In house: what is to be handed in to the bank' }),
  debits: z.array(debitShape),
});
export type DebitRunView = z.infer<typeof debitRunShape>;

export const debitRunParts = {
  debits: { orderBy: { key: 'asc' }, include: { invoice: { select: { number: true } } } },
  files: { where: { kind: 'request' }, select: { sha256: true } },
} as const satisfies Prisma.DebitRunInclude;

type DebitRunRow = Prisma.DebitRunGetPayload<{ include: typeof debitRunParts }>;

export function debitRunView(run: DebitRunRow): DebitRunView {
  return {
    object: 'debit_run',
    nominal: run.nominal,
    debit_on: dateOut(run.debitOn),
    status: run.status,
    handed_in_on: run.handedInOn && dateOut(run.handedInOn),
    request_file: requestFileView(run),
    debits: run.debits.map(debitView),
  };
}

function requestFileView({ nominal, files: [file], debits }: DebitRunRow): DebitRunView['request_file'] {
  if (!file) return null;
  const inFile = debits.filter((debit) => debit.recordNo !== null);
  return {
    sha256: file.sha256,
    debits: inFile.length,
    amount: inFile.reduce((sum, debit) => sum + Number(debit.amount), 0),
    file: `/v1/debit_runs/${nominal}/file`,
  };
}

function debitView(debit: DebitRunRow['debits'][number]): DebitView {
  return {
    key: debit.key,
    invoice_id: debit.invoiceId,
    invoice_number: debit.invoice.number,
    amount: Number(debit.amount),
    status: debit.status,
    code: debit.code,
  };
}
