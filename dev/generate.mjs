// Generates the Prisma client in generated/prisma. Runs after `npm ci` and in `npm run check`. Prints nothing on success.
//
// `prisma generate` downloads its schema engine when it is missing, although this generator never runs it. The download fails
// where only a package registry is reachable, so the variable below names an executable that certainly exists: Node itself.
// `prisma migrate deploy` needs the real engine and downloads it by itself: the variable is set for this one command only.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const prisma = join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build', 'index.js');
const schema = join(root, 'prisma', 'schema.prisma');
// The schema's second generator, prisma-json-types-generator, only narrows types. Production runs without it.
const narrows = existsSync(join(root, 'node_modules', 'prisma-json-types-generator'));
if (!existsSync(schema)) {
  console.error(`generate: ${schema} is missing; copy the prisma folder before installing packages`);
  process.exit(1);
}
const result = spawnSync(process.execPath, [prisma, 'generate', '--schema', schema, ...(narrows ? [] : ['--generator', 'client'])], {
  cwd: root,
  encoding: 'utf8',
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  },
});
if (result.status !== 0) {
  process.stderr.write(
    `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ? `${result.error.message}\n` : ''}`,
  );
  console.error('generate: the Prisma client was not generated (see above)');
  process.exit(result.status ?? 1);
}
