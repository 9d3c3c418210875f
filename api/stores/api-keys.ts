import { audit } from '../../books/lib/audit';
import type { ApiKey } from '../../generated/prisma/client';
import { storeRoles } from '../lib/access';
import { olderThan, pageOf } from '../lib/input/lists';
import { found } from '../lib/problems';
import { type Route, read, write } from '../lib/route';
import { listOf, paging, text, z } from '../lib/input/schemas';
import { addKey } from './routes';

const shape = z.object({
  id: z.string(),
  role: z.enum(storeRoles),
  name: z.string(),
  last4: z.string(),
  revoked: z.boolean(),
});

function show(key: ApiKey) {
  return { id: key.id, role: key.role, name: key.name, last4: key.last4, revoked: key.revokedAt !== null };
}

export const apiKeyRoutes: Route[] = [
  write('post', {
    operation: 'api_keys.create',
    path: '/v1/api_keys',
    summary: 'Make a key. Only this answer contains its secret.',
    body: z.strictObject({ role: z.enum(storeRoles), name: text(100) }),
    answers: { 201: shape.omit({ revoked: true }).extend({ secret: z.string() }) },
    async handle(tx, context) {
      const { secret, ...key } = await addKey(tx, context.store, context.body.role, context.body.name);
      await audit(tx, context, { action: 'api_key.create', target: key.id, after: { role: key.role, name: key.name } });
      return { status: 201, body: { ...key, secret }, stored: key };
    },
  }),
  read({
    operation: 'api_keys.list',
    path: '/v1/api_keys',
    summary: 'The keys of the store, without their secrets.',
    query: z.strictObject(paging),
    answers: { 200: listOf(shape) },
    async handle({ env, store, query }) {
      const rows = await env.db.apiKey.findMany({
        where: { storeId: store.id, ...olderThan(query.after) },
        orderBy: { id: 'desc' },
        take: query.limit + 1,
      });
      return { status: 200, body: pageOf(rows, query, (key) => key.id, show) };
    },
  }),
  write('delete', {
    operation: 'api_keys.revoke',
    path: '/v1/api_keys/:id',
    summary: 'Revoke a key, immediately and for good.',
    body: z.strictObject({}),
    answers: { 200: shape },
    refusals: ['not_found'],
    async handle(tx, context) {
      const where = { id: context.params['id']!, storeId: context.store.id };
      const key = found(await tx.apiKey.findFirst({ where }));
      if (key.revokedAt) return { status: 200, body: show(key) };
      const revoked = await tx.apiKey.update({ where: { id: key.id }, data: { revokedAt: context.env.now() } });
      await audit(tx, context, { action: 'api_key.revoke', target: key.id });
      return { status: 200, body: show(revoked) };
    },
  }),
];
