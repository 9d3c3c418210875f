import { keepDebitAccount } from '../../books/direct-debit/accounts';
import { requestDirectDebit } from '../../books/direct-debit/request';
import type { JstDate } from '../../domain/calendar';
import { type MandateEvent, afterEvent } from '../../domain/direct-debit/rules';
import type { RefusalCode } from '../../domain/refusal-codes';
import type { DirectDebit } from '../../generated/prisma/client';
import { type Tx, dateOut } from '../../prisma/db';
import { type DirectDebitView, directDebitParts, directDebitShape, directDebitView } from '../../views/direct-debit';
import { listOf, listView } from '../../views/lib/list';
import { z } from '../../views/lib/zod';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import type { CommandTo, Payload } from '../../workflows/contracts/messages';
import { giveCommand } from '../lib/commands';
import { customerNumber, debitAccount, formOf } from './accounts';
import { olderThan } from '../lib/input/lists';
import { refuseImplausible } from '../lib/input/dates';
import { found, orRefuse, throwRefusal } from '../lib/problems';
import { type ReadResource, type Route, type WriteContext, command, read } from '../lib/route';
import { id, jstDate, paging, reason } from '../lib/input/schemas';

const evidence = z.string({ error: 'evidence_missing' }).trim().min(1, { error: 'evidence_missing' }).max(1000);

const resource: ReadResource<DirectDebitView> = async ({ env, store }, ref) => {
  const where = { storeId_id: { storeId: store.id, id: ref } };
  return directDebitView(await env.db.directDebit.findUniqueOrThrow({ where, include: directDebitParts }));
};

export const directDebitRoutes: Route[] = [
  command({
    operation: 'direct_debits.create',
    path: '/v1/direct_debits',
    summary: 'Request direct debit (口座振替) for a billing destination (D1).',
    body: z.strictObject({ account_id: id, billing_destination_id: id.optional() }),
    waits: 0,
    done: 201,
    answers: { 201: directDebitShape },
    refusals: ['not_found', 'unknown_billing_destination', 'mandate_already_running', 'direct_debit_not_offered'],
    async handle(tx, context) {
      const { account_id: accountId, billing_destination_id: billingDestinationId } = context.body;
      const ref = orRefuse(await requestDirectDebit(tx, context, { accountId, billingDestinationId }));
      return { message: keys.message.start(workflowIds.directDebit(ref)), ref, location: `/v1/direct_debits/${ref}` };
    },
    resource,
  }),
  read({
    operation: 'direct_debits.list',
    path: '/v1/direct_debits',
    summary: 'Direct debits, newest first.',
    query: z.strictObject({ ...paging, account_id: id.optional(), status: directDebitShape.shape.status.optional() }),
    answers: { 200: listOf(directDebitShape) },
    async handle({ env, store, query }) {
      const rows = await env.db.directDebit.findMany({
        where: {
          storeId: store.id,
          ...(query.account_id !== undefined && { accountId: query.account_id }),
          ...(query.status && { status: query.status }),
          ...olderThan(query.after),
        },
        orderBy: { id: 'desc' },
        take: query.limit + 1,
        include: directDebitParts,
      });
      return { status: 200, body: listView(rows, query, (row) => row.id, directDebitView) };
    },
  }),
  read({
    operation: 'direct_debits.get',
    path: '/v1/direct_debits/:id',
    summary: 'One direct debit.',
    query: z.strictObject({}),
    answers: { 200: directDebitShape },
    refusals: ['not_found'],
    async handle({ env, store, params }) {
      const where = { storeId_id: { storeId: store.id, id: params['id']! } };
      const directDebit = found(await env.db.directDebit.findUnique({ where, include: directDebitParts }));
      return { status: 200, body: directDebitView(directDebit) };
    },
  }),
  step('form_posted', 'Record that the paper form was posted to the customer.', {
    body: z.strictObject({ on: jstDate }),
    event: 'form_posted',
    name: 'formPosted',
    payload: ({ on }) => ({ on }),
  }),
  step('form_received', 'Record that the form came back. It then goes to the bank.', {
    body: z.strictObject({ on: jstDate }),
    event: 'form_received',
    name: 'formReceived',
    payload: ({ on }) => ({ on }),
  }),
  step('complete', 'Record that the bank has accepted the form, with the evidence.', {
    body: z.strictObject({
      evidence,
      bank_account: debitAccount
        .optional()
        .openapi({ description: 'In house: the account on the form. Absent with NP' }),
      customer_number: customerNumber.optional(),
    }),
    event: 'completed',
    name: 'complete',
    refusals: [
      'buyer_unknown_to_np',
      'bank_account_missing',
      'bank_account_kept_by_np',
      'customer_number_taken',
      'kana_not_convertible',
      'kana_too_long',
    ],
    payload: async ({ evidence, ...form }, tx, context, mandate) => {
      await refuseUnknownToNp(tx, context, mandate);
      const kept = await keepDebitAccount(tx, context.store, mandate, formOf(form));
      return { evidence, debitAccountId: orRefuse(kept) };
    },
  }),
  step('reject', 'Record a defect that the bank has found (seal, number, name …).', {
    body: z.strictObject({ reason }),
    event: 'rejected',
    name: 'reject',
    payload: (body) => ({ reason: body.reason }),
  }),
  step('withdraw', 'Withdraw the request or the running direct debit.', {
    body: z.strictObject({ reason }),
    event: 'withdrawn',
    name: 'withdraw',
    payload: () => ({}),
  }),
];

/**
 * Makes the route for one step of a direct debit's procedure. The route refuses a step that is not possible in the direct debit's
 * state, so the workflow gets no command for it.
 */
function step<B extends z.ZodType, N extends CommandTo<'directDebit'>>(
  verb: 'form_posted' | 'form_received' | 'complete' | 'reject' | 'withdraw',
  summary: string,
  taken: {
    body: B;
    event: MandateEvent;
    name: N;
    refusals?: RefusalCode[];
    payload(body: z.output<B>, tx: Tx, context: WriteContext, mandate: DirectDebit): Payload<N> | Promise<Payload<N>>;
  },
): Route {
  return command({
    operation: `direct_debits.${verb}`,
    path: `/v1/direct_debits/:id/${verb}`,
    summary,
    body: taken.body,
    answers: { 200: directDebitShape, 202: directDebitShape },
    refusals: ['not_found', 'mandate_out_of_order', 'reason_missing', 'evidence_missing', ...(taken.refusals ?? [])],
    async handle(tx, context) {
      const where = { storeId_id: { storeId: context.store.id, id: context.params['id']! } };
      const directDebit = found(await tx.directDebit.findUnique({ where }));
      orRefuse(afterEvent(directDebit.status, taken.event));
      const { on } = context.body as { on?: JstDate };
      if (on !== undefined) refuseImplausible(on, lastStepOn(directDebit), context.at);
      const why = (context.body as { reason?: string }).reason;
      const message = await giveCommand(tx, context, {
        to: workflowIds.directDebit(directDebit.id),
        name: taken.name,
        target: directDebit.id,
        payload: await taken.payload(context.body, tx, context, directDebit),
        ...(why !== undefined && { reason: why }),
      });
      return { message, ref: directDebit.id };
    },
    resource,
  });
}

/**
 * In a store that bills through NP, the credit provider, refuses to complete a direct debit of a buyer that NP does not know yet.
 * NP would bill this buyer by bank transfer, while our books would expect a debit.
 */
async function refuseUnknownToNp(tx: Tx, { store }: WriteContext, { destinationId }: DirectDebit): Promise<void> {
  if (store.settlement !== 'np') return;
  const where = { storeId_id: { storeId: store.id, id: destinationId } };
  const { npBuyerId } = await tx.billingDestination.findUniqueOrThrow({ where });
  if (npBuyerId === null) throwRefusal('buyer_unknown_to_np');
}

/** The latest recorded day of the procedure: the request, the posting of the paper form, or the return of a defective form. */
function lastStepOn(row: DirectDebit): JstDate {
  if (row.status === 'requested') return dateOut(row.requestedOn);
  return dateOut((row.status === 'defect' ? row.formReceivedOn : row.formPostedOn) ?? row.requestedOn);
}
