import { type IncidentKind, incidentKinds, incidentText, waysOf } from '../domain/incidents';
import { incidentStates } from '../domain/vocabulary';
import type { Incident } from '../generated/prisma/client';
import { instantOut } from '../prisma/db';
import { z } from './lib/zod';

export const incidentShape = z.object({
  id: z.string(),
  object: z.literal('incident'),
  kind: z.enum(Object.keys(incidentKinds) as IncidentKind[]),
  title: z.string().openapi({ description: 'The failure, in Japanese' }),
  /** Empty for a resolved incident. */
  ways: z.array(z.string()).openapi({
    description: 'How a person may resolve it: retry, skip, resolve_as:<result>, resolve_as:* for any words',
  }),
  workflow_id: z.string().nullable(),
  owner: z.string(),
  detail: z.record(z.string(), z.unknown()),
  status: z.enum(incidentStates),
  opened_at: z.string(),
  resolution: z.string().nullable(),
  resolved_at: z.string().nullable(),
});
export type IncidentView = z.infer<typeof incidentShape>;

export function incidentView(incident: Incident): IncidentView {
  return {
    id: incident.id,
    object: 'incident',
    kind: incident.kind,
    title: incidentText(incident.kind).ja,
    ways: incident.status === 'open' ? incidentWays(incident.kind) : [],
    workflow_id: incident.workflowId,
    owner: incident.owner,
    detail: incident.detail,
    status: incident.status,
    opened_at: instantOut(incident.openedAt),
    resolution: incident.resolution,
    resolved_at: incident.resolvedAt && instantOut(incident.resolvedAt),
  };
}

/** The ways in which a person may resolve an incident of this kind. */
export function incidentWays(kind: IncidentKind): string[] {
  const { how, resolveAs } = waysOf(kind);
  return [...how, ...[...resolveAs].map((result) => `resolve_as:${result}`)];
}
