import { keepDebitFile } from '../../books/direct-debit/file';
import { resultsByName, resultsByRecord } from '../../books/direct-debit/reported-results';
import { type Period, dateOf, parsePeriod } from '../../domain/calendar';
import { debitResults } from '../../domain/direct-debit/rules';
import { readDebitResults } from '../../domain/formats/zengin-91';
import { refusalCodes } from '../../domain/refusal-codes';
import type { DebitFile, DebitRun } from '../../generated/prisma/client';
import { type Tx, dateOut, instantOut } from '../../prisma/db';
import { type DebitRunView, debitRunParts, debitRunShape, debitRunView } from '../../views/debit-run';
import { listOf, listView } from '../../views/lib/list';
import { text } from '../../views/lib/members';
import { z } from '../../views/lib/zod';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { giveCommand } from '../lib/commands';
import { refuseImplausible } from '../lib/input/dates';
import { giveResults } from './results';
import { found, orRefuse, throwRefusal } from '../lib/problems';
import { type ReadResource, type Route, type WriteContext, command, read } from '../lib/route';
import { jstDate, paging, period } from '../lib/input/schemas';

const codes = Object.keys(debitResults) as [string, ...string[]];
const code = z.enum(codes).openapi({ description: '振替結果コード (Zengin 91): 0 is paid' });
const result = z.union([z.strictObject({ invoice_number: text(100), code }), z.strictObject({ key: text(200), code })]);

const resource: ReadResource<DebitRunView> = async ({ env, store }, ref) => {
  const where = { storeId_nominal: { storeId: store.id, nominal: ref } };
  return debitRunView(await env.db.debitRun.findUniqueOrThrow({ where, include: debitRunParts }));
};

export const debitRunRoutes: Route[] = [
  read({
    operation: 'debit_runs.list',
    path: '/v1/debit_runs',
    summary: 'Debit days, newest first, with each debit and its result.',
    query: z.strictObject({ ...paging, after: period.optional() }),
    answers: { 200: listOf(debitRunShape) },
    async handle({ env, store, query }) {
      const rows = await env.db.debitRun.findMany({
        where: { storeId: store.id, ...(query.after && { nominal: { lt: query.after } }) },
        orderBy: { nominal: 'desc' },
        take: query.limit + 1,
        include: debitRunParts,
      });
      return { status: 200, body: listView(rows, query, (run) => run.nominal, debitRunView) };
    },
  }),
  command({
    operation: 'debit_runs.import_results',
    path: '/v1/debit_runs/:nominal/results',
    summary: 'Import the bank’s results of a debit day. If one debit is unknown, nothing is imported.',
    body: z.strictObject({ results: z.array(result).min(1).max(1000) }),
    answers: { 200: debitRunShape, 202: debitRunShape },
    refusals: ['not_found', 'unknown_debit', 'conflict'],
    async handle(tx, context) {
      const run = await runOf(tx, context);
      const named = context.body.results.map((given) =>
        'key' in given ? given : { invoiceNumber: given.invoice_number, code: given.code },
      );
      const results = orRefuse(await resultsByName(tx, run, named));
      return { message: await giveResults(tx, context, run.nominal, results), ref: run.nominal };
    },
    resource,
  }),
  read({
    operation: 'debit_runs.file',
    path: '/v1/debit_runs/:nominal/file',
    summary: 'The request file (Zengin type 91) for the bank, byte for byte as it was written.',
    query: z.strictObject({}),
    answers: { 200: 'application/octet-stream' },
    refusals: ['not_found'],
    async handle({ env, store, params }) {
      const where = { storeId: store.id, nominal: found(parsePeriod(params['nominal']!)), kind: 'request' as const };
      const file = found(await env.db.debitFile.findFirst({ where, include: { debitRun: true } }));
      const name = `debit-${dateOut(file.debitRun.debitOn)}.txt`;
      return { contentType: 'application/octet-stream', bytes: file.bytes, name };
    },
  }),
  command({
    operation: 'debit_runs.handed_in',
    path: '/v1/debit_runs/:nominal/handed_in',
    summary: 'Record that the request file was handed in to the bank.',
    body: z.strictObject({ on: jstDate }),
    answers: { 200: debitRunShape, 202: debitRunShape },
    refusals: ['not_found', 'conflict'],
    async handle(tx, context) {
      const run = await runOf(tx, context);
      const { at } = await requestOf(tx, run);
      refuseImplausible(context.body.on, dateOf(instantOut(at)), context.at);
      const message = await giveCommand(tx, context, {
        to: workflowIds.debitRun(run.storeId, run.nominal),
        name: 'fileHandedIn',
        target: keys.audited.debitRun(run.nominal),
        payload: { on: context.body.on },
      });
      return { message, ref: run.nominal };
    },
    resource,
  }),
  command({
    operation: 'debit_runs.import_result_file',
    path: '/v1/debit_runs/:nominal/result_file',
    summary:
      'Import the bank’s result file (Zengin type 91). It must have every record of the request once, with its amount, and correct totals; otherwise nothing is imported. The same file again changes nothing.',
    upload: { mediaType: 'application/octet-stream', description: 'The file as received from the bank' },
    body: z.instanceof(Uint8Array),
    answers: { 200: debitRunShape, 202: debitRunShape },
    refusals: ['not_found', ...refusalCodes.filter((known) => known.startsWith('debit_file_'))],
    async handle(tx, context) {
      const run = await runOf(tx, context);
      const { storeId, nominal } = run;
      const reported = orRefuse(readDebitResults((await requestOf(tx, run)).bytes, context.body));
      const file = { storeId, nominal, kind: 'result', bytes: context.body, at: context.at } as const;
      if (!(await keepDebitFile(tx, file))) return { message: null, ref: nominal };
      const results = await resultsByRecord(tx, run, reported);
      return { message: await giveResults(tx, context, nominal, results), ref: nominal };
    },
    resource,
  }),
];

type Run = DebitRun & { nominal: Period };

async function runOf(tx: Tx, { store, params }: Pick<WriteContext, 'store' | 'params'>): Promise<Run> {
  const nominal = parsePeriod(params['nominal']!) ?? throwRefusal('not_found');
  const run = await tx.debitRun.findUnique({ where: { storeId_nominal: { storeId: store.id, nominal } } });
  return { ...found(run), nominal };
}

async function requestOf(tx: Tx, { storeId, nominal }: Run): Promise<DebitFile> {
  return found(await tx.debitFile.findFirst({ where: { storeId, nominal, kind: 'request' } }));
}
