import { type Db, sql } from '../../prisma/db';
import { openTestDb } from './close-store';

let db: Db;
beforeAll(() => {
  db = openTestDb();
});
afterAll(() => db.$disconnect());

test("text is in byte order, as the program sorts it, whatever the database's locale", async () => {
  const otherwise = await db.$queryRaw(sql`
    SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = current_schema AND data_type = 'text' AND domain_name IS NULL
       AND collation_name IS DISTINCT FROM 'C' AND table_name <> '_prisma_migrations'`);
  expect(otherwise).toEqual([]);
});
