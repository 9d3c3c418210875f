import { audit } from '../../books/lib/audit';
import { newId } from '../../books/lib/ids';
import { destinationNamed } from '../../domain/account/billing-destination';
import type { OrderState } from '../../domain/order/lifecycle';
import { type Tx, instantIn } from '../../prisma/db';
import { workflowIds } from '../../workflows/contracts/ids';
import {
  type AccountView,
  accountParts,
  accountShape,
  accountView,
  consentShape,
  consentView,
  destinationShape,
  destinationView,
  newDestination,
} from '../../views/account';
import { listOf, wholeListView } from '../../views/lib/list';
import { text } from '../../views/lib/members';
import { z } from '../../views/lib/zod';
import { destinationColumns } from './routes';
import { giveCommand } from '../lib/commands';
import { found, orRefuse, throwRefusal } from '../lib/problems';
import { type ReadResource, type Route, type WriteContext, command, read, write } from '../lib/route';
import { id, reason, yen } from '../lib/input/schemas';

const resource: ReadResource<AccountView> = async ({ env, store }, ref) => {
  const where = { storeId_id: { storeId: store.id, id: ref } };
  return accountView(await env.db.account.findUniqueOrThrow({ where, include: accountParts }));
};

export const accountCommandRoutes: Route[] = [
  write('post', {
    operation: 'accounts.consent',
    path: '/v1/accounts/:id/consents',
    summary: 'Record the buyer’s consent to a version of the store’s terms (B1).',
    body: z.strictObject({ terms_version: text(50) }),
    answers: { 201: consentShape },
    refusals: ['not_found'],
    async handle(tx, context) {
      const { store, body, at } = context;
      const accountId = await ownAccount(tx, context);
      await tx.consent.createMany({
        data: [{ storeId: store.id, accountId, termsVersion: body.terms_version, consentedAt: instantIn(at) }],
        skipDuplicates: true,
      });
      return { status: 201, body: consentView(accountId, body.terms_version) };
    },
  }),
  write('post', {
    operation: 'accounts.add_destination',
    path: '/v1/accounts/:id/billing_destinations',
    summary: 'Add a billing destination (請求先).',
    body: newDestination,
    answers: { 201: destinationShape },
    refusals: ['not_found'],
    async handle(tx, context) {
      const accountId = await ownAccount(tx, context);
      const destination = await tx.billingDestination.create({
        data: {
          storeId: context.store.id,
          accountId,
          id: newId('dst'),
          isDefault: false,
          ...destinationColumns(context.body),
        },
      });
      await audit(tx, context, { action: 'billing_destination.create', target: destination.id });
      return { status: 201, body: destinationView(destination) };
    },
  }),
  read({
    operation: 'accounts.list_destinations',
    path: '/v1/accounts/:id/billing_destinations',
    summary: 'The account’s billing destinations, all of them.',
    query: z.strictObject({}),
    answers: { 200: listOf(destinationShape) },
    refusals: ['not_found'],
    async handle({ env, store, params }) {
      const where = { storeId_id: { storeId: store.id, id: params['id']! } };
      const account = found(await env.db.account.findUnique({ where, include: accountParts }));
      return { status: 200, body: wholeListView(account.billingDestinations, destinationView) };
    },
  }),
  write('post', {
    operation: 'accounts.set_credit_limit',
    path: '/v1/accounts/:id/credit_limits',
    summary:
      'Record the credit limit (P4): the monthly amount that NP has granted, or in house the amount that may be unbilled and unpaid at the same time. This does not release a held order; another command does.',
    body: z.strictObject({ billing_destination_id: id.optional(), amount: yen, reason }),
    answers: { 201: destinationShape },
    refusals: ['not_found', 'unknown_billing_destination', 'reason_missing'],
    async handle(tx, context) {
      const { store, body } = context;
      const destination = await destinationOf(tx, context, body.billing_destination_id);
      const changed = await tx.billingDestination.update({
        where: { storeId_id: { storeId: store.id, id: destination.id } },
        data: { creditLimit: BigInt(body.amount) },
      });
      await audit(tx, context, {
        action: 'credit_limit.set',
        target: destination.id,
        reason: body.reason,
        before: { credit_limit: destination.creditLimit === null ? null : Number(destination.creditLimit) },
        after: { credit_limit: body.amount },
      });
      return { status: 201, body: destinationView(changed) };
    },
  }),
  command({
    operation: 'accounts.reapply_screening',
    path: '/v1/accounts/:id/screening/reapply',
    summary: 'Apply to NP for the buyer’s screening again, with corrected data (申請).',
    body: z.strictObject({ billing_destination_id: id.optional(), reason }),
    answers: { 200: accountShape, 202: accountShape },
    refusals: ['not_found', 'unknown_billing_destination', 'reason_missing', 'screening_not_open'],
    async handle(tx, context) {
      const destination = await destinationOf(tx, context, context.body.billing_destination_id);
      if (destination.buyerStatus !== 'held' && destination.buyerStatus !== 'cancelled')
        throwRefusal('screening_not_open', { params: { state: destination.buyerStatus } });
      const ref = destination.accountId;
      const message = await giveCommand(tx, context, {
        to: workflowIds.account(ref),
        name: 'reapply',
        target: destination.id,
        payload: { destinationId: destination.id },
        reason: context.body.reason,
      });
      return { message, ref };
    },
    resource,
  }),
  command({
    operation: 'accounts.close',
    path: '/v1/accounts/:id/close',
    summary: 'Close the account: no more orders. Refused while one of its orders is open.',
    body: z.strictObject({ reason }),
    answers: { 200: accountShape, 202: accountShape },
    refusals: ['not_found', 'conflict', 'reason_missing', 'account_closed'],
    async handle(tx, context) {
      const ref = await ownAccount(tx, context);
      const where = {
        storeId: context.store.id,
        accountId: ref,
        status: { notIn: ['ended', 'declined', 'cancelled'] satisfies OrderState[] },
      };
      const account = await tx.account.findUniqueOrThrow({
        where: { storeId_id: { storeId: context.store.id, id: ref } },
      });
      if (account.status === 'closed') throwRefusal('account_closed');
      const open = await tx.order.count({ where });
      if (open > 0) throwRefusal('conflict', { params: { open_orders: open } });
      const message = await giveCommand(tx, context, {
        to: workflowIds.account(ref),
        name: 'closeAccount',
        target: ref,
        payload: {},
        reason: context.body.reason,
      });
      return { message, ref };
    },
    resource,
  }),
];

async function ownAccount(tx: Tx, { store, params }: WriteContext): Promise<string> {
  const where = { storeId_id: { storeId: store.id, id: params['id']! } };
  return found(await tx.account.findUnique({ where, select: { id: true } })).id;
}

/** The account's billing destination that the request names, or the account's default one if it names none. */
async function destinationOf(tx: Tx, context: WriteContext, named: string | undefined) {
  const accountId = await ownAccount(tx, context);
  const ofAccount = await tx.billingDestination.findMany({ where: { storeId: context.store.id, accountId } });
  return orRefuse(destinationNamed(ofAccount, named));
}
