import type { Instant } from '../../domain/calendar';
import { type IncidentKind, incidentKinds } from '../../domain/incidents';
import { type Tx, instantIn } from '../../prisma/db';

export interface IncidentFact {
  storeId: string;
  /** Business key of what failed: the same failure is one incident. */
  id: string;
  kind: IncidentKind;
  at: Instant;
  workflowId?: string;
  detail: object;
}

/** One that is open already stays as it is; one that a person took as done is open once more. */
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
