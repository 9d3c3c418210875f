import { type Db, sql } from '../../prisma/db';
import { openTestDb } from '../activities/close/store';

let db: Db;
beforeAll(() => {
  db = openTestDb();
});
afterAll(() => db.$disconnect());

test("every text column sorts in byte order, as the program does, whatever the database's locale", async () => {
  const otherCollation = await db.$queryRaw(sql`
    SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = current_schema AND data_type = 'text' AND domain_name IS NULL
       AND collation_name IS DISTINCT FROM 'C' AND table_name <> '_prisma_migrations'`);
  expect(otherCollation).toEqual([]);
});
