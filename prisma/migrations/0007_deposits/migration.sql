-- Money that came into the own account of a store that settles in house, as finance enters it or a file says. Append-only: one
-- entered wrongly is reversed by a row of the opposite amount.
CREATE TABLE deposits (
  store_id    text NOT NULL,
  id          text NOT NULL,
  -- The bank's own word for it (摘要, 取引番号). All the same told again, with this, is known a second time.
  reference   text,
  -- As named, in order; empty for a reversal.
  invoice_numbers text[] COLLATE "C" NOT NULL DEFAULT '{}',
  account_id  text NOT NULL,
  -- Yen that arrived; below zero what a reversal takes back.
  amount      bigint NOT NULL CHECK (amount <> 0),
  -- Of it, beyond what the invoices named owed: 仮受金.
  over        bigint NOT NULL,
  paid_on     date NOT NULL,
  reverses    text,
  at          timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  UNIQUE (store_id, reverses),
  FOREIGN KEY (store_id, account_id) REFERENCES accounts (store_id, id),
  FOREIGN KEY (store_id, reverses) REFERENCES deposits (store_id, id),
  CHECK ((reverses IS NULL) = (amount > 0)),
  CHECK (over BETWEEN least(amount, 0) AND greatest(amount, 0))
);
CREATE INDEX deposits_by_date ON deposits (store_id, paid_on);
CREATE INDEX deposits_by_reference ON deposits (store_id, reference) WHERE reference IS NOT NULL;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON deposits FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON deposits FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a deposit paid of each invoice.
ALTER TABLE payments ADD COLUMN deposit_id text,
  ADD FOREIGN KEY (store_id, deposit_id) REFERENCES deposits (store_id, id),
  ADD CHECK ((deposit_id IS NOT NULL) = (source = 'manual'));
CREATE INDEX payments_by_deposit ON payments (store_id, deposit_id) WHERE deposit_id IS NOT NULL;

-- Files of deposits as they were given, byte for byte; the same file twice is taken once.
CREATE TABLE deposit_files (
  store_id    text NOT NULL REFERENCES stores (id),
  sha256      text NOT NULL,
  bytes       bytea NOT NULL,
  at          timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, sha256)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON deposit_files FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON deposit_files FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
