import { roles } from '../domain/vocabulary';
import type { ApiKey } from '../generated/prisma/client';
import { z } from './lib/zod';

/** The roles that an API key of a store can have. A `platform` key creates stores and belongs to none. */
const role = z.enum(roles).exclude(['platform']);

export const apiKeyShape = z.object({
  id: z.string(),
  role,
  name: z.string(),
  last4: z.string(),
  revoked: z.boolean(),
});
export type ApiKeyView = z.infer<typeof apiKeyShape>;

export function apiKeyView(key: ApiKey): ApiKeyView {
  return {
    id: key.id,
    role: key.role as ApiKeyView['role'],
    name: key.name,
    last4: key.last4,
    revoked: key.revokedAt !== null,
  };
}

/** A new API key with its secret, which is shown only at the creation. */
export const newApiKeyShape = apiKeyShape.omit({ revoked: true }).extend({ secret: z.string() });
export type NewApiKeyView = z.infer<typeof newApiKeyShape>;

export function newApiKeyView(key: ApiKey, secret: string): NewApiKeyView {
  return { id: key.id, role: key.role as NewApiKeyView['role'], name: key.name, last4: key.last4, secret };
}
