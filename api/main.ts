import { Client, Connection } from '@temporalio/client';
import type { Server } from 'node:http';
import pino from 'pino';
import { openDb } from '../prisma/db';
import { createDelivery } from '../dispatch/delivery';
import { z } from '../views/lib/zod';
import { createApi } from './app';

const environment = z.object({
  DATABASE_URL: z.string().min(1),
  TEMPORAL_ADDRESS: z.string().min(1).default('127.0.0.1:7233'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  API_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  PUBLIC_URL: z.url().optional(),
  API_URL: z.url().optional(),
  /** The platform's key. It has at least 16 characters, because a shorter one can be guessed. */
  ADMIN_API_KEY: z.string().min(16),
  /** Temporal's UI, to which answers link. Empty where no UI runs: answers then have no such links. */
  TEMPORAL_UI_URL: z.union([z.url(), z.literal('')]).default('http://127.0.0.1:8233'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  LOG_LEVEL: z.string().default('info'),
});

/** How long a stopping process lets running requests finish: as long as the longest `Prefer: wait` (30 s). */
const DRAIN_MS = 30_000;

async function main(now?: () => Date): Promise<void> {
  const parsed = environment.safeParse(process.env);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) process.stderr.write(`api: ${issue.path.join('.')}: ${issue.message}\n`);
    process.exit(1);
  }
  const env = parsed.data;
  const log = pino({ level: env.LOG_LEVEL, base: { process: 'api' } }, pino.destination(2));
  const db = openDb(env.DATABASE_URL);
  // Connects at its first use. So the API accepts orders while Temporal is down, and their workflows start when it is back.
  const connection = Connection.lazy({ address: env.TEMPORAL_ADDRESS });
  const delivery = createDelivery({ db, client: new Client({ connection, namespace: env.TEMPORAL_NAMESPACE }), log });
  const port = env.API_PORT ?? env.PORT;
  const publicUrl = env.PUBLIC_URL ?? env.API_URL ?? `http://127.0.0.1:${port}`;

  const server = await new Promise<Server>((resolve, reject) => {
    const app = createApi({
      db,
      delivery,
      adminKey: env.ADMIN_API_KEY,
      temporalUiUrl: env.TEMPORAL_UI_URL.replace(/\/$/, ''),
      temporalNamespace: env.TEMPORAL_NAMESPACE,
      publicUrl,
      log,
      ...(now && { now }),
      temporalReady: async () => {
        await connection.withDeadline(Date.now() + 2_000, () => connection.healthService.check({}));
        return true;
      },
    });
    const listening = app.listen(port, (error) => (error ? reject(error) : resolve(listening)));
  });
  process.stdout.write(`${JSON.stringify({ ready: true, url: publicUrl })}\n`);

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    server.closeIdleConnections();
    await new Promise((closed) => server.close(closed));
    await connection.close();
    await db.$disconnect();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  if (process.env['SHIMEBI_CHILD'] === '1') process.stdin.resume().on('end', () => void stop());
}

/** Runs the API in this process, until SIGTERM or SIGINT. @param now replaces the machine's clock in tests */
export function startApi(now?: () => Date): void {
  main(now).catch((error: unknown) => {
    process.stderr.write(`api: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
}

if (require.main === module) startApi();
