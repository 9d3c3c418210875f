import { audit } from '../../books/lib/audit';
import { resolveIncident } from '../../books/lib/incidents';
import { enqueue, startRow } from '../../books/lib/outbox';
import { incidentText, waysOf } from '../../domain/incidents';
import type { Incident } from '../../generated/prisma/client';
import type { Tx } from '../../prisma/db';
import { incidentShape, incidentView, incidentWays } from '../../views/incident';
import { listOf } from '../../views/lib/list';
import { text } from '../../views/lib/members';
import { z } from '../../views/lib/zod';
import { workflowIdOf, workflowIds } from '../../workflows/contracts/ids';
import { periodOfIncident } from '../../workflows/contracts/keys';
import type { Repair } from '../../workflows/contracts/messages';
import { giveCommand } from '../lib/commands';
import { asInstant, sortedBy } from '../lib/input/lists';
import { found, throwRefusal } from '../lib/problems';
import { type Route, type WriteContext, command, read } from '../lib/route';
import { paging, reason } from '../lib/input/schemas';

const byOpenedAt = sortedBy('openedAt', 'id', 'desc', asInstant);

export const incidentRoutes: Route[] = [
  read({
    operation: 'incidents.list',
    path: '/v1/incidents',
    summary: 'Failures that need a person, newest first.',
    query: z.strictObject({ ...paging, status: incidentShape.shape.status.optional() }),
    answers: { 200: listOf(incidentShape) },
    async handle({ env, store, query }) {
      const rows = await env.db.incident.findMany({
        where: {
          storeId: store.id,
          ...(query.status && { status: query.status }),
          ...byOpenedAt.after(query.after),
        },
        ...byOpenedAt.page(query),
      });
      return { status: 200, body: byOpenedAt.list(rows, query, incidentView) };
    },
  }),
  command({
    operation: 'incidents.repair',
    // The path has a wildcard, because the id of an incident is the business key of the failed step, which has slashes.
    path: '/v1/incidents/*id/repair',
    summary:
      'Decide on an incident: retry the step, skip it, or continue with the named result. If no workflow waits for the decision, a mail can be sent again, and other incidents can be resolved as done.',
    body: z.strictObject({
      how: z.union([z.enum(['retry', 'skip']), z.strictObject({ resolve_as: text() })]),
      reason,
    }),
    answers: { 200: incidentShape, 202: incidentShape },
    refusals: ['not_found', 'reason_missing', 'conflict', 'repair_not_possible'],
    async handle(tx, context) {
      const { store, body } = context;
      const where = { storeId_id: { storeId: store.id, id: incidentId(context.params) } };
      const incident = found(await tx.incident.findUnique({ where }));
      const how: Repair = typeof body.how === 'string' ? body.how : { resolveAs: body.how.resolve_as };
      const waits = await waitsForRepair(tx, incident);
      // While the workflow waits for a repair, it gets even the repair of a resolved incident: it knows which one it waits for.
      if (!waits && incident.status === 'resolved')
        return throwRefusal('conflict', { params: { state: incident.status } });
      if (!isWay(incident, how))
        return throwRefusal('repair_not_possible', {
          field: '/how',
          params: { ways: incidentWays(incident.kind).join(', ') },
        });
      if (!waits) {
        if (how === 'retry') await again(tx, incident, context);
        const resolution = JSON.stringify(how);
        await resolveIncident(tx, { storeId: store.id, at: context.at }, incident.id, resolution, body.reason);
        await audit(tx, context, {
          action: 'repair',
          target: incident.id,
          reason: body.reason,
          after: { how: body.how },
        });
        return { message: null, ref: incident.id };
      }
      const message = await giveCommand(tx, context, {
        to: workflowIdOf(incident.workflowId!),
        name: 'repair',
        target: incident.id,
        payload: { incident: incident.id, how },
        reason: body.reason,
      });
      return { message, ref: incident.id };
    },
    async resource({ env, store }, ref) {
      const where = { storeId_id: { storeId: store.id, id: ref } };
      return incidentView(await env.db.incident.findUniqueOrThrow({ where }));
    },
  }),
];

function isWay({ kind }: Incident, way: Repair): boolean {
  const { how, resolveAs } = waysOf(kind);
  if (typeof way === 'string') return how.includes(way);
  return resolveAs === '*' || resolveAs.includes(way.resolveAs);
}

/**
 * True if the incident's workflow waits for a repair. False for an incident that stopped no step of a workflow, even while its
 * workflow waits for the repair of another incident.
 */
async function waitsForRepair(tx: Tx, { storeId, workflowId, kind }: Incident): Promise<boolean> {
  if (workflowId === null || !incidentText(kind).step) return false;
  return (await tx.wait.count({ where: { storeId, workflowId, waitingFor: 'repair' } })) > 0;
}

/**
 * Starts the failed work of an incident again, where no workflow waits for the repair: a mail, or the month's registrations with
 * NP or card receipts that are still missing.
 */
async function again(tx: Tx, incident: Incident, { store, at }: Pick<WriteContext, 'store' | 'at'>): Promise<void> {
  if (incident.kind === 'mail_unknown' || incident.kind === 'mail_failed') return sendAgain(tx, incident);
  const period = periodOfIncident(incident.id);
  const type = incident.kind === 'np_registration_failed' ? 'periodOpen' : 'cardCollection';
  // Two starts at the same instant of a simulated store have the same id, so only one runs. It does the work of both.
  await enqueue(tx, startRow(type, workflowIds[type](store.id, period, at), store.id, at, { period }));
}

/**
 * Queues the incident's mail again. The incident, the mail and its dispatch row have the same id. The mail counts as never tried,
 * because Resend, the mail service, has forgotten or refused the last try.
 */
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

/** The id of the incident in the path. Express returns the parts of a wildcard as a list. */
function incidentId(params: Record<string, string | string[]>): string {
  return [params['id']!].flat().join('/');
}
