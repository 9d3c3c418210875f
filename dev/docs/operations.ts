import { access } from '../../api/lib/access';
import { routes } from '../../api/routes';
import { table } from './table';

const HEAD = `# Operations of the API

Every operation with the roles whose keys may call it. What holds for all of them is in [api](api.md); bodies, answers and refusals are in
\`GET /v1/openapi.json\`. This page is made by \`npm run docs\` from the routes in [api/](../api/routes.ts).`;

/** docs/api-operations.md */
export function renderOperations(): string {
  const rows = routes.map(({ method, path, summary, operation }) => [
    `\`${method.toUpperCase()} ${path.replace(/[:*](\w+)/g, '{$1}')}\``,
    summary,
    access[operation].join(', '),
  ]);
  return `${[HEAD, table(['operation', 'what it does', 'roles'], rows)].join('\n\n')}\n`;
}
