import { parsePeriod } from '../domain/calendar';
import { debitResults } from '../domain/direct-debit/rules';
import type { DebitRun } from '../generated/prisma/client';
import { type Db, type Tx, dateOut } from '../prisma/db';
import { workflowIds } from '../workflows/contracts/ids';
import { giveCommand } from './commands';
import { pageOf } from './lists';
import { Refused, found, refuse } from './problems';
import { type Route, command, read } from './route';
import { listOf, paging, period, text, z } from './schemas';

const codes = Object.keys(debitResults) as [string, ...string[]];
const shape = z.object({
  object: z.literal('debit_run'),
  nominal: z.string().openapi({ description: 'Month whose 27th is debited' }),
  debit_on: z.string(),
  status: z.enum(['collected', 'requested', 'booked']),
  debits: z.array(
    z.object({
      key: z.string(),
      invoice_id: z.string(),
      invoice_number: z.string().nullable(),
      amount: z.number(),
      status: z.enum(['requested', 'succeeded', 'failed']),
      code: z.string().nullable(),
    }),
  ),
});

const code = z.enum(codes).openapi({ description: '振替結果コード (Zengin 91): 0 is paid' });
const result = z.union([z.strictObject({ invoice_number: text(100), code }), z.strictObject({ key: text(200), code })]);

export const debitRunRoutes: Route[] = [
  read({
    operation: 'debit_runs.list',
    path: '/v1/debit_runs',
    summary: 'Debit days, newest first, with each debit and its result.',
    query: z.strictObject({ ...paging, after: period.optional() }),
    answers: { 200: listOf(shape) },
    async handle({ env, store, query }) {
      const rows = await env.db.debitRun.findMany({
        where: { storeId: store.id, ...(query.after && { nominal: { lt: query.after } }) },
        orderBy: { nominal: 'desc' },
        take: query.limit + 1,
        include: withDebits,
      });
      return { status: 200, body: pageOf(rows, query, (run) => run.nominal, show) };
    },
  }),
  command({
    operation: 'debit_runs.import_results',
    path: '/v1/debit_runs/:nominal/results',
    summary: 'Import the bank’s results of a debit day. One unknown debit and none is taken.',
    body: z.strictObject({ results: z.array(result).min(1).max(1000) }),
    answers: { 200: shape, 202: shape },
    refusals: ['not_found', 'unknown_debit', 'conflict'],
    async handle(tx, context) {
      const { store, params, body } = context;
      const nominal = parsePeriod(params['nominal']!) ?? refuse('not_found');
      found(await tx.debitRun.findUnique({ where: { storeId_nominal: { storeId: store.id, nominal } } }));
      const results = await keyed(tx, store.id, nominal, body.results);
      const message = await giveCommand(tx, context, {
        workflowId: workflowIds.debitRun(store.id, nominal),
        name: 'importResults',
        target: `debit_run/${nominal}`,
        payload: { results },
      });
      return { message, ref: nominal };
    },
    fresh: ({ env, store }, ref) => whole(env.db, store.id, ref),
  }),
];

/** The debits the results speak of. @throws Refused unknown_debit for each that is none of this day */
async function keyed(
  tx: Tx,
  storeId: string,
  nominal: string,
  results: z.output<typeof result>[],
): Promise<{ key: string; code: string }[]> {
  const debits = await tx.debit.findMany({
    where: {
      storeId,
      nominal,
      OR: [
        { key: { in: results.flatMap((given) => ('key' in given ? [given.key] : [])) } },
        { invoice: { number: { in: results.flatMap((given) => ('key' in given ? [] : [given.invoice_number])) } } },
      ],
    },
    include: { invoice: { select: { number: true } } },
  });
  const named = (given: z.output<typeof result>) =>
    debits.find((debit) => ('key' in given ? debit.key === given.key : debit.invoice.number === given.invoice_number));
  const unknown = results.flatMap((given, i) =>
    named(given)
      ? []
      : [{ code: 'unknown_debit' as const, field: `/results/${i}/${'key' in given ? 'key' : 'invoice_number'}` }],
  );
  if (unknown.length > 0) throw new Refused(unknown);
  return results.map((given) => ({ key: named(given)!.key, code: given.code }));
}

const withDebits = {
  debits: { orderBy: { key: 'asc' }, include: { invoice: { select: { number: true } } } },
} as const;

async function whole(db: Db, storeId: string, nominal: string) {
  const where = { storeId_nominal: { storeId, nominal } };
  return show(await db.debitRun.findUniqueOrThrow({ where, include: withDebits }));
}

type Debits = {
  key: string;
  invoiceId: string;
  amount: bigint;
  status: string;
  code: string | null;
  invoice: { number: string | null };
}[];

function show(run: DebitRun & { debits: Debits }) {
  return {
    object: 'debit_run',
    nominal: run.nominal,
    debit_on: dateOut(run.debitOn),
    status: run.status,
    debits: run.debits.map((debit) => ({
      key: debit.key,
      invoice_id: debit.invoiceId,
      invoice_number: debit.invoice.number,
      amount: Number(debit.amount),
      status: debit.status,
      code: debit.code,
    })),
  };
}
