import { instantOut } from '../../prisma/db';
import { asInstant, sortedBy } from '../lib/input/lists';
import { waitShape, workflowUrl } from '../orders/view';
import { type Route, read } from '../lib/route';
import { id, listOf, paging, z } from '../lib/input/schemas';

const shape = waitShape.extend({
  object: z.literal('wait'),
  workflow: z.object({ id: z.string(), url: z.string().nullable() }),
  account_id: z.string().nullable(),
  since: z.string(),
});

const byDueAt = sortedBy('dueAt', 'workflowId', 'asc', asInstant);

export const waitRoutes: Route[] = [
  read({
    operation: 'waits.list',
    path: '/v1/waits',
    summary: 'What every running workflow waits for, and for whom; the nearest deadline first.',
    query: z.strictObject({ ...paging, owner: waitShape.shape.owner.optional(), account_id: id.optional() }),
    answers: { 200: listOf(shape) },
    async handle({ env, store, query }) {
      const rows = await env.db.wait.findMany({
        where: {
          storeId: store.id,
          ...(query.owner && { owner: query.owner }),
          ...(query.account_id !== undefined && { accountId: query.account_id }),
          ...byDueAt.after(query.after),
        },
        ...byDueAt.page(query),
      });
      const show = (wait: (typeof rows)[number]) => ({
        object: 'wait',
        for: wait.waitingFor,
        owner: wait.owner,
        due_at: instantOut(wait.dueAt),
        since: instantOut(wait.since),
        account_id: wait.accountId,
        workflow: { id: wait.workflowId, url: workflowUrl(env, wait.workflowId) },
      });
      const body = byDueAt.list(rows, query, show);
      return { status: 200, body };
    },
  }),
];
