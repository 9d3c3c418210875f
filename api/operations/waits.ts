import { waitShape, waitView } from '../../views/wait';
import { listOf } from '../../views/lib/list';
import { z } from '../../views/lib/zod';
import { asInstant, sortedBy } from '../lib/input/lists';
import { type Route, read } from '../lib/route';
import { id, paging } from '../lib/input/schemas';

const byDueAt = sortedBy('dueAt', 'workflowId', 'asc', asInstant);

export const waitRoutes: Route[] = [
  read({
    operation: 'waits.list',
    path: '/v1/waits',
    summary: 'The wait of every running workflow with its owner, nearest deadline first.',
    query: z.strictObject({ ...paging, owner: waitShape.shape.owner.optional(), account_id: id.optional() }),
    answers: { 200: listOf(waitShape) },
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
      return { status: 200, body: byDueAt.list(rows, query, (wait) => waitView(wait, env)) };
    },
  }),
];
