// Makes the Prisma client in generated/prisma. Runs after `npm ci` and in `npm run check`; silent when all is well.
//
// `prisma generate` looks for its schema engine, and downloads it when missing, though this generator never runs it. Where only
// a package registry is reachable that download fails, so the engine is declared to be an executable that surely exists.
// `prisma migrate deploy` does need the real one, and fetches it by itself: nothing here stays set after this script.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const prisma = join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build', 'index.js');
const schema = join(root, 'prisma', 'schema.prisma');
// The second generator only narrows types. Production installs no development packages and runs without it.
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
  console.error('generate: the Prisma client was not made (see above)');
  process.exit(result.status ?? 1);
}
