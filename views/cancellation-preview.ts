import type { JstDate } from '../domain/calendar';
import type { CancellationPreview, CancellationTerms } from '../domain/cancellation/terms';
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

/** A line of an order, with its terms of cancellation and the end that a cancellation would give it. */
export interface PreviewedLine {
  line: Subscription;
  terms: CancellationTerms;
  preview: CancellationPreview;
}

/** @param last the preview of the line that ends last: the order ends on that day */
export function cancellationPreviewView(
  orderId: string,
  askedOn: JstDate,
  last: CancellationPreview,
  lines: readonly PreviewedLine[],
): z.infer<typeof cancellationPreviewShape> {
  return {
    order_id: orderId,
    asked_on: askedOn,
    ends_on: last.ends_on,
    last_period: last.last_period,
    lines: lines.map(lineView),
  };
}

function lineView({ line, terms, preview }: PreviewedLine): LineView {
  return {
    subscription_id: line.id,
    name: line.planName,
    terms: terms.label,
    ends_on: preview.ends_on,
    last_period: preview.last_period,
    reason: preview.reason,
  };
}
