import { type CancellationTermsId, cancellationTerms } from '../domain/cancellation/terms';
import { provisionings } from '../domain/vocabulary';
import type { Price, Prisma } from '../generated/prisma/client';
import { dateOut } from '../prisma/db';
import { rateClass, text } from './lib/members';
import { z } from './lib/zod';

/** The members that the request for a new plan gives, besides the price. */
export const planMembers = z.strictObject({
  code: text(100),
  name: text(),
  provisioning: z.enum(provisionings),
  start_within_days: z.int().min(1).max(365).default(10).openapi({ description: 'Deadline for the start of service' }),
  cancellation_terms: z.enum(Object.keys(cancellationTerms) as CancellationTermsId[], {
    error: 'unknown_cancellation_terms',
  }),
});

const priceShape = z.object({
  id: z.string(),
  version: z.number(),
  amount: z.number(),
  rate_class: rateClass,
  effective_from: z.string(),
});
type PriceView = z.infer<typeof priceShape>;

export const planShape = planMembers.extend({
  id: z.string(),
  object: z.literal('plan'),
  cancellation_terms_label: z.string(),
  prices: z.array(priceShape),
});
export type PlanView = z.infer<typeof planShape>;

export const planParts = { prices: { orderBy: { version: 'asc' } } } as const satisfies Prisma.PlanInclude;

export function planView(plan: Prisma.PlanGetPayload<{ include: typeof planParts }>): PlanView {
  return {
    id: plan.id,
    object: 'plan',
    code: plan.code,
    name: plan.name,
    provisioning: plan.provisioning,
    start_within_days: plan.startWithinDays,
    cancellation_terms: plan.cancellationTerms,
    cancellation_terms_label: cancellationTerms[plan.cancellationTerms].label,
    prices: plan.prices.map(priceView),
  };
}

function priceView(price: Price): PriceView {
  return {
    id: price.id,
    version: price.version,
    amount: Number(price.amount),
    rate_class: price.rateClass,
    effective_from: dateOut(price.effectiveFrom),
  };
}
