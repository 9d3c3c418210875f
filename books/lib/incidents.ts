import type { Instant } from '../../domain/calendar';
import { type IncidentKind, incidentKinds } from '../../domain/incidents';
import type { Prisma } from '../../generated/prisma/client';
import { type Tx, instantIn, sql } from '../../prisma/db';

export interface IncidentFact {
  storeId: string;
  /** Business key of the failure: the same failure is one incident, even if it is reported again. */
  id: string;
  kind: IncidentKind;
  at: Instant;
  workflowId?: string;
  detail: Record<string, unknown>;
}

/** Opens an incident. If the same incident is open already it stays unchanged; if it was resolved it opens again. */
export async function openIncident(tx: Tx, { storeId, id, kind, at, workflowId, detail }: IncidentFact): Promise<void> {
  const openedAt = instantIn(at);
  const { owner } = incidentKinds[kind];
  const { count } = await tx.incident.createMany({
    data: [{ storeId, id, kind, workflowId: workflowId ?? null, owner, detail, openedAt }],
    skipDuplicates: true,
  });
  if (count > 0) return;
  await tx.incident.updateMany({
    where: { storeId, id, status: 'resolved' },
    data: { status: 'open', detail, openedAt, resolution: null, reason: null, resolvedAt: null },
  });
}

/**
 * The SQL that opens an incident for each row of `from`, for a caller that makes it part of the statement that writes the cause.
 * An incident that exists already, open or resolved, is open afterwards with the new detail. (`openIncident` keeps the detail of
 * an open one.)
 */
export function openingIncidents(
  { storeId, at }: { storeId: string; at: Instant },
  kind: IncidentKind,
  each: { id: Prisma.Sql; workflowId: string; detail: Prisma.Sql; from: Prisma.Sql },
): Prisma.Sql {
  const { id, workflowId, detail, from } = each;
  return sql`
      INSERT INTO incidents (store_id, id, kind, workflow_id, owner, detail, opened_at)
      SELECT ${storeId}, ${id}, ${kind}, ${workflowId}, ${incidentKinds[kind].owner}, ${detail}, ${instantIn(at)}::timestamptz
        FROM ${from}
      ON CONFLICT (store_id, id) DO UPDATE
         SET status = 'open', detail = EXCLUDED.detail, opened_at = EXCLUDED.opened_at, resolution = NULL, reason = NULL,
             resolved_at = NULL`;
}

/**
 * Marks the open incidents that `which` names as resolved. Does nothing if there are none.
 * @param which the incident's id, or the beginning of the ids of several incidents
 * @param resolution how it was resolved, in words for people
 * @param reason the reason of the person who resolved it
 */
export async function resolveIncident(
  tx: Pick<Tx, 'incident'>,
  { storeId, at }: { storeId: string; at: Instant },
  which: string | { startsWith: string },
  resolution: string,
  reason?: string,
): Promise<void> {
  await tx.incident.updateMany({
    where: { storeId, id: which, status: 'open' },
    data: { status: 'resolved', resolution, resolvedAt: instantIn(at), ...(reason !== undefined && { reason }) },
  });
}
