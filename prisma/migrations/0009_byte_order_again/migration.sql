-- Text of the tables and columns made since 0002 in byte order as well; why is said there. A test names what a later migration forgets.
DO $$
DECLARE
  of_table record;
BEGIN
  FOR of_table IN
    SELECT table_name, string_agg(format('ALTER COLUMN %I TYPE text COLLATE "C"', column_name), ', ' ORDER BY ordinal_position) AS changes
      FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_schema = current_schema AND table_type = 'BASE TABLE' AND data_type = 'text' AND domain_name IS NULL
       AND collation_name IS DISTINCT FROM 'C' AND table_name <> '_prisma_migrations'
     GROUP BY table_name
  LOOP
    EXECUTE format('ALTER TABLE %I %s', of_table.table_name, of_table.changes);
  END LOOP;
END $$;
