import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json';
import { findCardNumber } from '../../domain/order/card-number';
import type { Tx } from '../../prisma/db';
import { type Reason, throwRefusal } from './problems';

/*
 * A key's row is the first thing a request's transaction writes, so the key and the effect are committed together or not
 * at all: no crash leaves a key in flight. A second request with the key waits on the row for up to 5 s (then
 * idempotency_in_flight) and finds what the first one left:
 * - `body.answer`: the answer, given again as it was;
 * - `body.refusals`: a workflow refused the command; refused again;
 * - `body.pending`: the effect is committed, its answer not yet told (the workflow was not reached in time, or the process
 *   died in between): the message is delivered if it wasn't, and the answer is read anew from the resource.
 * What validation refuses rolls back and leaves no row.
 */

export type Kept = { answer: unknown } | { refusals: Reason[] } | { pending: Pending };

export interface Pending {
  /** Dispatch id of the message whose processing the answer waits for; null = none. */
  message: string | null;
  /** Id of the resource to read. */
  ref: string;
}

export interface StoredAnswer {
  status: number | null;
  location: string | null;
  kept: Kept;
}

/** The header's key, bare or as a quoted string (RFC 8941). @throws Refused */
export function readKey(header: string | undefined): string {
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header?.trim() ?? '');
  const key = quoted ? quoted[1]!.replace(/\\(.)/g, '$1') : (header?.trim() ?? '');
  if (key === '') return throwRefusal('idempotency_key_missing');
  if (key.length > 255) return throwRefusal('invalid_request', { detail: 'Idempotency-Key: ≤ 255' });
  // A UUID's digits are no card's; a key of nothing but digits may be one, and keys are kept.
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
 * Takes the key for this transaction (null), or gives what an earlier request with it left.
 * @param scope the store's id, or `platform`
 * @throws Refused idempotency_key_reused when the earlier request asked for something else; lock timeout after 5 s
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

/** Keeps the answer to a key's request; a key keeps its first one. */
export async function keep(tx: Tx, scope: string, key: string, stored: StoredAnswer): Promise<void> {
  await tx.idempotencyKey.updateMany({
    where: { scope, key, status: null },
    data: { status: stored.status, location: stored.location, body: stored.kept },
  });
}
