import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rows } from '../support/books';

/* prisma/schema.prisma lists exactly the columns that the migrations make, with the same nullability. */

test('the Prisma schema and the database agree', async () => {
  const inDatabase = await rows<{ column: string }>(
    `SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'YES' THEN '?' ELSE '' END AS "column"
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'`,
    [],
  );
  expect(columnsOfSchema().sort()).toEqual(inDatabase.map(({ column }) => column).sort());
});

function columnsOfSchema(): string[] {
  const schema = readFileSync(join(__dirname, '../../prisma/schema.prisma'), 'utf8');
  const models = [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)];
  const names = new Set(models.map(([, name]) => name!));
  return models.flatMap(([, , body]) => {
    const table = /@@map\("(\w+)"\)/.exec(body!)![1]!;
    const fields = [...body!.matchAll(/^ {2}(\w+)\s+(\w+)(\?|\[\])?(.*)$/gm)].filter(([, , type]) => !names.has(type!));
    return fields.map(([, field, , arity, rest]) => {
      const column = /@map\("(\w+)"\)/.exec(rest!)?.[1] ?? field!;
      return `${table}.${column}${arity === '?' ? '?' : ''}`;
    });
  });
}
