import { access } from '../../api/lib/access';
import { openApiDocument } from '../../api/lib/openapi';
import { routes } from '../../api/routes';
import { refusalCodes } from '../../domain/refusal-codes';

const document = openApiDocument(routes, 'http://api.test');
type Operation = {
  security?: Record<string, unknown>[];
  operationId: string;
  responses: Record<string, { description?: string }>;
  description?: string;
};
const operations = Object.values(document.paths ?? {}).flatMap((path) =>
  ['get', 'post', 'patch', 'delete'].flatMap((method) => (path as Record<string, Operation>)[method] ?? []),
);

/** The operations that need an API key. */
const keyed = operations.filter((operation) => operation.security?.some((scheme) => 'apiKey' in scheme));

test('every operation of the access table has one route and one operation in the document', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(routes.map((route) => route.operation).sort()).toEqual(Object.keys(access).sort());
  expect(keyed.map((operation) => operation.operationId).sort()).toEqual(Object.keys(access).sort());
  const others = operations.filter((operation) => !keyed.includes(operation)).map((operation) => operation.operationId);
  expect(others.sort()).toEqual(['alarms.file', 'card_returns.show', 'providers.np_news']);
});

test('no two routes have the same method and path pattern', () => {
  const forms = routes.map((route) => `${route.method} ${route.path.replace(/:\w+/g, ':')}`);
  expect(new Set(forms).size).toBe(forms.length);
});

test('every operation lists its refusals, and every code exists', () => {
  for (const operation of keyed) {
    const described = Object.values(operation.responses).map((response) => response.description ?? '');
    const codes = described.flatMap((text) => [...text.matchAll(/`(\w+)`/g)].map((match) => match[1]!));
    for (const code of codes) expect(refusalCodes).toContain(code);
    expect(codes).toEqual(expect.arrayContaining(['unauthorized', 'forbidden', 'invalid_request']));
  }
});

test('the request schema of an order lists its required members', () => {
  const order = (document.paths!['/v1/orders'] as Record<string, unknown>)['post'] as {
    requestBody: { content: Record<string, { schema: { required: string[]; additionalProperties: boolean } }> };
  };
  const { schema } = order.requestBody.content['application/json']!;
  expect(schema.required).toEqual(['account_id', 'payment', 'lines']);
  expect(schema.additionalProperties).toBe(false);
});
