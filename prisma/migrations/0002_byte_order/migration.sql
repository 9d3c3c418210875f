-- Ids, keys and instants are compared in SQL and in the program, and ids sort by when they were made only in the order of their
-- bytes. A database made with another locale (en_US, ja_JP, ICU) would sort them otherwise: ranges of ids would miss rows, and
-- "newest first" would not be. So text here is in byte order whatever the database's default is; equality is the same in both.
DO $$
DECLARE
  of_table record;
BEGIN
  FOR of_table IN
    SELECT table_name, string_agg(format('ALTER COLUMN %I TYPE text COLLATE "C"', column_name), ', ' ORDER BY ordinal_position) AS changes
      FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_schema = current_schema AND table_type = 'BASE TABLE' AND data_type = 'text' AND domain_name IS NULL
       AND table_name <> '_prisma_migrations'
     GROUP BY table_name
  LOOP
    EXECUTE format('ALTER TABLE %I %s', of_table.table_name, of_table.changes);
  END LOOP;
END $$;
