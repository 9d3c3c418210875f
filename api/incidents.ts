import { parseInstant } from '../domain/calendar';
import type { Incident } from '../generated/prisma/client';
import { instantIn, instantOut } from '../prisma/db';
import type { Repair } from '../workflows/contracts/messages';
import { giveCommand } from './commands';
import { pageOf, pairCursor, readPairCursor } from './lists';
import { found, refuse } from './problems';
import { type Route, command, read } from './route';
import { listOf, paging, reason, text, z } from './schemas';

const status = z.enum(['open', 'resolved']);
const shape = z.object({
  id: z.string(),
  object: z.literal('incident'),
  kind: z.string(),
  workflow_id: z.string().nullable(),
  owner: z.string(),
  detail: z.record(z.string(), z.unknown()),
  status,
  opened_at: z.string(),
  resolution: z.string().nullable(),
  resolved_at: z.string().nullable(),
});

export const incidentRoutes: Route[] = [
  read({
    operation: 'incidents.list',
    path: '/v1/incidents',
    summary: 'What failed for good and needs a person, newest first.',
    query: z.strictObject({ ...paging, status: status.optional() }),
    answers: { 200: listOf(shape) },
    async handle({ env, store, query }) {
      const after = query.after === undefined ? null : readPairCursor(query.after, parseInstant);
      const rows = await env.db.incident.findMany({
        where: {
          storeId: store.id,
          ...(query.status && { status: query.status }),
          ...(after && {
            OR: [
              { openedAt: { lt: instantIn(after.value) } },
              { openedAt: instantIn(after.value), id: { lt: after.id } },
            ],
          }),
        },
        orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
        take: query.limit + 1,
      });
      const body = pageOf(rows, query, (row) => pairCursor(instantOut(row.openedAt), row.id), show);
      return { status: 200, body };
    },
  }),
  command({
    operation: 'incidents.repair',
    // An incident's id is the business key of what failed, which has slashes.
    path: '/v1/incidents/*id/repair',
    summary: 'Decide on an incident: try again, go on without, or take as done with the result named.',
    body: z.strictObject({
      how: z.union([z.enum(['retry', 'skip']), z.strictObject({ resolve_as: text() })]),
      reason,
    }),
    answers: { 200: shape, 202: shape },
    refusals: ['not_found', 'reason_missing', 'conflict'],
    async handle(tx, context) {
      const { store, body } = context;
      const where = { storeId_id: { storeId: store.id, id: incidentId(context.params) } };
      const incident = found(await tx.incident.findUnique({ where }));
      // Without a workflow that waits for the decision there is nothing to try again.
      if (incident.status === 'resolved' || incident.workflowId === null)
        return refuse('conflict', { params: { state: incident.status } });
      const how: Repair = typeof body.how === 'string' ? body.how : { resolveAs: body.how.resolve_as };
      const message = await giveCommand(tx, context, {
        workflowId: incident.workflowId,
        name: 'repair',
        target: incident.id,
        payload: { incident: incident.id, how },
        reason: body.reason,
      });
      return { message, ref: incident.id };
    },
    async fresh({ env, store }, ref) {
      return show(await env.db.incident.findUniqueOrThrow({ where: { storeId_id: { storeId: store.id, id: ref } } }));
    },
  }),
];

/** A wildcard's parts come as a list. */
function incidentId(params: Record<string, string | string[]>): string {
  return [params['id']!].flat().join('/');
}

function show(incident: Incident) {
  return {
    id: incident.id,
    object: 'incident',
    kind: incident.kind,
    workflow_id: incident.workflowId,
    owner: incident.owner,
    detail: incident.detail,
    status: incident.status,
    opened_at: instantOut(incident.openedAt),
    resolution: incident.resolution,
    resolved_at: incident.resolvedAt && instantOut(incident.resolvedAt),
  };
}
