import { parseInstant } from '../domain/calendar';
import type { Incident } from '../generated/prisma/client';
import { type Tx, instantIn, instantOut } from '../prisma/db';
import type { Repair } from '../workflows/contracts/messages';
import { audit, giveCommand } from './commands';
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
    summary:
      'Decide on an incident: try again, go on without, or take as done with the result named. Where no workflow waits for the decision, a mail can be sent again and anything else be taken as done.',
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
      // Also when it was taken as done a moment before its workflow came to wait: the workflow itself refuses what it doesn't wait for.
      if (!(await waitsForRepair(tx, incident))) {
        if (incident.status === 'resolved') return refuse('conflict', { params: { state: incident.status } });
        // Nothing waits for the decision: a mail can be sent again, anything else only be taken as done.
        if (body.how === 'retry' && incident.id.startsWith('mail/')) await sendAgain(tx, incident);
        else if (typeof body.how === 'string') return refuse('conflict', { params: { state: incident.status } });
        const resolution = JSON.stringify(typeof body.how === 'string' ? body.how : { resolveAs: body.how.resolve_as });
        await tx.incident.update({
          where,
          data: { status: 'resolved', resolution, reason: body.reason, resolvedAt: instantIn(context.at) },
        });
        await audit(tx, context, {
          action: 'repair',
          target: incident.id,
          reason: body.reason,
          after: { how: body.how },
        });
        return { message: null, ref: incident.id };
      }
      const how: Repair = typeof body.how === 'string' ? body.how : { resolveAs: body.how.resolve_as };
      const message = await giveCommand(tx, context, {
        workflowId: incident.workflowId!,
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

async function waitsForRepair(tx: Tx, { storeId, workflowId }: Incident): Promise<boolean> {
  if (workflowId === null) return false;
  return (await tx.wait.count({ where: { storeId, workflowId, waitingFor: 'repair' } })) > 0;
}

/** An incident of a mail has the mail's key. Its first try is now: Resend has forgotten the last one, or refused it. */
async function sendAgain(tx: Tx, { storeId, id }: Incident): Promise<void> {
  await tx.mail.update({
    where: { storeId_key: { storeId, key: id } },
    data: { status: 'queued', firstTriedAt: null },
  });
  await tx.dispatch.update({
    where: { storeId_id: { storeId, id } },
    data: { deliveredAt: null, processedAt: null, outcome: null, leaseUntil: null, attempts: 0 },
  });
}

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
