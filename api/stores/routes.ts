import { audit } from '../../books/lib/audit';
import { newId } from '../../books/lib/ids';
import { type Instant, addDays, dateOf, instantOfMs } from '../../domain/calendar';
import { registrationNumberWarning } from '../../domain/invoice/registration-number';
import { storeDefaults } from '../../domain/policy';
import type { Store } from '../../generated/prisma/client';
import { type Tx, dateIn, instantIn } from '../../prisma/db';
import { type NewApiKeyView, newApiKeyView } from '../../views/api-key';
import { consignor } from '../../views/lib/bank-form';
import { storeShape, storeView } from '../../views/store';
import { bankAccount, phone, postalCode, registrationNumber, text } from '../../views/lib/members';
import { z } from '../../views/lib/zod';
import { type Role, storeRoles } from '../lib/access';
import { newSecret } from '../lib/auth';
import { refuseBeyondHorizon } from '../operations/clock';
import { found, throwRefusal } from '../lib/problems';
import { type Route, platform, read } from '../lib/route';
import { httpUrl, instantOrDate } from '../lib/input/schemas';

const credentials = text(100);

const newStore = z.strictObject({
  name: text(),
  settlement: z.enum(['np', 'in_house']),
  clock: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('real') }),
    z.strictObject({ kind: z.literal('simulated'), now: instantOrDate }),
  ]),
  seller: z.strictObject({
    name: text().default(storeDefaults.seller.name),
    registration_number: registrationNumber,
    postal_code: postalCode,
    address: text(),
    phone,
    contact_url: httpUrl,
  }),
  np: z
    .strictObject({ base_url: httpUrl, shop_code: credentials, sp_code: credentials, terminal_id: credentials })
    .optional(),
  sbps: z
    .strictObject({ base_url: httpUrl, merchant_id: credentials, service_id: credentials, hash_key: credentials })
    .optional(),
  bank_account: bankAccount.optional().openapi({ description: 'Where buyers pay; needed when settlement is in_house' }),
  direct_debit: consignor.optional().openapi({
    description:
      'In house: the collector of direct debits in the bank’s files. Without it, direct debit is not offered.',
  }),
  tax_rounding: z.enum(['floor', 'round', 'ceil']).default('floor').openapi({
    description: 'Rounding of consumption tax, once per invoice and rate. It also applies to orders by card',
  }),
  fiscal_first_month: z.int().min(1).max(12).default(4).openapi({
    description: 'Month in which the numbers of invoices and receipts start again',
  }),
  mail_from: text(320),
  terms_version: text(50),
});

const keyShape = z.object({ id: z.string(), role: z.enum(storeRoles), secret: z.string() });

/** Makes an API key of the store. The result contains its secret, which is not stored. */
export async function addKey(
  tx: Tx,
  store: Store,
  role: Exclude<Role, 'platform'>,
  name: string,
): Promise<NewApiKeyView> {
  const { secret, hash, last4 } = newSecret(store.clock);
  const key = await tx.apiKey.create({ data: { id: newId('key'), storeId: store.id, role, name, hash, last4 } });
  return newApiKeyView(key, secret);
}

/** Refuses a store whose clock begins where tax rates (before 2019-10-01) or holidays (near the end of the table) are unknown. */
function refuseUnlivable(now: Instant): void {
  if (dateOf(now) < '2019-10-01')
    throwRefusal('beyond_calendar_horizon', { field: '/clock/now', params: { first_date: '2019-10-01' } });
  refuseBeyondHorizon(now, '/clock/now');
}

export const storeRoutes: Route[] = [
  platform({
    operation: 'stores.create',
    path: '/v1/stores',
    summary:
      'Make a store, with one API key per role. Only this answer contains their secrets; a replay leaves them out.',
    body: newStore.superRefine((store, ctx) => {
      if (store.settlement === 'np' && !store.np)
        ctx.addIssue({ code: 'custom', path: ['np'], message: 'settlement np needs np' });
      if (store.settlement === 'in_house' && !store.bank_account)
        ctx.addIssue({ code: 'custom', path: ['bank_account'], message: 'settlement in_house needs bank_account' });
      if (store.settlement === 'np' && store.direct_debit)
        ctx.addIssue({ code: 'custom', path: ['direct_debit'], message: 'with settlement np the debits are NP’s' });
    }),
    answers: { 201: storeShape.extend({ api_keys: z.array(keyShape), warnings: z.array(z.string()) }) },
    refusals: ['beyond_calendar_horizon'],
    async handle(tx, context) {
      const { body, env } = context;
      const now = body.clock.kind === 'simulated' ? body.clock.now : instantOfMs(env.now().getTime());
      refuseUnlivable(now);
      const { seller, np, sbps, bank_account, direct_debit } = body;
      const store = await tx.store.create({
        data: {
          id: newId('sto'),
          name: body.name,
          settlement: body.settlement,
          clock: body.clock.kind,
          seller,
          ...(np && { np }),
          ...(sbps && { sbps }),
          ...(bank_account && { bankAccount: bank_account }),
          ...(direct_debit && { directDebit: direct_debit }),
          taxRounding: body.tax_rounding,
          fiscalFirstMonth: body.fiscal_first_month,
          mailFrom: body.mail_from,
          termsVersion: body.terms_version,
          lastDayDone: dateIn(addDays(dateOf(now), -1)),
        },
      });
      if (body.clock.kind === 'simulated')
        await tx.clock.create({ data: { storeId: store.id, nowAt: instantIn(body.clock.now) } });
      const api_keys = [];
      for (const role of storeRoles) api_keys.push(await addKey(tx, store, role, role));
      await audit(tx, { ...context, store, at: now }, { action: 'store.create', target: store.id });
      const warning = registrationNumberWarning(seller.registration_number);
      const warnings = warning ? [`/seller/registration_number: ${warning}`] : [];
      const shown = { ...storeView(store), warnings };
      return {
        status: 201,
        location: '/v1/store',
        body: { ...shown, api_keys },
        stored: { ...shown, api_keys: api_keys.map(({ id, role, name, last4 }) => ({ id, role, name, last4 })) },
      };
    },
  }),
  platform({
    operation: 'stores.add_key',
    path: '/v1/stores/:id/api_keys',
    summary: 'Make another key for a store that has lost its keys.',
    body: z.strictObject({ role: z.enum(storeRoles), name: text(100) }),
    answers: { 201: keyShape },
    refusals: ['not_found'],
    async handle(tx, context) {
      const { body, params, env } = context;
      const store = found(await tx.store.findUnique({ where: { id: params['id']! } }));
      const { secret, ...key } = await addKey(tx, store, body.role, body.name);
      const at = instantOfMs(env.now().getTime());
      await audit(
        tx,
        { ...context, store, at },
        { action: 'api_key.create', target: key.id, after: { role: key.role } },
      );
      return { status: 201, body: { ...key, secret }, stored: key };
    },
  }),
  read({
    operation: 'store.get',
    path: '/v1/store',
    summary: 'The store of the key.',
    query: z.strictObject({}),
    answers: { 200: storeShape },
    async handle({ store }) {
      return { status: 200, body: storeView(store) };
    },
  }),
];
