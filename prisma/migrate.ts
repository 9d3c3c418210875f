import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

/**
 * The number of the advisory lock that `prisma migrate deploy` takes too, so that it never runs at the same time as this code.
 */
const ADVISORY_LOCK = 72707369;

/** The table of applied migrations as Prisma creates it, so that `prisma migrate deploy` and `migrate status` can use it too. */
const BOOKKEEPING = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

/**
 * Gives the collation "C", which is byte order, to every text column that has another one. SQL and the program must compare ids
 * and keys alike, and ids sort by their time of creation only byte by byte. A database with another locale (en_US, ja_JP, ICU),
 * as a managed PostgreSQL often has, sorts them differently: a range of ids would miss rows, and "newest first" would be wrong.
 * This statement runs after the migrations, so they need not name the collation. Equality is the same in both orders. Tables of
 * another owner, such as those of an extension, stay as they are.
 */
const SET_BYTE_ORDER = `
  DO $$
  DECLARE
    change text;
  BEGIN
    FOR change IN
      SELECT format('ALTER TABLE %I ', relname) ||
             string_agg(format('ALTER COLUMN %I TYPE %s COLLATE "C"', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
       WHERE relnamespace = current_schema::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations'
         AND pg_has_role(relowner, 'USAGE') AND attnum > 0 AND NOT attisdropped
         AND attcollation NOT IN (0, '"C"'::regcollation)
       GROUP BY relname
    LOOP
      EXECUTE change;
    END LOOP;
  END $$`;

interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file's bytes, in hex. */
  checksum: string;
}

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/**
 * Applies the missing migrations in the order of their names, each in its own transaction, and then sets the collation of the
 * text columns. Several processes may run this at the same time: one migrates while the others wait, and then find nothing to do.
 * @returns the names of the migrations that were applied now
 * @throws MigrationError when the database does not match the folder, or a migration fails; the migrations before it stay applied
 */
export async function migrate(url: string, folder = join(__dirname, 'migrations')): Promise<string[]> {
  const migrations = readMigrations(folder);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await client.query(BOOKKEEPING);
    const missing = await findMissing(client, migrations);
    for (const migration of missing) await apply(client, migration);
    // This is necessary even if nothing was missing, because `prisma migrate deploy` may have made the tables.
    await client.query(SET_BYTE_ORDER);
    return missing.map((migration) => migration.name);
  } finally {
    await client.end(); // also releases the lock
  }
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'migration.sql')))
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(folder, name, 'migration.sql'));
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
    });
}

async function findMissing(client: Client, migrations: Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  const files = new Map(migrations.map((migration) => [migration.name, migration]));
  const applied = new Set<string>();
  for (const row of rows) {
    const file = files.get(row.migration_name);
    if (!row.finished) {
      throw new MigrationError(
        `Migration ${row.migration_name} was begun by another tool and did not finish. Look at the database, then record how it ended: ` +
          `npx prisma migrate resolve --applied|--rolled-back ${row.migration_name}`,
      );
    }
    if (!file) {
      throw new MigrationError(
        `The database has the migration ${row.migration_name}, which this version does not know: it is older than the database.`,
      );
    }
    if (file.checksum !== row.checksum) {
      throw new MigrationError(
        `Migration ${row.migration_name} was changed after it was applied. Restore the file and put the change into a new migration. ` +
          '(A development database can simply be removed: rm -rf .shimebi)',
      );
    }
    applied.add(row.migration_name);
  }
  const missing = migrations.filter((migration) => !applied.has(migration.name));
  const lastApplied = migrations.filter((migration) => applied.has(migration.name)).at(-1);
  const late = missing.find((migration) => lastApplied !== undefined && migration.name < lastApplied.name);
  if (late)
    throw new MigrationError(
      `Migration ${late.name} sorts before ${lastApplied?.name}, which is applied already. Give it a later number.`,
    );
  return missing;
}

async function apply(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new MigrationError(`Migration ${name} failed and was undone: ${describe(error, sql)}`, { cause: error });
  }
}

/** The error's message with the line of the SQL file. PostgreSQL reports the position in characters. */
function describe(error: unknown, sql: string): string {
  const { message, position } = error as { message: string; position?: string };
  return position ? `${message} (line ${sql.slice(0, Number(position)).split('\n').length})` : message;
}

if (require.main === module) {
  const url = process.env.DATABASE_URL;
  if (!url) {
    console.error(
      'migrate: set DATABASE_URL to the database to migrate (`npm run dev` and `npm run demo` migrate theirs by themselves)',
    );
    process.exit(1);
  }
  migrate(url).then(
    (applied) =>
      console.log(
        applied.length > 0 ? `Applied ${applied.join(', ')}` : 'Nothing to apply: the database is up to date',
      ),
    (error: Error) => {
      console.error(`migrate: ${error.message}`);
      process.exit(1);
    },
  );
}
