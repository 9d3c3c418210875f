import { audit } from '../../books/lib/audit';
import { newId } from '../../books/lib/ids';
import { type Tx, dateIn } from '../../prisma/db';
import { type PlanView, planMembers, planParts, planShape, planView } from '../../views/plan';
import { listOf, listView } from '../../views/lib/list';
import { rateClass } from '../../views/lib/members';
import { z } from '../../views/lib/zod';
import { olderThan } from '../lib/input/lists';
import { found, throwRefusal } from '../lib/problems';
import { type Route, type WriteContext, read, write } from '../lib/route';
import { jstDate, paging, yen } from '../lib/input/schemas';

const newPrice = z.strictObject({
  amount: yen.openapi({ description: 'Yen without tax, for one unit and one month, billed in arrears' }),
  rate_class: rateClass.default('standard'),
  effective_from: jstDate,
});
const newPlan = planMembers.extend({ price: newPrice });

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
      return { status: 201, location: `/v1/plans/${id}`, body: await readPlan(tx, store.id, id) };
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
      // Of two concurrent requests, the second waits for this lock. So their prices get different version numbers.
      await tx.$queryRaw`SELECT 1 FROM plans WHERE store_id = ${store.id} AND id = ${id} FOR UPDATE`;
      const { prices } = await readPlan(tx, store.id, id);
      await addPrice(tx, context, id, prices.length + 1, body);
      await audit(tx, context, { action: 'price.create', target: id, after: body });
      return { status: 201, location: `/v1/plans/${id}`, body: await readPlan(tx, store.id, id) };
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
        include: planParts,
      });
      return { status: 200, body: listView(rows, query, (plan) => plan.id, planView) };
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
      return { status: 200, body: await readPlan(env.db, store.id, params['id']!) };
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

async function readPlan(tx: Tx, storeId: string, id: string): Promise<PlanView> {
  return planView(found(await tx.plan.findUnique({ where: { storeId_id: { storeId, id } }, include: planParts })));
}
