import { waitOwners } from '../domain/vocabulary';
import type { Wait } from '../generated/prisma/client';
import { instantOut } from '../prisma/db';
import { type TemporalUi, workflowShape, workflowView } from './lib/workflow';
import { z } from './lib/zod';

/** A wait inside the resource whose workflow waits (an order, say). It does not name the workflow, because the resource does. */
export const waitingShape = z.object({
  for: z.string(),
  owner: z.enum(waitOwners),
  due_at: z.string(),
});
export type WaitingView = z.infer<typeof waitingShape>;

export const waitShape = waitingShape.extend({
  object: z.literal('wait'),
  workflow: workflowShape,
  account_id: z.string().nullable(),
  since: z.string(),
});
export type WaitView = z.infer<typeof waitShape>;

export function waitingView(wait: Wait): WaitingView {
  return { for: wait.waitingFor, owner: wait.owner, due_at: instantOut(wait.dueAt) };
}

export function waitView(wait: Wait, ui: TemporalUi): WaitView {
  return {
    object: 'wait',
    ...waitingView(wait),
    since: instantOut(wait.since),
    account_id: wait.accountId,
    workflow: workflowView(wait.workflowId, ui),
  };
}
