import { defineConfig } from 'prisma/config';

/**
 * For the Prisma command line only. The engine itself connects through `@prisma/adapter-pg`.
 * `prisma generate` needs no database, so DATABASE_URL may be missing.
 */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(process.env.DATABASE_URL ? { datasource: { url: process.env.DATABASE_URL } } : {}),
});
