import type { Instant } from '../../domain/calendar';
import type { Prisma } from '../../generated/prisma/client';
import { type Tx, sql } from '../../prisma/db';

/** The person or API key that causes a write, with the store and the time of the write. */
export interface Actor {
  store: { id: string };
  at: Instant;
  /** Name of the person or API key. */
  actor: string;
  role: string;
  requestId: string;
}

export interface AuditFact {
  action: string;
  /** Id of what was changed. */
  target: string;
  reason?: string;
  before?: object;
  after?: object;
}

/** Adds an entry to the audit log: who did what, when and why. Entries are never changed. */
export async function audit(tx: Tx, by: Actor, fact: AuditFact): Promise<void> {
  await tx.$executeRaw(auditing(by, fact));
}

/** The SQL of `audit`, for a caller that makes it part of the statement that writes the audited change. */
export function auditing({ store, at, actor, role, requestId }: Actor, fact: AuditFact): Prisma.Sql {
  const { action, target, reason = null, before, after } = fact;
  return sql`
    INSERT INTO audit_log (store_id, at, actor, role, action, target, reason, before, after, request_id)
    VALUES (${store.id}, ${at}::timestamptz, ${actor}, ${role}, ${action}, ${target}, ${reason},
            ${before ? JSON.stringify(before) : null}::jsonb, ${after ? JSON.stringify(after) : null}::jsonb, ${requestId})`;
}
