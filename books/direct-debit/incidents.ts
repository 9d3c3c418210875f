import type { IncidentKind } from '../../domain/incidents';
import type { Tx } from '../../prisma/db';
import type { ForDebitRun } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
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
    id: keys.incident.debit(kind, key, code),
    kind,
    at,
    workflowId: workflowIds.debitRun(storeId, nominal),
    detail: { key, code },
  });
}
