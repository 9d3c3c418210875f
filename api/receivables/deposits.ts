import { createHash } from 'node:crypto';
import { audit } from '../../books/lib/audit';
import { newId } from '../../books/lib/ids';
import { bookDeposit, reverseDeposit } from '../../books/receivable/deposits';
import type { Yen } from '../../domain/money';
import { type Tx, instantIn } from '../../prisma/db';
import {
  type DepositView,
  depositImportShape,
  depositImportView,
  depositParts,
  depositShape,
  depositView,
} from '../../views/deposit';
import { listOf } from '../../views/lib/list';
import { text } from '../../views/lib/members';
import { z } from '../../views/lib/zod';
import { onLine, readDepositFile } from './deposit-file';
import { asDate, sortedBy } from '../lib/input/lists';
import { type Locate, found, orRefuse } from '../lib/problems';
import { type Route, type WriteContext, read, write } from '../lib/route';
import { id, jstDate, paging, reason } from '../lib/input/schemas';

/** The largest amount of a deposit: the field 金額 (amount) of the banks' files has ten digits. */
const MOST = 9_999_999_999;

const given = z.strictObject({
  amount: z.int().min(1).max(MOST).openapi({ description: 'Yen that arrived' }) as unknown as z.ZodType<Yen, number>,
  paid_on: jstDate,
  invoice_numbers: z
    .array(text(100))
    .min(1)
    .max(50)
    .openapi({ description: 'The invoices that it pays, each in full before the next. The rest is 仮受金' }),
  reference: text(100)
    .optional()
    .openapi({ description: 'The bank’s text (摘要). The same deposit with the same text is booked once' }),
});

const refusalsOfDeposit = [
  'unknown_invoice',
  'invoice_not_own',
  'invoice_not_payable',
  'invoices_of_two_accounts',
] as const;

const byPaidOn = sortedBy('paidOn', 'id', 'desc', asDate);

export const depositRoutes: Route[] = [
  write('post', {
    operation: 'deposits.create',
    path: '/v1/deposits',
    summary: 'In house: enter money that arrived in the store’s own account, with the invoices that it pays.',
    body: given,
    answers: { 200: depositShape, 201: depositShape },
    refusals: [...refusalsOfDeposit],
    async handle(tx, context) {
      const { id, known } = await enter(tx, context, context.body);
      return {
        status: known ? 200 : 201,
        location: `/v1/deposits/${id}`,
        body: await readDeposit(tx, context.store.id, id),
      };
    },
  }),
  write('post', {
    operation: 'deposits.import',
    path: '/v1/deposits/import',
    summary:
      'Enter the deposits of a CSV file: paid_on,amount,invoice_number,reference. If one line has a mistake, nothing is entered. The same file again, and the same deposits with a reference, change nothing.',
    upload: { mediaType: 'text/csv', description: 'UTF-8 or Shift_JIS' },
    body: z.instanceof(Uint8Array),
    answers: { 200: depositImportShape },
    refusals: ['deposit_file_malformed', ...refusalsOfDeposit],
    async handle(tx, context) {
      const { store, at, body: bytes } = context;
      const lines = readDepositFile(bytes, given);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const file = { storeId: store.id, sha256, bytes: Buffer.from(bytes), at: instantIn(at) };
      const { count } = await tx.depositFile.createMany({ data: [file], skipDuplicates: true });
      let known = count === 1 ? 0 : lines.length;
      if (count === 1)
        for (const { line, deposit } of lines) if ((await enter(tx, context, deposit, onLine(line))).known) known += 1;
      return { status: 200, body: depositImportView(lines.length, known) };
    },
  }),
  write('post', {
    operation: 'deposits.reverse',
    path: '/v1/deposits/:id/reversal',
    summary:
      'Reverse a deposit that was entered wrongly. The invoices that it paid are owed again. Then enter the correct one.',
    body: z.strictObject({ reason }),
    answers: { 201: depositShape },
    refusals: ['not_found', 'reason_missing', 'deposit_already_reversed'],
    async handle(tx, context) {
      const { store, at, params, body } = context;
      const where = { storeId_id: { storeId: store.id, id: params['id']! } };
      const deposit = found(await tx.deposit.findUnique({ where, include: { payments: true } }));
      const fact = { storeId: store.id, at };
      const { id } = orRefuse(await reverseDeposit(tx, fact, deposit, newId('dep')));
      await audit(tx, context, { action: 'deposit.reverse', target: deposit.id, reason: body.reason, after: { id } });
      return { status: 201, location: `/v1/deposits/${id}`, body: await readDeposit(tx, store.id, id) };
    },
  }),
  read({
    operation: 'deposits.list',
    path: '/v1/deposits',
    summary: 'Money that arrived in the store’s own account, newest day first.',
    query: z.strictObject({ ...paging, account_id: id.optional() }),
    answers: { 200: listOf(depositShape) },
    async handle({ env, store, query }) {
      const rows = await env.db.deposit.findMany({
        where: {
          storeId: store.id,
          ...(query.account_id !== undefined && { accountId: query.account_id }),
          ...byPaidOn.after(query.after),
        },
        ...byPaidOn.page(query),
        include: depositParts,
      });
      return { status: 200, body: byPaidOn.list(rows, query, depositView) };
    },
  }),
];

async function enter(
  tx: Tx,
  context: WriteContext,
  deposit: z.output<typeof given>,
  locate?: Locate,
): Promise<{ id: string; known: boolean }> {
  const { store, at } = context;
  const { amount, paid_on: paidOn, invoice_numbers: invoiceNumbers, reference = null } = deposit;
  const fact = { storeId: store.id, at };
  const entered = { id: newId('dep'), amount, paidOn, invoiceNumbers, reference };
  const booked = orRefuse(await bookDeposit(tx, fact, entered), locate);
  if (!booked.known) await audit(tx, context, { action: 'deposit.create', target: booked.id, after: deposit });
  return booked;
}

async function readDeposit(tx: Tx, storeId: string, id: string): Promise<DepositView> {
  const where = { storeId_id: { storeId, id } };
  return depositView(await tx.deposit.findUniqueOrThrow({ where, include: depositParts }));
}
