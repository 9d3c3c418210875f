import { audit } from '../../books/lib/audit';
import { newId } from '../../books/lib/ids';
import { registrationNumberWarning } from '../../domain/invoice/registration-number';
import { type Tx, instantIn } from '../../prisma/db';
import { accountParts, accountShape, accountView, baseInformation, newDestination } from '../../views/account';
import { listOf, listView } from '../../views/lib/list';
import { text } from '../../views/lib/members';
import { z } from '../../views/lib/zod';
import { olderThan } from '../lib/input/lists';
import { found, throwRefusal } from '../lib/problems';
import { type Route, type WriteContext, read, write } from '../lib/route';
import { paging, reason } from '../lib/input/schemas';

const newAccount = z.strictObject({
  reference: text(100).openapi({ description: 'The shop’s own name for the account; unique' }),
  entity: z.enum(['corporation', 'sole_proprietor', 'individual']),
  ...baseInformation,
  consent: z
    .strictObject({ terms_version: text(50) })
    .optional()
    .openapi({ description: 'Consent to the store’s terms, with the first order at the latest (B1)' }),
  billing_destinations: z
    .array(newDestination)
    .min(1)
    .max(20)
    .optional()
    .openapi({ description: 'The first one is the default. Without any, it is made from the base information' }),
});

const changes = z.strictObject({ ...z.object(baseInformation).partial().shape, reason });

export const accountRoutes: Route[] = [
  write('post', {
    operation: 'accounts.create',
    path: '/v1/accounts',
    summary: 'Register a buyer’s base information (B1).',
    body: newAccount,
    answers: { 201: accountShape },
    refusals: ['already_exists', 'invalid_registration_number'],
    async handle(tx, context) {
      const { store, body, at } = context;
      const { reference } = body;
      const taken = await tx.account.findUnique({ where: { storeId_reference: { storeId: store.id, reference } } });
      if (taken) throwRefusal('already_exists', { field: '/reference', params: { id: taken.id } });
      const id = newId('acc');
      const own = { storeId: store.id, accountId: id };
      await tx.account.create({
        data: { storeId: store.id, id, reference, entity: body.entity, ...columnsOf(body), createdAt: instantIn(at) },
      });
      const destinations = body.billing_destinations ?? [
        { ...body, person: body.contact_person, email_to: body.email, email_cc: [] },
      ];
      await tx.billingDestination.createMany({
        data: destinations.map((given, i) => ({
          ...own,
          ...destinationColumns(given),
          id: newId('dst'),
          isDefault: i === 0,
        })),
      });
      if (body.consent)
        await tx.consent.create({
          data: { ...own, termsVersion: body.consent.terms_version, consentedAt: instantIn(at) },
        });
      await audit(tx, context, { action: 'account.create', target: id });
      const warning = body.registration_number && registrationNumberWarning(body.registration_number);
      return {
        status: 201,
        location: `/v1/accounts/${id}`,
        body: {
          ...(await readAccount(tx, store.id, id)),
          warnings: warning ? [`/registration_number: ${warning}`] : [],
        },
      };
    },
  }),
  read({
    operation: 'accounts.list',
    path: '/v1/accounts',
    summary: 'Accounts, newest first.',
    query: z.strictObject({ ...paging, reference: text(100).optional() }),
    answers: { 200: listOf(accountShape) },
    async handle({ env, store, query }) {
      const rows = await env.db.account.findMany({
        where: { storeId: store.id, ...(query.reference && { reference: query.reference }), ...olderThan(query.after) },
        orderBy: { id: 'desc' },
        take: query.limit + 1,
        include: accountParts,
      });
      return { status: 200, body: listView(rows, query, (account) => account.id, accountView) };
    },
  }),
  read({
    operation: 'accounts.get',
    path: '/v1/accounts/:id',
    summary: 'One account.',
    query: z.strictObject({}),
    answers: { 200: accountShape },
    refusals: ['not_found'],
    async handle({ env, store, params }) {
      return { status: 200, body: await readAccount(env.db, store.id, params['id']!) };
    },
  }),
  write('patch', {
    operation: 'accounts.update',
    path: '/v1/accounts/:id',
    summary:
      'Change the base information (B2). Members of the default billing destination that had the same value change too.',
    body: changes,
    answers: { 200: accountShape },
    refusals: ['not_found', 'reason_missing'],
    async handle(tx, context) {
      const { store, params, body } = context;
      await change(tx, context, params['id']!, body);
      return { status: 200, body: await readAccount(tx, store.id, params['id']!) };
    },
  }),
];

async function readAccount(tx: Tx, storeId: string, id: string) {
  return accountView(
    found(await tx.account.findUnique({ where: { storeId_id: { storeId, id } }, include: accountParts })),
  );
}

type BaseInformation = z.output<z.ZodObject<typeof baseInformation>>;

function columnsOf<B extends Partial<BaseInformation>>(body: B) {
  return {
    companyName: body.company_name,
    companyKana: body.company_kana,
    representative: body.representative,
    postalCode: body.postal_code,
    address: body.address,
    phone: body.phone,
    department: body.department,
    contactPerson: body.contact_person,
    email: body.email,
    registrationNumber: body.registration_number,
  } as B extends BaseInformation ? { [K in Column]: string } : { [K in Column]?: string };
}
type Column =
  | 'companyName'
  | 'companyKana'
  | 'representative'
  | 'postalCode'
  | 'address'
  | 'phone'
  | 'department'
  | 'contactPerson'
  | 'email'
  | 'registrationNumber';

export function destinationColumns(given: z.output<typeof newDestination>) {
  return {
    companyName: given.company_name,
    companyKana: given.company_kana,
    department: given.department ?? null,
    person: given.person,
    postalCode: given.postal_code,
    address: given.address,
    emailTo: given.email_to,
    emailCc: given.email_cc,
  };
}

/**
 * The columns of an account that a billing destination has too, each with its name there. When one of them changes in the
 * account, it changes in the default destination as well, but only if both had the same value before.
 */
const COPIED = {
  companyName: 'companyName',
  companyKana: 'companyKana',
  department: 'department',
  contactPerson: 'person',
  postalCode: 'postalCode',
  address: 'address',
  email: 'emailTo',
} as const;

async function change(tx: Tx, context: WriteContext, id: string, body: z.output<typeof changes>): Promise<void> {
  const key = { storeId_id: { storeId: context.store.id, id } };
  const account = found(
    await tx.account.findUnique({ where: key, include: { billingDestinations: { where: { isDefault: true } } } }),
  );
  const asked = Object.entries(columnsOf(body)).filter(([, value]) => value !== undefined) as [Column, string | null][];
  const changed = asked.filter(([column, value]) => account[column] !== value);
  if (changed.length === 0) return;
  await tx.account.update({ where: key, data: Object.fromEntries(changed) });
  await audit(tx, context, {
    action: 'account.update',
    target: id,
    reason: body.reason,
    before: Object.fromEntries(changed.map(([column]) => [column, account[column]])),
    after: Object.fromEntries(changed),
  });

  const destination = account.billingDestinations[0];
  if (!destination) return;
  const follows = changed.flatMap(([column, value]) => {
    const copy = COPIED[column as keyof typeof COPIED];
    return copy && destination[copy] === account[column] ? [[copy, value] as const] : [];
  });
  if (follows.length === 0) return;
  await tx.billingDestination.update({
    where: { storeId_id: { storeId: context.store.id, id: destination.id } },
    data: Object.fromEntries(follows),
  });
  await audit(tx, context, {
    action: 'billing_destination.update',
    target: destination.id,
    reason: body.reason,
    before: Object.fromEntries(follows.map(([column]) => [column, destination[column]])),
    after: Object.fromEntries(follows),
  });
}
