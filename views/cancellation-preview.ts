import type { CancellationPreview } from '../domain/cancellation/terms';
import type { JstDate } from '../domain/calendar';
import type { Subscription } from '../generated/prisma/client';
import { z } from './lib/zod';

const lineShape = z.object({
  subscription_id: z.string(),
  name: z.string(),
  terms: z.string(),
  ends_on: z.string(),
  last_period: z.string().nullable(),
  reason: z.enum(['notice', 'minimum_term', 'not_started']),
});
type LineView = z.infer<typeof lineShape>;

export const cancellationPreviewShape = z.object({
  order_id: z.string(),
  asked_on: z.string(),
  ends_on: z.string(),
  last_period: z.string().nullable(),
  lines: z.array(lineShape),
});

/** @param terms the terms of cancellation as people read them */
export function cancelledLineView(line: Subscription, terms: string, preview: CancellationPreview): LineView {
  return { subscription_id: line.id, name: line.planName, terms, ...preview };
}

/** The order ends with the line that ends last. */
export function cancellationPreviewView(
  orderId: string,
  askedOn: JstDate,
  lines: LineView[],
): z.infer<typeof cancellationPreviewShape> {
  const { ends_on, last_period } = lines.reduce((a, b) => (b.ends_on > a.ends_on ? b : a));
  return { order_id: orderId, asked_on: askedOn, ends_on, last_period, lines };
}
