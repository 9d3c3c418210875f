-- Direct debit in house: the store is the consignor (委託者) of its bank, keeps its buyers' accounts, and exchanges Zengin files.

-- 委託者コード, name and own account as the bank's files have them; an NP store's debits are NP's.
ALTER TABLE stores ADD COLUMN direct_debit jsonb,
  ADD CHECK (direct_debit IS NULL OR settlement = 'in_house');

-- 引落口座 and 顧客番号 as they stand on the form, and nowhere else: what travels and is told is their id. Never changed:
-- another account is another row. Names in half-width kana as they go into the file.
CREATE TABLE debit_accounts (
  store_id        text NOT NULL,
  id              text NOT NULL,
  direct_debit_id text NOT NULL,
  customer_number text NOT NULL CHECK (customer_number ~ '^[0-9]{1,20}$'),
  bank_code       text NOT NULL CHECK (bank_code ~ '^[0-9]{4}$'),
  bank_kana       text NOT NULL CHECK (length(bank_kana) BETWEEN 1 AND 15),
  branch_code     text NOT NULL CHECK (branch_code ~ '^[0-9]{3}$'),
  branch_kana     text NOT NULL CHECK (length(branch_kana) BETWEEN 1 AND 15),
  type            text NOT NULL CHECK (type IN ('ordinary', 'current', 'tax_reserve', 'other')),
  number          text NOT NULL CHECK (number ~ '^[0-9]{7}$'),
  holder_kana     text NOT NULL CHECK (length(holder_kana) BETWEEN 1 AND 30),
  recorded_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  FOREIGN KEY (store_id, direct_debit_id) REFERENCES direct_debits (store_id, id)
);
-- Zeros before a number are no part of it: in the file it has 20 digits.
CREATE INDEX debit_accounts_by_customer ON debit_accounts (store_id, lpad(customer_number, 20, '0'));
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON debit_accounts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON debit_accounts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The account of the form that the bank took up.
ALTER TABLE direct_debits ADD COLUMN debit_account_id text,
  ADD FOREIGN KEY (store_id, debit_account_id) REFERENCES debit_accounts (store_id, id);

ALTER TABLE debit_runs ADD COLUMN handed_in_on date;

-- In house: which data record of the request file it is, from 1, and the account that is debited.
ALTER TABLE debits ADD COLUMN record_no integer CHECK (record_no > 0),
  ADD COLUMN debit_account_id text,
  ADD UNIQUE (store_id, nominal, record_no),
  ADD FOREIGN KEY (store_id, debit_account_id) REFERENCES debit_accounts (store_id, id),
  ADD CHECK ((record_no IS NULL) = (debit_account_id IS NULL));

-- What was handed in and what came back, byte for byte: one request a run, any number of results.
CREATE TABLE debit_files (
  store_id    text NOT NULL,
  nominal     period NOT NULL,
  sha256      text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('request', 'result')),
  bytes       bytea NOT NULL,
  at          timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, nominal, sha256),
  FOREIGN KEY (store_id, nominal) REFERENCES debit_runs (store_id, nominal)
);
CREATE UNIQUE INDEX debit_files_one_request ON debit_files (store_id, nominal) WHERE kind = 'request';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON debit_files FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON debit_files FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE INDEX debits_by_account ON debits (store_id, debit_account_id) WHERE debit_account_id IS NOT NULL;
