import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { type RefusalCode, refusalTexts } from '../../domain/refusal-codes';
import { z } from '../../views/lib/zod';
import { problemShape } from '../../views/problem';
import { access } from './access';
import { alarm, news } from '../outside/messages';
import type { Route } from './route';

/** The refusals that every route with an API key can answer with. */
const EVERYWHERE: readonly RefusalCode[] = [
  'invalid_request',
  'invalid_date',
  'unauthorized',
  'forbidden',
  'rate_limited',
];
/** The refusals that every write can also answer with. */
const ON_WRITES: readonly RefusalCode[] = [
  'invalid_amount',
  'card_number_in_text',
  'idempotency_key_missing',
  'idempotency_key_reused',
  'idempotency_in_flight',
];

/** The OpenAPI 3.1 document of the API, made from the same schemas that check its requests and answers. */
export function openApiDocument(routes: readonly Route[], publicUrl: string) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'apiKey', { type: 'http', scheme: 'bearer' });
  registry.register('Problem', problemShape);
  for (const route of routes) {
    registry.registerPath({
      method: route.method,
      path: route.path.replace(/[:*](\w+)/g, '{$1}'),
      operationId: route.operation,
      tags: [route.operation.split('.')[0]!],
      summary: route.summary,
      description: `Roles: ${access[route.operation].join(', ')}.`,
      security: [{ apiKey: [] }],
      request: requestOf(route),
      responses: { ...answersOf(route), ...problemsOf(route) },
    });
  }
  describeOtherSide(registry);
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: { title: 'shimebi', version: '1', description: 'Order to cash for Japanese B2B stores. Yen are integers.' },
    servers: [{ url: publicUrl }],
  });
}

function requestOf(route: Route) {
  const names = [...route.path.matchAll(/[:*](\w+)/g)].map((match) => match[1]!);
  const params = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
  const wait = z.object({ Prefer: z.string().optional().openapi({ example: 'wait=10' }) });
  const key = z.object({ 'Idempotency-Key': z.string().max(255) });
  const isPatient = route.kind === 'command' || route.operation === 'clock.get';
  const headers = [...(route.kind === 'read' || route.method === 'delete' ? [] : [key]), ...(isPatient ? [wait] : [])];
  return {
    ...(names.length > 0 && { params }),
    ...(headers.length > 0 && { headers }),
    ...(route.kind === 'read' && { query: route.query as z.ZodObject }),
    ...(route.kind !== 'read' &&
      route.method !== 'delete' && {
        body: { required: true, ...bodyOf(route) },
      }),
  };
}

const bytes = z.string().openapi({ format: 'binary' });

function bodyOf(route: Exclude<Route, { kind: 'read' }>) {
  const upload = 'upload' in route ? route.upload : undefined;
  if (!upload) return { content: { 'application/json': { schema: route.body } } };
  return { description: upload.description, content: { [upload.mediaType]: { schema: bytes } } };
}

function answersOf(route: Route) {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, schema]) => [
      status,
      {
        description: status === '202' ? 'Accepted, not processed yet' : 'Done',
        content:
          schema === null || typeof schema === 'string'
            ? { [schema ?? 'application/pdf']: { schema: bytes } }
            : { 'application/json': { schema } },
      },
    ]),
  );
}

/** The error responses of a route: one per status, with the refusal codes that have this status. */
function problemsOf(route: Route) {
  const isStoreWrite = route.kind === 'write' || route.kind === 'command';
  const codes = new Set<RefusalCode>([
    ...EVERYWHERE,
    ...(route.kind === 'read' ? [] : ON_WRITES),
    ...(isStoreWrite ? (['clock_advancing'] as const) : []),
    ...(route.kind === 'command' ? (['conflict'] as const) : []),
    ...(route.refusals ?? []),
  ]);
  const byStatus = new Map<number, RefusalCode[]>();
  for (const code of codes) {
    const { status } = refusalTexts[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [
      status,
      {
        description: of.map((code) => `\`${code}\`: ${refusalTexts[code].en.title}`).join('\n'),
        content: { 'application/problem+json': { schema: problemShape } },
      },
    ]),
  );
}

/** Describes the paths under /v1 without an API key that NP, the simulators and the buyer's browser call. */
function describeOtherSide(registry: OpenAPIRegistry): void {
  registry.registerComponent('securitySchemes', 'shopCode', {
    type: 'http',
    scheme: 'basic',
    description: 'The store’s shop_code and sp_code',
  });
  registry.registerComponent('securitySchemes', 'alarmToken', {
    type: 'http',
    scheme: 'bearer',
    description: 'Hex SHA-256 of the store’s id followed by the platform’s key',
  });
  const refusals = {
    400: { description: 'Malformed', content: { 'application/problem+json': { schema: problemShape } } },
    401: {
      description: 'Not this store’s credentials',
      content: { 'application/problem+json': { schema: problemShape } },
    },
  };
  const taken = {
    200: { description: 'The same id was accepted before' },
    202: { description: 'Accepted' },
    ...refusals,
  };
  const store = z.object({ storeId: z.string() });
  const inbound = [
    { path: '/v1/providers/np/{storeId}/news', operationId: 'providers.np_news', body: news, scheme: 'shopCode' },
    { path: '/v1/alarms/{storeId}', operationId: 'alarms.file', body: alarm, scheme: 'alarmToken' },
  ];
  for (const { path, operationId, body, scheme } of inbound)
    registry.registerPath({
      method: 'post',
      path,
      operationId,
      tags: ['other side'],
      security: [{ [scheme]: [] }],
      request: { params: store, body: { required: true, content: { 'application/json': { schema: body } } } },
      responses: taken,
    });
  registry.registerPath({
    method: 'get',
    path: '/v1/card_returns/{authenticationRef}/{result}',
    operationId: 'card_returns.show',
    tags: ['other side'],
    summary: 'The buyer’s browser returns here from 3-D Secure.',
    security: [],
    request: { params: z.object({ authenticationRef: z.string(), result: z.enum(['ok', 'ng']) }) },
    responses: {
      200: { description: 'A page for the buyer', content: { 'text/html': { schema: z.string() } } },
      404: { description: 'No such authentication' },
      409: { description: 'The store’s clock is advancing. The page reloads itself' },
    },
  });
}
