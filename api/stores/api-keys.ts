import { audit } from '../../books/lib/audit';
import { apiKeyShape, apiKeyView, newApiKeyShape } from '../../views/api-key';
import { listOf, listView } from '../../views/lib/list';
import { text } from '../../views/lib/members';
import { z } from '../../views/lib/zod';
import { storeRoles } from '../lib/access';
import { olderThan } from '../lib/input/lists';
import { found } from '../lib/problems';
import { type Route, read, write } from '../lib/route';
import { addKey } from './routes';
import { paging } from '../lib/input/schemas';

export const apiKeyRoutes: Route[] = [
  write('post', {
    operation: 'api_keys.create',
    path: '/v1/api_keys',
    summary: 'Make a key. Only this answer contains its secret.',
    body: z.strictObject({ role: z.enum(storeRoles), name: text(100) }),
    answers: { 201: newApiKeyShape },
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
    answers: { 200: listOf(apiKeyShape) },
    async handle({ env, store, query }) {
      const rows = await env.db.apiKey.findMany({
        where: { storeId: store.id, ...olderThan(query.after) },
        orderBy: { id: 'desc' },
        take: query.limit + 1,
      });
      return { status: 200, body: listView(rows, query, (key) => key.id, apiKeyView) };
    },
  }),
  write('delete', {
    operation: 'api_keys.revoke',
    path: '/v1/api_keys/:id',
    summary: 'Revoke a key, immediately and for good.',
    body: z.strictObject({}),
    answers: { 200: apiKeyShape },
    refusals: ['not_found'],
    async handle(tx, context) {
      const where = { id: context.params['id']!, storeId: context.store.id };
      const key = found(await tx.apiKey.findFirst({ where }));
      if (key.revokedAt) return { status: 200, body: apiKeyView(key) };
      const revoked = await tx.apiKey.update({ where: { id: key.id }, data: { revokedAt: context.env.now() } });
      await audit(tx, context, { action: 'api_key.revoke', target: key.id });
      return { status: 200, body: apiKeyView(revoked) };
    },
  }),
];
