import type { IncidentKind } from '../../domain/incidents';
import type { Tx } from '../../prisma/db';
import type { ForDebitRun } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { openIncident } from '../lib/incidents';

/** What a person has to look at; the rest is booked. */
export function puzzled(
  tx: Tx,
  { storeId, nominal, at }: Pick<ForDebitRun, 'storeId' | 'nominal' | 'at'>,
  kind: IncidentKind,
  key: string,
  code: string,
): Promise<void> {
  return openIncident(tx, {
    storeId,
    id: debitIncidentId(kind, key, code),
    kind,
    at,
    workflowId: workflowIds.debitRun(storeId, nominal),
    detail: { key, code },
  });
}

export const debitIncidentId = (kind: IncidentKind, key: string, code: string) => `${kind}/${key}/${code}`;
