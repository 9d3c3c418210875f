import type { IncidentKind } from '../../domain/incidents';
import type { Tx } from '../../prisma/db';
import type { ForDebitRun } from '../../workflows/contracts/activities';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { openIncident } from '../lib/incidents';

/** Opens an incident about the result of a debit. @param key of the debit @param code the result that was reported */
export function openDebitIncident(
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
