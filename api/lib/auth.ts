import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Store } from '../../generated/prisma/client';
import type { Db } from '../../prisma/db';
import type { Role } from './access';

/**
 * The sender of a request, as the key identifies it: a store and a role, or the platform. `actor` is the sender's name in the
 * audit log: the id of the key, or `platform`.
 */
export type Caller =
  { role: Exclude<Role, 'platform'>; actor: string; store: Store } | { role: 'platform'; actor: string; store: null };

/** Makes a new API key of 32 random bytes. The key is shown to its owner once, and only its SHA-256 is stored. */
export function newSecret(clock: 'real' | 'simulated'): { secret: string; hash: string; last4: string } {
  const secret = `sk_${clock === 'real' ? 'live' : 'test'}_${randomBytes(32).toString('base64url')}`;
  return { secret, hash: hashOf(secret), last4: secret.slice(-4) };
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** True if the two secrets are equal. It compares their hashes, so the time taken does not reveal the expected secret. */
export function sameSecret(actual: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(actual)), Buffer.from(hashOf(expected)));
}

/** Finds the caller by the key in the Authorization header. @returns null for a missing, unknown or revoked key */
export async function callerOf(authorization: string | undefined, db: Db, adminKey: string): Promise<Caller | null> {
  const secret = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (!secret) return null;
  if (sameSecret(secret, adminKey)) return { role: 'platform', actor: 'platform', store: null };
  const key = await db.apiKey.findUnique({ where: { hash: hashOf(secret) }, include: { store: true } });
  if (!key || key.revokedAt) return null;
  const role = key.role;
  if (role === 'platform') return { role, actor: key.id, store: null };
  return key.store && { role, actor: key.id, store: key.store };
}

/** The user and password of an HTTP Basic header, or null if it has none. */
export function basicCredentials(authorization: string | undefined): { user: string; password: string } | null {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
  const text = encoded && Buffer.from(encoded, 'base64').toString();
  const colon = text ? text.indexOf(':') : -1;
  return text && colon > 0 ? { user: text.slice(0, colon), password: text.slice(colon + 1) } : null;
}

/**
 * The bearer token with which a simulator sets an alarm on a store's clock: hex SHA-256 of the store's id followed by the
 * platform's key.
 */
export function alarmToken(storeId: string, adminKey: string): string {
  return createHash('sha256').update(storeId).update(adminKey).digest('hex');
}
