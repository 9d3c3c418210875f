import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json';
import { findCardNumber } from '../../domain/order/card-number';
import type { Tx } from '../../prisma/db';
import { type Reason, throwRefusal } from './problems';

/*
 * A repeated request gets its first answer again. The transaction of a write first inserts a row for the request's
 * Idempotency-Key. So the key and the effect of the request are committed together or not at all, even in a crash. A second
 * request with the same key waits until the first one has committed. If that takes more than 5 s, the second request is refused
 * (idempotency_in_flight). Otherwise it finds the outcome in the `body` of the row:
 * - `answer`: the answer, which is sent again unchanged.
 * - `refusals`: a workflow refused the command. The second request is refused for the same reasons.
 * - `pending`: the effect is committed, but there is no final answer yet, because the workflow was not done in time or the
 *   process died. The second request delivers the message if it is still undelivered, and reads the answer from the resource.
 * A request that validation refuses is rolled back and leaves no row.
 */

export type Kept = { answer: unknown } | { refusals: Reason[] } | { pending: Pending };

export interface Pending {
  /** Id, in `dispatch`, of the message that a workflow must process before the answer is final; null = no message. */
  message: string | null;
  /** Id of the resource that the answer shows. */
  ref: string;
}

export interface StoredAnswer {
  status: number | null;
  location: string | null;
  kept: Kept;
}

/**
 * Reads the key from its header, bare or as a quoted string (RFC 8941).
 * @throws Refused if it is missing, too long or a card number
 */
export function readKey(header: string | undefined): string {
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header?.trim() ?? '');
  const key = quoted ? quoted[1]!.replace(/\\(.)/g, '$1') : (header?.trim() ?? '');
  if (key === '') return throwRefusal('idempotency_key_missing');
  if (key.length > 255) return throwRefusal('invalid_request', { detail: 'Idempotency-Key: ≤ 255' });
  // Keys are stored, so none may be a card number. A UUID can contain such digits by chance, so only a key of digits is checked.
  if (/^\d+$/.test(key) && findCardNumber(key))
    return throwRefusal('card_number_in_text', { detail: 'Idempotency-Key' });
  return key;
}

export function requestHash(method: string, path: string, body: unknown): string {
  return createHash('sha256')
    .update(`${method} ${path}\n`)
    .update(body instanceof Uint8Array ? body : canonicalJson(body))
    .digest('hex');
}

/**
 * Inserts the row of the key in this transaction.
 * @returns null if the key is new, else the outcome of the earlier request with it
 * @param scope the store's id, or `platform`
 * @throws Refused idempotency_key_reused if the earlier request had another method, path or body; a lock timeout after 5 s
 */
export async function claim(tx: Tx, scope: string, key: string, hash: string): Promise<StoredAnswer | null> {
  const written = await tx.$executeRaw`
    WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '5s', true))
    INSERT INTO idempotency_keys (scope, key, request_hash) SELECT ${scope}, ${key}, ${hash} FROM patience
    ON CONFLICT DO NOTHING`;
  if (written === 1) return null;
  const row = await tx.idempotencyKey.findUniqueOrThrow({ where: { scope_key: { scope, key } } });
  if (row.requestHash !== hash) return throwRefusal('idempotency_key_reused');
  return { status: row.status, location: row.location, kept: row.body! };
}

/** Stores the outcome of the request with this key, unless a final one (with a status) is stored already. */
export async function keep(tx: Tx, scope: string, key: string, stored: StoredAnswer): Promise<void> {
  await tx.idempotencyKey.updateMany({
    where: { scope, key, status: null },
    data: { status: stored.status, location: stored.location, body: stored.kept },
  });
}
