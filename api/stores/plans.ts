import { audit } from '../../books/lib/audit';
import { newId } from '../../books/lib/ids';
import { type CancellationTermsId, cancellationTerms } from '../../domain/cancellation/terms';
import type { Plan, Price } from '../../generated/prisma/client';
import { type Tx, dateIn, dateOut } from '../../prisma/db';
import { olderThan, pageOf } from '../lib/input/lists';
import { found, throwRefusal } from '../lib/problems';
import { type Route, type WriteContext, read, write } from '../lib/route';
import { jstDate, listOf, paging, rateClass, text, yen, z } from '../lib/input/schemas';

const termsIds = Object.keys(cancellationTerms) as [CancellationTermsId, ...CancellationTermsId[]];

const newPrice = z.strictObject({
  amount: yen.openapi({ description: 'Yen without tax, for one unit and one month, billed in arrears' }),
  rate_class: rateClass.default('standard'),
  effective_from: jstDate,
});
const newPlan = z.strictObject({
  code: text(100),
  name: text(),
  provisioning: z.enum(['immediate', 'maker']),
  start_within_days: z.int().min(1).max(365).default(10).openapi({ description: 'Deadline for the start of service' }),
  cancellation_terms: z.enum(termsIds, { error: 'unknown_cancellation_terms' }),
  price: newPrice,
});
const priceShape = z.object({
  id: z.string(),
  version: z.number(),
  amount: z.number(),
  rate_class: rateClass,
  effective_from: z.string(),
});
const planShape = newPlan.omit({ price: true }).extend({
  id: z.string(),
  object: z.literal('plan'),
  cancellation_terms_label: z.string(),
  prices: z.array(priceShape),
});

export const planRoutes: Route[] = [
  write('post', {
    operation: 'plans.create',
    path: '/v1/plans',
    summary: 'Put a plan on sale, with its first price.',
    body: newPlan,
    answers: { 201: planShape },
    refusals: ['already_exists', 'unknown_cancellation_terms'],
    async handle(tx, context) {
      const { store, body } = context;
      const taken = await tx.plan.findUnique({ where: { storeId_code: { storeId: store.id, code: body.code } } });
      if (taken) throwRefusal('already_exists', { field: '/code', params: { id: taken.id } });
      const id = newId('pln');
      await tx.plan.create({
        data: {
          storeId: store.id,
          id,
          code: body.code,
          name: body.name,
          provisioning: body.provisioning,
          startWithinDays: body.start_within_days,
          cancellationTerms: body.cancellation_terms,
        },
      });
      await addPrice(tx, context, id, 1, body.price);
      await audit(tx, context, { action: 'plan.create', target: id, after: body });
      return { status: 201, location: `/v1/plans/${id}`, body: await shown(tx, store.id, id) };
    },
  }),
  write('post', {
    operation: 'plans.add_price',
    path: '/v1/plans/:id/prices',
    summary: 'Add a version of the price. Orders that were accepted before its date keep their price.',
    body: newPrice,
    answers: { 201: planShape },
    refusals: ['not_found'],
    async handle(tx, context) {
      const { store, body, params } = context;
      const id = params['id']!;
      // The plan's row is held so that two new versions get two numbers.
      await tx.$queryRaw`SELECT 1 FROM plans WHERE store_id = ${store.id} AND id = ${id} FOR UPDATE`;
      const { prices } = await shown(tx, store.id, id);
      await addPrice(tx, context, id, prices.length + 1, body);
      await audit(tx, context, { action: 'price.create', target: id, after: body });
      return { status: 201, location: `/v1/plans/${id}`, body: await shown(tx, store.id, id) };
    },
  }),
  read({
    operation: 'plans.list',
    path: '/v1/plans',
    summary: 'Plans with all versions of their prices, newest first.',
    query: z.strictObject(paging),
    answers: { 200: listOf(planShape) },
    async handle({ env, store, query }) {
      const rows = await env.db.plan.findMany({
        where: { storeId: store.id, ...olderThan(query.after) },
        orderBy: { id: 'desc' },
        take: query.limit + 1,
        include: { prices: { orderBy: { version: 'asc' } } },
      });
      return { status: 200, body: pageOf(rows, query, (plan) => plan.id, show) };
    },
  }),
  read({
    operation: 'plans.get',
    path: '/v1/plans/:id',
    summary: 'One plan.',
    query: z.strictObject({}),
    answers: { 200: planShape },
    refusals: ['not_found'],
    async handle({ env, store, params }) {
      return { status: 200, body: await shown(env.db, store.id, params['id']!) };
    },
  }),
];

async function addPrice(
  tx: Tx,
  { store }: WriteContext,
  planId: string,
  version: number,
  price: z.output<typeof newPrice>,
) {
  await tx.price.create({
    data: {
      storeId: store.id,
      id: newId('prc'),
      planId,
      version,
      amount: BigInt(price.amount),
      rateClass: price.rate_class,
      effectiveFrom: dateIn(price.effective_from),
    },
  });
}

async function shown(tx: Tx, storeId: string, id: string) {
  const where = { storeId_id: { storeId, id } };
  return show(found(await tx.plan.findUnique({ where, include: { prices: { orderBy: { version: 'asc' } } } })));
}

function show(plan: Plan & { prices: Price[] }) {
  return {
    id: plan.id,
    object: 'plan',
    code: plan.code,
    name: plan.name,
    provisioning: plan.provisioning,
    start_within_days: plan.startWithinDays,
    cancellation_terms: plan.cancellationTerms,
    cancellation_terms_label: cancellationTerms[plan.cancellationTerms].label,
    prices: plan.prices.map((price) => ({
      id: price.id,
      version: price.version,
      amount: Number(price.amount),
      rate_class: price.rateClass,
      effective_from: dateOut(price.effectiveFrom),
    })),
  };
}
