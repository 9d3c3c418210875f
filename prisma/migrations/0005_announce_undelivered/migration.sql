-- Only what the dispatch loop may deliver wakes it. A leased row is delivered by its writer at once: for each order the loop was
-- woken once for nothing, and every commit with a notification waits for the one before it.
DROP TRIGGER announce ON dispatch;
CREATE OR REPLACE FUNCTION announce_dispatch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added WHERE lease_until IS NULL) THEN
    PERFORM pg_notify('dispatch', '');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER announce AFTER INSERT ON dispatch REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION announce_dispatch();
