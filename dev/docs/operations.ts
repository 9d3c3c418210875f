import { access } from '../../api/lib/access';
import { routes } from '../../api/routes';
import { table } from './table';

const HEAD = `# Operations of the API

This page lists every operation with the roles whose keys may call it. [API](api.md) says what holds for all of them.
\`GET /v1/openapi.json\` has bodies, answers and refusals. \`npm run docs\` makes this page from the routes in [api/](../api/routes.ts).`;

/** The text of docs/api-operations.md. */
export function renderOperations(): string {
  const rows = routes.map(({ method, path, summary, operation }) => [
    `\`${method.toUpperCase()} ${path.replace(/[:*](\w+)/g, '{$1}')}\``,
    summary,
    access[operation].join(', '),
  ]);
  return `${[HEAD, table(['operation', 'what it does', 'roles'], rows)].join('\n\n')}\n`;
}
