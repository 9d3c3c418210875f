import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { migrate } from '../../prisma/migrate';
import { engine } from '../support/engine/engine';

/* A database of its own with an English locale, as managed servers have it: there 'a' sorts before 'B' unless a column says otherwise. */

const name = `order_${randomBytes(6).toString('hex')}`;
const url = new URL(engine().databaseUrl);
const admin = new Client({ connectionString: url.href });
let english: Client;

beforeAll(async () => {
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`);
  url.pathname = `/${name}`;
  await migrate(url.href);
  english = new Client({ connectionString: url.href });
  await english.connect();
});
afterAll(async () => {
  await english.end();
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.end();
});

/** Columns of whatever type of text, arrays and domains too, that do not sort byte by byte. */
async function otherwise(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ column: string }>(`
    SELECT relname || '.' || attname AS column FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations'
       AND attnum > 0 AND NOT attisdropped AND attcollation NOT IN (0, '"C"'::regcollation)`);
  return rows.map(({ column }) => column);
}

const sorted = async () =>
  (await english.query<{ word: string }>('SELECT word FROM added_later ORDER BY word')).rows.map(({ word }) => word);

test('all text is in byte order, as the program sorts it, whatever the locale of the database', async () => {
  expect(await otherwise(admin)).toEqual([]);
  expect(await otherwise(english)).toEqual([]);
});

test('the next run of the migrations puts a new table in byte order', async () => {
  await english.query(`CREATE DOMAIN short AS text CHECK (length(VALUE) < 9);
    CREATE TABLE added_later (word text PRIMARY KEY, words text[], letter char(1), code short, n integer);
    INSERT INTO added_later VALUES ('a'), ('B'), ('C')`);
  expect(await sorted()).toEqual(['a', 'B', 'C']);
  expect(await otherwise(english)).toHaveLength(4);

  await migrate(url.href);
  expect(await otherwise(english)).toEqual([]);
  expect(await sorted()).toEqual(['B', 'C', 'a']);
});
