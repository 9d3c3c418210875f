-- The schema of shimebi. Rules that hold for every table:
--
-- - Every row belongs to a store. store_id leads each key and each foreign key, so a row can never point into another store.
-- - Yen are BIGINT. A business date is a DATE, a business instant a TIMESTAMPTZ; the program passes both in. recorded_at alone
--   reads the database's clock.
-- - Rows that must not change have two triggers, append_only and no_truncate. A correction is a new row.
-- - A CHECK lists the states of each status column. test/activities/schema.test.ts compares these lists with domain/.
-- - Text is plain `text` here. prisma/migrate.ts gives every text column the collation "C" (byte order) and says why.

CREATE DOMAIN period AS text COLLATE "C" CHECK (VALUE ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'); -- a month, '2026-10'

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused, correct by a new row', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

-- ── stores, their clocks and keys, the audit log ─────────────────────────────────────────────────────────────────────────

CREATE TABLE stores (
  id                 text PRIMARY KEY,
  name               text NOT NULL,
  -- Who bills a bank transfer: NP掛け払い or the store itself.
  settlement         text NOT NULL CHECK (settlement IN ('np', 'in_house')),
  clock              text NOT NULL CHECK (clock IN ('real', 'simulated')),
  seller             jsonb NOT NULL,
  -- Credentials of the two providers.
  np                 jsonb,
  sbps               jsonb,
  -- In house: the account that buyers pay into.
  bank_account       jsonb,
  -- In house: 委託者コード, name and own account, as the bank's files carry them. The debits of an NP store are NP's.
  direct_debit       jsonb,
  mail_from          text NOT NULL,
  terms_version      text NOT NULL,
  tax_rounding       text NOT NULL DEFAULT 'floor' CHECK (tax_rounding IN ('floor', 'round', 'ceil')),
  fiscal_first_month integer NOT NULL DEFAULT 4 CHECK (fiscal_first_month BETWEEN 1 AND 12),
  last_day_done      date NOT NULL,
  recorded_at        timestamptz NOT NULL DEFAULT now(),
  CHECK (settlement <> 'np' OR np IS NOT NULL),
  CHECK (direct_debit IS NULL OR settlement = 'in_house')
);

-- The time of a simulated store. A real store has no row here.
CREATE TABLE clocks (
  store_id  text PRIMARY KEY REFERENCES stores (id),
  now_at    timestamptz NOT NULL,
  target_at timestamptz,
  status    text NOT NULL DEFAULT 'ready' CHECK (status IN ('ready', 'advancing', 'failed')),
  failure   text,
  -- Each advance raises it, and so does taking up an advance whose workflow a person has terminated.
  journey   integer NOT NULL DEFAULT 0,
  CHECK ((status = 'advancing') = (target_at IS NOT NULL))
);

CREATE TABLE api_keys (
  id          text PRIMARY KEY,
  store_id    text REFERENCES stores (id),
  role        text NOT NULL CHECK (role IN ('storefront', 'operator', 'finance', 'approver', 'auditor', 'admin', 'platform')),
  name        text NOT NULL,
  hash        text NOT NULL UNIQUE,
  last4       text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  revoked_at  timestamptz,
  -- The platform's key makes stores and belongs to none.
  CHECK ((role = 'platform') = (store_id IS NULL))
);

-- The key of a request, a hash of the request and, once there is one, the answer. `scope` is the store or 'platform'.
CREATE TABLE idempotency_keys (
  scope        text NOT NULL,
  key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  request_hash text NOT NULL,
  status       integer,
  body         jsonb,
  location     text,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, key)
);

CREATE TABLE audit_log (
  store_id    text NOT NULL REFERENCES stores (id),
  seq         bigint GENERATED ALWAYS AS IDENTITY,
  at          timestamptz NOT NULL,
  actor       text NOT NULL,
  role        text NOT NULL,
  action      text NOT NULL,
  target      text NOT NULL,
  reason      text,
  before      jsonb,
  after       jsonb,
  request_id  text,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, seq)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ── buyers ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE accounts (
  store_id            text NOT NULL REFERENCES stores (id),
  id                  text NOT NULL,
  reference           text NOT NULL,
  entity              text NOT NULL CHECK (entity IN ('corporation', 'sole_proprietor', 'individual')),
  company_name        text NOT NULL,
  company_kana        text NOT NULL,
  representative      text NOT NULL,
  postal_code         text NOT NULL,
  address             text NOT NULL,
  phone               text NOT NULL,
  department          text,
  contact_person      text NOT NULL,
  email               text NOT NULL,
  registration_number text,
  status              text NOT NULL DEFAULT 'registered' CHECK (status IN ('registered', 'open', 'suspended', 'closed')),
  created_at          timestamptz NOT NULL,
  recorded_at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  UNIQUE (store_id, reference)
);

-- B1: which version of the terms an account has consented to, and when.
CREATE TABLE consents (
  store_id      text NOT NULL,
  account_id    text NOT NULL,
  terms_version text NOT NULL,
  consented_at  timestamptz NOT NULL,
  PRIMARY KEY (store_id, account_id, terms_version),
  FOREIGN KEY (store_id, account_id) REFERENCES accounts (store_id, id)
);

-- Where an account's invoices go, and what NP says of that buyer.
CREATE TABLE billing_destinations (
  store_id       text NOT NULL,
  id             text NOT NULL,
  account_id     text NOT NULL,
  is_default     boolean NOT NULL,
  company_name   text NOT NULL,
  company_kana   text NOT NULL,
  department     text,
  person         text NOT NULL,
  postal_code    text NOT NULL,
  address        text NOT NULL,
  email_to       text NOT NULL,
  email_cc       text[] NOT NULL DEFAULT '{}',
  np_buyer_id    text,
  buyer_status   text NOT NULL DEFAULT 'none' CHECK (buyer_status IN ('none', 'screening', 'passed', 'held', 'denied', 'cancelled')),
  buyer_reasons  text[] NOT NULL DEFAULT '{}',
  guarantee      text NOT NULL DEFAULT 'OK' CHECK (guarantee IN ('OK', 'ALRT', 'NG')),
  credit_limit   bigint CHECK (credit_limit >= 0),
  recorded_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  UNIQUE (store_id, np_buyer_id),
  UNIQUE (store_id, id, account_id),
  FOREIGN KEY (store_id, account_id) REFERENCES accounts (store_id, id),
  CHECK (buyer_status IN ('none', 'screening') OR np_buyer_id IS NOT NULL)
);
CREATE UNIQUE INDEX billing_destinations_one_default ON billing_destinations (store_id, account_id) WHERE is_default;

-- ── catalogue ────────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE plans (
  store_id           text NOT NULL REFERENCES stores (id),
  id                 text NOT NULL,
  code               text NOT NULL,
  name               text NOT NULL,
  provisioning       text NOT NULL CHECK (provisioning IN ('immediate', 'maker')),
  start_within_days  integer NOT NULL DEFAULT 10 CHECK (start_within_days > 0),
  cancellation_terms text NOT NULL,
  recorded_at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  UNIQUE (store_id, code)
);

-- One row per version of a plan's price: yen without tax, for one unit and one month, billed in arrears.
CREATE TABLE prices (
  store_id       text NOT NULL,
  id             text NOT NULL,
  plan_id        text NOT NULL,
  version        integer NOT NULL CHECK (version > 0),
  amount         bigint NOT NULL CHECK (amount >= 0),
  rate_class     text NOT NULL CHECK (rate_class IN ('standard', 'reduced', 'exempt', 'out_of_scope')),
  effective_from date NOT NULL,
  recorded_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  UNIQUE (store_id, plan_id, version),
  UNIQUE (store_id, id, plan_id),
  FOREIGN KEY (store_id, plan_id) REFERENCES plans (store_id, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON prices FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON prices FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ── orders and their lines ───────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE orders (
  store_id            text NOT NULL,
  id                  text NOT NULL,
  account_id          text NOT NULL,
  destination_id      text NOT NULL,
  reference           text,
  method              text NOT NULL CHECK (method IN ('bank_transfer', 'card')),
  status              text NOT NULL DEFAULT 'received' CHECK (status IN ('received', 'screening', 'authorising', 'confirmed',
                        'provisioning', 'active', 'held', 'at_risk', 'suspended', 'ending', 'ended', 'declined', 'cancelled')),
  reason              text,
  accepted_at         timestamptz NOT NULL,
  first_period        period NOT NULL,
  -- The first period, yen without and with tax. `total` is what NP registers or the card is charged.
  net                 bigint NOT NULL CHECK (net >= 0),
  total               bigint NOT NULL CHECK (total >= net),
  -- The n of np-txn/<order>/<first period>/<n>. A decision (release) raises it; a retry never does.
  credit_attempt      integer NOT NULL DEFAULT 1 CHECK (credit_attempt > 0),
  wait_until          date,
  po_number           text,
  subject             text,
  -- NP stores: months that finance bills in house, without NP's guarantee. NP refused them, or the buyer's guarantee is NG
  -- and the month is still to come.
  unguaranteed_months text[] NOT NULL DEFAULT '{}',
  metadata            jsonb NOT NULL DEFAULT '{}',
  recorded_at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  UNIQUE (store_id, reference),
  UNIQUE (store_id, id, account_id),
  FOREIGN KEY (store_id, account_id) REFERENCES accounts (store_id, id),
  FOREIGN KEY (store_id, destination_id, account_id) REFERENCES billing_destinations (store_id, id, account_id)
);
CREATE INDEX orders_by_account ON orders (store_id, account_id);
CREATE INDEX orders_by_destination ON orders (store_id, destination_id, status);

-- One line of an order, and the contract that it becomes. Price and name are copied when the order is accepted.
CREATE TABLE subscriptions (
  store_id           text NOT NULL,
  id                 text NOT NULL,
  order_id           text NOT NULL,
  line_no            integer NOT NULL CHECK (line_no > 0),
  plan_id            text NOT NULL,
  price_id           text NOT NULL,
  plan_name          text NOT NULL,
  quantity           integer NOT NULL CHECK (quantity > 0),
  unit_amount        bigint NOT NULL CHECK (unit_amount >= 0),
  rate_class         text NOT NULL,
  cancellation_terms text NOT NULL,
  status             text NOT NULL DEFAULT 'scheduled' CHECK (status IN ('scheduled', 'active', 'paused', 'ending', 'ended')),
  starts_on          date,
  ends_on            date,
  recorded_at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  UNIQUE (store_id, order_id, line_no),
  FOREIGN KEY (store_id, order_id) REFERENCES orders (store_id, id),
  FOREIGN KEY (store_id, price_id, plan_id) REFERENCES prices (store_id, id, plan_id),
  CHECK (status = 'scheduled' OR status = 'ended' OR starts_on IS NOT NULL),
  CHECK (ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on)
);

-- ── credit and cards ─────────────────────────────────────────────────────────────────────────────────────────────────────

-- One attempt to register an order's charge of a period with NP. Its key is np-txn/<order>/<period>/<n>.
CREATE TABLE credit_transactions (
  store_id            text NOT NULL,
  key                 text NOT NULL,
  shop_transaction_id text NOT NULL CHECK (length(shop_transaction_id) <= 40),
  order_id            text NOT NULL,
  destination_id      text NOT NULL,
  period              period NOT NULL,
  n                   integer NOT NULL CHECK (n > 0),
  total               bigint NOT NULL,
  status              text NOT NULL CHECK (status IN ('registered', 'refused', 'cancelled', 'requested', 'billed')),
  np_transaction_id   text,
  ng_reason           text CHECK (ng_reason IN ('21', '22', '24')),
  recorded_at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, key),
  UNIQUE (store_id, shop_transaction_id),
  UNIQUE (store_id, order_id, period, n),
  FOREIGN KEY (store_id, order_id) REFERENCES orders (store_id, id),
  CHECK ((status IN ('registered', 'requested', 'billed')) <= (np_transaction_id IS NOT NULL)),
  CHECK ((status = 'refused') = (ng_reason IS NOT NULL))
);
-- At most one registration of an order's period stands.
CREATE UNIQUE INDEX credit_transactions_one_standing ON credit_transactions (store_id, order_id, period)
  WHERE status IN ('registered', 'requested', 'billed');
CREATE INDEX credit_transactions_by_period ON credit_transactions (store_id, period, status);

-- A card for an order, or to replace its card: the one-time token and its 3-D Secure authentication. Tokens are spent at once.
CREATE TABLE card_authentications (
  store_id          text NOT NULL,
  id                text NOT NULL,
  order_id          text NOT NULL,
  purpose           text NOT NULL CHECK (purpose IN ('order', 'replacement')),
  token             text,
  token_key         text,
  authentication_id text,
  redirect_url      text,
  status            text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'redirected', 'passed', 'failed', 'expired')),
  recorded_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  UNIQUE (store_id, authentication_id),
  FOREIGN KEY (store_id, order_id) REFERENCES orders (store_id, id)
);
-- The buyer comes back from 3-D Secure with the id alone, without a store.
CREATE INDEX card_authentications_by_id ON card_authentications (id);

-- One attempt to charge an order's period to its card. Its key is card-auth/<order>/<period>/<n>.
CREATE TABLE card_charges (
  store_id      text NOT NULL,
  key           text NOT NULL,
  sbps_order_id text NOT NULL CHECK (length(sbps_order_id) <= 38),
  order_id      text NOT NULL,
  period        period NOT NULL,
  n             integer NOT NULL CHECK (n > 0),
  amount        bigint NOT NULL CHECK (amount BETWEEN 1 AND 9999999),
  status        text NOT NULL CHECK (status IN ('authorised', 'committed', 'captured', 'declined', 'lapsed', 'refunded')),
  tracking_id   text,
  brand         text,
  code          text,
  authorised_on date,
  captured_on   date,
  recorded_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, key),
  UNIQUE (store_id, sbps_order_id),
  UNIQUE (store_id, order_id, period, n),
  FOREIGN KEY (store_id, order_id) REFERENCES orders (store_id, id),
  CHECK ((status IN ('authorised', 'committed', 'captured', 'refunded')) <= (tracking_id IS NOT NULL)),
  CHECK ((status = 'declined') = (code IS NOT NULL))
);
CREATE UNIQUE INDEX card_charges_one_standing ON card_charges (store_id, order_id, period) WHERE status IN ('committed', 'captured');

-- ── periods, closes, invoices ────────────────────────────────────────────────────────────────────────────────────────────

-- A month of a store. The writer of a billable item holds the row FOR SHARE; the freeze takes it FOR UPDATE.
CREATE TABLE periods (
  store_id    text NOT NULL REFERENCES stores (id),
  period      period NOT NULL,
  status      text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'frozen', 'closed')),
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, period)
);

CREATE TABLE closes (
  store_id    text NOT NULL,
  period      period NOT NULL,
  status      text NOT NULL CHECK (status IN ('drafting', 'review', 'requesting', 'awaiting_issue', 'issuing', 'closed')),
  close_on    date NOT NULL,
  issue_on    date NOT NULL,
  cutoff_at   timestamptz,
  approved_at timestamptz,
  approved_by text,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, period),
  FOREIGN KEY (store_id, period) REFERENCES periods (store_id, period)
);

-- One invoice per destination, period and settlement. A card has one receipt per capture: settlement_ref is then the order,
-- and '' otherwise.
CREATE TABLE invoices (
  store_id       text NOT NULL,
  id             text NOT NULL,
  account_id     text NOT NULL,
  destination_id text NOT NULL,
  period         period NOT NULL,
  settlement     text NOT NULL CHECK (settlement IN ('np', 'in_house', 'card')),
  settlement_ref text NOT NULL DEFAULT '',
  method         text NOT NULL CHECK (method IN ('bank_transfer', 'direct_debit', 'card')),
  kind           text NOT NULL CHECK (kind IN ('invoice', 'debit_notice', 'receipt')),
  issuer         text NOT NULL CHECK (issuer IN ('np', 'store')),
  status         text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'held', 'requested', 'issued', 'paid', 'void')),
  revision       integer NOT NULL DEFAULT 1 CHECK (revision > 0),
  number         text,
  net            bigint NOT NULL,
  tax            bigint NOT NULL,
  total          bigint NOT NULL,
  -- Totals per rate.
  taxes          jsonb NOT NULL,
  close_on       date NOT NULL,
  issued_on      date,
  -- Printed on the invoice: the calendar's end of the month.
  due_on         date,
  -- The last day of a payment in time: the bank's next business day.
  pay_until      date,
  debit_on       date,
  paid_on        date,
  -- The day on which a failed debit was billed again (revision 2). The issue date stays.
  revised_on     date,
  -- Frozen at issue: the recipient and, on the store's own documents, the seller.
  recipient      jsonb,
  seller         jsonb,
  document_id    text,
  recorded_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  UNIQUE (store_id, number),
  UNIQUE (store_id, id, account_id),
  FOREIGN KEY (store_id, period) REFERENCES periods (store_id, period),
  FOREIGN KEY (store_id, destination_id, account_id) REFERENCES billing_destinations (store_id, id, account_id),
  CHECK (net + tax = total),
  CHECK (status IN ('draft', 'held', 'requested', 'void') OR (number IS NOT NULL AND issued_on IS NOT NULL AND recipient IS NOT NULL)),
  CHECK ((status = 'paid') = (paid_on IS NOT NULL)),
  CHECK (method <> 'direct_debit' OR status NOT IN ('issued', 'paid') OR debit_on IS NOT NULL),
  CHECK ((method = 'card') = (settlement = 'card') AND (settlement_ref <> '') = (settlement = 'card'))
);
CREATE UNIQUE INDEX invoices_one_per_settlement ON invoices (store_id, destination_id, period, settlement, settlement_ref) WHERE status <> 'void';
CREATE INDEX invoices_by_period ON invoices (store_id, period, status);
CREATE INDEX invoices_by_time ON invoices (store_id, recorded_at);
CREATE INDEX invoices_by_account ON invoices (store_id, account_id);
CREATE INDEX invoices_by_debit ON invoices (store_id, debit_on) WHERE debit_on IS NOT NULL;

-- One charge of a period. `reason` keeps plan version, quantity, proration and order. Once invoiced, an item never changes.
CREATE TABLE billable_items (
  store_id        text NOT NULL,
  id              text NOT NULL,
  -- The month that bills the item. It is later than the month of service (usage_period) for late and held items.
  period          period NOT NULL,
  usage_period    period NOT NULL,
  account_id      text NOT NULL,
  destination_id  text NOT NULL,
  order_id        text NOT NULL,
  subscription_id text NOT NULL,
  settlement      text NOT NULL CHECK (settlement IN ('np', 'in_house', 'card')),
  description     text NOT NULL,
  quantity        integer NOT NULL,
  unit_amount     bigint NOT NULL,
  net             bigint NOT NULL,
  rate_class      text NOT NULL,
  -- Yen with tax, as registered with NP or charged to the card. In house it only informs: tax is taken once per invoice and rate.
  gross           bigint NOT NULL,
  reason          jsonb NOT NULL,
  -- Billable once its charge stands: NP has registered it, or the card or the store's own terms cover it.
  status          text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'billable', 'refused', 'withdrawn')),
  invoice_id      text,
  recorded_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  UNIQUE (store_id, subscription_id, usage_period),
  FOREIGN KEY (store_id, period) REFERENCES periods (store_id, period),
  FOREIGN KEY (store_id, subscription_id) REFERENCES subscriptions (store_id, id),
  FOREIGN KEY (store_id, order_id, account_id) REFERENCES orders (store_id, id, account_id),
  FOREIGN KEY (store_id, invoice_id, account_id) REFERENCES invoices (store_id, id, account_id),
  CHECK (invoice_id IS NULL OR status = 'billable')
);
CREATE INDEX billable_items_unbilled ON billable_items (store_id, period, destination_id) WHERE invoice_id IS NULL;
CREATE INDEX billable_items_by_invoice ON billable_items (store_id, invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX billable_items_by_order ON billable_items (store_id, order_id, period);

CREATE TABLE invoice_lines (
  store_id    text NOT NULL,
  invoice_id  text NOT NULL,
  line_no     integer NOT NULL,
  item_id     text NOT NULL,
  order_id    text NOT NULL,
  description text NOT NULL,
  quantity    integer NOT NULL,
  unit_amount bigint NOT NULL,
  net         bigint NOT NULL,
  gross       bigint NOT NULL,
  rate_class  text NOT NULL,
  PRIMARY KEY (store_id, invoice_id, line_no),
  UNIQUE (store_id, item_id),
  FOREIGN KEY (store_id, invoice_id) REFERENCES invoices (store_id, id),
  FOREIGN KEY (store_id, item_id) REFERENCES billable_items (store_id, id)
);

-- The last number of each series of the store's own documents in a fiscal year. The issuing transaction takes the next one,
-- so numbers have no gap.
CREATE TABLE number_series (
  store_id    text NOT NULL REFERENCES stores (id),
  series      text NOT NULL,
  fiscal_year integer NOT NULL,
  last        integer NOT NULL DEFAULT 0,
  PRIMARY KEY (store_id, series, fiscal_year)
);

-- Issued and received documents. They never change and can be found by date, amount and counterparty together for ten years
-- (電子帳簿保存法).
CREATE TABLE documents (
  store_id     text NOT NULL REFERENCES stores (id),
  id           text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('invoice', 'debit_notice', 'receipt')),
  origin       text NOT NULL CHECK (origin IN ('issued', 'received')),
  invoice_id   text,
  revision     integer NOT NULL DEFAULT 1,
  issued_on    date NOT NULL,
  amount       bigint NOT NULL,
  counterparty text NOT NULL,
  content_type text NOT NULL,
  sha256       text NOT NULL,
  bytes        bytea NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  UNIQUE (store_id, invoice_id, revision),
  FOREIGN KEY (store_id, invoice_id) REFERENCES invoices (store_id, id)
);
CREATE INDEX documents_search ON documents (store_id, issued_on, amount, counterparty);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON documents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON documents FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- The document of an invoice's newest revision.
ALTER TABLE invoices ADD FOREIGN KEY (store_id, document_id) REFERENCES documents (store_id, id);

-- ── direct debit ─────────────────────────────────────────────────────────────────────────────────────────────────────────

-- A mandate (口座振替) of a billing destination.
CREATE TABLE direct_debits (
  store_id         text NOT NULL,
  id               text NOT NULL,
  account_id       text NOT NULL,
  destination_id   text NOT NULL,
  status           text NOT NULL CHECK (status IN ('requested', 'form_posted', 'at_bank', 'active', 'defect', 'withdrawn', 'expired', 'ended')),
  requested_on     date NOT NULL,
  form_posted_on   date,
  form_received_on date,
  expected_on      date,
  late             boolean NOT NULL DEFAULT false,
  active_on        date,
  first_period     period,
  first_debit_on   date,
  ended_on         date,
  evidence         text,
  reason           text,
  -- In house: the account of the form that the bank has enrolled.
  debit_account_id text,
  recorded_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  FOREIGN KEY (store_id, destination_id, account_id) REFERENCES billing_destinations (store_id, id, account_id),
  CHECK (status <> 'active' OR (active_on IS NOT NULL AND evidence IS NOT NULL)),
  CHECK (status <> 'at_bank' OR (form_received_on IS NOT NULL AND expected_on IS NOT NULL))
);
CREATE UNIQUE INDEX direct_debits_one_live ON direct_debits (store_id, destination_id)
  WHERE status IN ('requested', 'form_posted', 'at_bank', 'active', 'defect');

-- In house: 引落口座 and 顧客番号 as the form states them. They are kept here only; everything else uses the id. Names are in
-- half-width kana, as the bank's file takes them. Another account is another row.
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
-- In the file a customer number has 20 digits, so leading zeros do not count.
CREATE INDEX debit_accounts_by_customer ON debit_accounts (store_id, lpad(customer_number, 20, '0'));
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON debit_accounts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON debit_accounts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE direct_debits ADD FOREIGN KEY (store_id, debit_account_id) REFERENCES debit_accounts (store_id, id);

-- A debit day of a store. `nominal` is the month of the 27th that it stands for.
CREATE TABLE debit_runs (
  store_id     text NOT NULL REFERENCES stores (id),
  nominal      period NOT NULL,
  debit_on     date NOT NULL,
  status       text NOT NULL CHECK (status IN ('collected', 'requested', 'booked')),
  -- In house: when finance handed the request file in to the bank.
  handed_in_on date,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, nominal)
);

CREATE TABLE debits (
  store_id         text NOT NULL,
  key              text NOT NULL,
  nominal          period NOT NULL,
  invoice_id       text NOT NULL,
  amount           bigint NOT NULL CHECK (amount > 0),
  status           text NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'succeeded', 'failed')),
  code             text CHECK (code IN ('0', '1', '2', '3', '4', '8', '9')),
  -- In house: the number of its data record in the request file, from 1, and the account that is debited.
  record_no        integer CHECK (record_no > 0),
  debit_account_id text,
  recorded_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, key),
  UNIQUE (store_id, nominal, record_no),
  FOREIGN KEY (store_id, nominal) REFERENCES debit_runs (store_id, nominal),
  FOREIGN KEY (store_id, invoice_id) REFERENCES invoices (store_id, id),
  FOREIGN KEY (store_id, debit_account_id) REFERENCES debit_accounts (store_id, id),
  CHECK ((status = 'requested') = (code IS NULL)),
  CHECK (status <> 'succeeded' OR code = '0'),
  CHECK ((record_no IS NULL) = (debit_account_id IS NULL))
);
CREATE INDEX debits_by_run ON debits (store_id, nominal, status);
CREATE INDEX debits_by_account ON debits (store_id, debit_account_id) WHERE debit_account_id IS NOT NULL;

-- In house: the files exchanged with the bank, byte for byte. A run has one request and any number of results.
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

-- ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- In house: money that arrived in the store's own account, entered by finance or read from a file. A wrong entry is reversed by
-- a row of the opposite amount.
CREATE TABLE deposits (
  store_id        text NOT NULL,
  id              text NOT NULL,
  -- The bank's own text (摘要, 取引番号). A second deposit that is equal in everything, this included, is the same deposit.
  reference       text,
  -- The invoices that the deposit names, in their order. A reversal names none.
  invoice_numbers text[] NOT NULL DEFAULT '{}',
  account_id      text NOT NULL,
  -- Yen that arrived. A reversal takes back, so its amount is below zero.
  amount          bigint NOT NULL CHECK (amount <> 0),
  -- The part of it beyond the debt of the named invoices: 仮受金.
  over            bigint NOT NULL,
  paid_on         date NOT NULL,
  reverses        text,
  at              timestamptz NOT NULL,
  recorded_at     timestamptz NOT NULL DEFAULT now(),
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

-- Files of deposits as received, byte for byte. A file that comes a second time is entered once.
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

-- A payment towards an invoice. source_key is the provider's event or the person's entry, so nothing is booked twice.
CREATE TABLE payments (
  store_id    text NOT NULL,
  id          text NOT NULL,
  source_key  text NOT NULL,
  source      text NOT NULL CHECK (source IN ('np', 'direct_debit', 'card', 'manual')),
  account_id  text NOT NULL,
  invoice_id  text NOT NULL,
  amount      bigint NOT NULL CHECK (amount <> 0),
  paid_on     date NOT NULL,
  known_at    timestamptz NOT NULL,
  -- The deposit that the payment is a part of.
  deposit_id  text,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  UNIQUE (store_id, source_key),
  FOREIGN KEY (store_id, invoice_id, account_id) REFERENCES invoices (store_id, id, account_id),
  FOREIGN KEY (store_id, deposit_id) REFERENCES deposits (store_id, id),
  CHECK ((deposit_id IS NOT NULL) = (source = 'manual'))
);
CREATE INDEX payments_by_invoice ON payments (store_id, invoice_id);
CREATE INDEX payments_by_deposit ON payments (store_id, deposit_id) WHERE deposit_id IS NOT NULL;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON payments FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON payments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Double entry. `side` is D (借方) or C (貸方).
CREATE TABLE journal_entries (
  store_id    text NOT NULL REFERENCES stores (id),
  id          text NOT NULL,
  booked_on   date NOT NULL,
  kind        text NOT NULL,
  invoice_id  text,
  reverses    text,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  FOREIGN KEY (store_id, invoice_id) REFERENCES invoices (store_id, id),
  FOREIGN KEY (store_id, reverses) REFERENCES journal_entries (store_id, id)
);
CREATE TABLE journal_lines (
  store_id     text NOT NULL,
  entry_id     text NOT NULL,
  line_no      integer NOT NULL,
  side         char(1) NOT NULL CHECK (side IN ('D', 'C')),
  account_code text NOT NULL,
  amount       bigint NOT NULL CHECK (amount > 0),
  rate_class   text,
  account_id   text,
  PRIMARY KEY (store_id, entry_id, line_no),
  FOREIGN KEY (store_id, entry_id) REFERENCES journal_entries (store_id, id)
);
CREATE INDEX journal_entries_by_date ON journal_entries (store_id, booked_on);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_lines FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A new entry balances and has at least two lines. PostgreSQL checks this at commit, when the lines are there too.
CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT coalesce(sum(CASE side WHEN 'D' THEN amount ELSE -amount END), 0) <> 0 OR count(*) < 2
        FROM journal_lines WHERE store_id = NEW.store_id AND entry_id = NEW.id) THEN
    RAISE EXCEPTION 'journal entry % of store % does not balance', NEW.id, NEW.store_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON journal_entries DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced();

-- Lines added later keep their entry balanced. This is checked once per statement over all its entries, because a close writes
-- hundreds of thousands of lines. One statement therefore writes all lines of an entry. A close turns nested loops off; with a
-- hash join this check would read every line of the store for each chunk.
CREATE FUNCTION refuse_unbalanced_lines() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = on AS $$
DECLARE
  unbalanced record;
BEGIN
  SELECT l.store_id, l.entry_id INTO unbalanced
    FROM (SELECT DISTINCT store_id, entry_id FROM written) w
    JOIN journal_lines l ON l.store_id = w.store_id AND l.entry_id = w.entry_id
   GROUP BY l.store_id, l.entry_id
  HAVING sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'journal entry % of store % does not balance', unbalanced.entry_id, unbalanced.store_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER balanced AFTER INSERT ON journal_lines REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced_lines();

-- ── events, mails, provider news ─────────────────────────────────────────────────────────────────────────────────────────

-- The feed of GET /v1/events. A fact belongs to `business_date`; the engine acted on it at the instant `at`.
CREATE TABLE events (
  store_id      text NOT NULL REFERENCES stores (id),
  seq           bigint GENERATED ALWAYS AS IDENTITY,
  key           text NOT NULL,
  type          text NOT NULL,
  business_date date NOT NULL,
  at            timestamptz NOT NULL,
  account_id    text,
  order_id      text,
  invoice_id    text,
  amount        bigint,
  period        period,
  data          jsonb NOT NULL DEFAULT '{}',
  recorded_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, seq),
  UNIQUE (store_id, key)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A reader continues from the last seq it has seen, so it must not skip a transaction that took a lower seq and commits later.
-- A writer shares its store's lock from before it takes a seq until it commits. A reader takes the lock once, exclusively.
CREATE FUNCTION take_event_seq() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('events/' || NEW.store_id, 0));
  NEW.seq := nextval('events_seq_seq');
  RETURN NEW;
END $$;
CREATE TRIGGER take_seq BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION take_event_seq();

CREATE TABLE mails (
  store_id       text NOT NULL REFERENCES stores (id),
  key            text NOT NULL,
  template       text NOT NULL,
  account_id     text NOT NULL,
  order_id       text,
  invoice_id     text,
  data           jsonb NOT NULL,
  recipients     text[] NOT NULL,
  status         text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sent', 'unknown', 'failed')),
  provider_id    text,
  subject        text,
  html           text,
  text           text,
  -- Wall clock of the first try. Resend keeps the idempotency key for 24 h from then.
  first_tried_at timestamptz,
  sent_at        timestamptz,
  recorded_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, key)
);

-- News from a provider as received, once per event id. They are judged by state, not by their order of arrival.
CREATE TABLE provider_news (
  store_id    text NOT NULL REFERENCES stores (id),
  event_id    text NOT NULL,
  type        text NOT NULL,
  data        jsonb NOT NULL,
  at          timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, event_id)
);
CREATE INDEX provider_news_by_bill ON provider_news (store_id, (data->>'bill_number')) WHERE data ? 'bill_number';

-- ── the process: keys, dispatch, waits, incidents, days ──────────────────────────────────────────────────────────────────

-- A write that happens once: its business key, a hash of its business input, and its result.
CREATE TABLE once (
  store_id    text NOT NULL REFERENCES stores (id),
  key         text NOT NULL,
  input_hash  text NOT NULL,
  result      jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, key)
);

-- A call to a provider: the row is written before the call and gets the answer after it. A retry that finds a row without an
-- answer asks the provider first.
CREATE TABLE gateway_calls (
  store_id     text NOT NULL REFERENCES stores (id),
  key          text NOT NULL,
  provider     text NOT NULL CHECK (provider IN ('np', 'sbps', 'resend')),
  request_hash text NOT NULL,
  answer       jsonb,
  opened_at    timestamptz NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, key)
);
CREATE INDEX gateway_calls_by_time ON gateway_calls (store_id, recorded_at);

-- Everything that must follow from a fact, written in the fact's transaction: the start of a workflow, a signal, update or tick,
-- a mail, provider news to be judged, a call back to a simulator. A row is due when the store's clock reaches due_at. It is done
-- when processed_at is set; a workflow sets it when it has come to rest again. A simulated store has settled when it has no
-- due row that is not done.
CREATE TABLE dispatch (
  seq          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  store_id     text NOT NULL REFERENCES stores (id),
  id           text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('start', 'signal', 'update', 'tick', 'mail', 'news', 'http')),
  target       text NOT NULL,
  name         text NOT NULL,
  payload      jsonb NOT NULL,
  at           timestamptz NOT NULL,
  due_at       timestamptz NOT NULL,
  attempts     integer NOT NULL DEFAULT 0,
  lease_until  timestamptz,
  delivered_at timestamptz,
  processed_at timestamptz,
  outcome      text,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (store_id, id)
);
CREATE INDEX dispatch_open ON dispatch (store_id, due_at) WHERE processed_at IS NULL;
-- The clock reads the newest end: when was the last message acted on?
CREATE INDEX dispatch_processed ON dispatch (store_id, processed_at) WHERE processed_at IS NOT NULL;
-- The due rows of each store are one range, so rows that are not due yet are not read. An index by time alone would read every
-- mail that waits for its hour and the whole future of simulated stores at each look: 47 ms with 40,000 of them.
CREATE INDEX dispatch_waiting ON dispatch (store_id, due_at, seq) WHERE delivered_at IS NULL AND processed_at IS NULL;

-- Wakes the dispatch loop for rows that the loop may deliver. The writer of a leased row delivers it at once, so it wakes
-- nobody: a commit with a notification waits for the commit before it.
CREATE FUNCTION announce_dispatch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added WHERE lease_until IS NULL) THEN
    PERFORM pg_notify('dispatch', '');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER announce AFTER INSERT ON dispatch REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION announce_dispatch();

-- The open rows of a simulated store that are due: the store has settled when it has none. The clock's own start is not counted.
CREATE FUNCTION unsettled(store text) RETURNS SETOF dispatch LANGUAGE sql STABLE AS $$
  SELECT d.* FROM dispatch d JOIN clocks c ON c.store_id = d.store_id
   WHERE d.store_id = store AND d.processed_at IS NULL AND d.due_at <= c.now_at AND d.name <> 'clock'
$$;

-- The message id of the alarm of one wait. The alarm rings once, whatever steps the clock takes.
CREATE FUNCTION tick_id(workflow_id text, due_at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT 'tick/' || workflow_id || '/' || (extract(epoch FROM due_at) * 1000)::bigint
$$;

-- The wait of each running workflow: a name, an owner, a deadline. The console lists it and the clock rings its alarm.
CREATE TABLE waits (
  store_id    text NOT NULL REFERENCES stores (id),
  workflow_id text NOT NULL,
  waiting_for text NOT NULL,
  owner       text NOT NULL CHECK (owner IN ('buyer', 'operator', 'finance', 'np', 'sbps', 'bank', 'maker', 'engine')),
  due_at      timestamptz NOT NULL,
  since       timestamptz NOT NULL,
  account_id  text,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, workflow_id)
);
CREATE INDEX waits_by_due ON waits (store_id, due_at);

-- A failure that a person has to look at. domain/incidents.ts lists the kinds and their ways out.
CREATE TABLE incidents (
  store_id    text NOT NULL REFERENCES stores (id),
  id          text NOT NULL,
  kind        text NOT NULL,
  workflow_id text,
  owner       text NOT NULL,
  detail      jsonb NOT NULL,
  status      text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved')),
  opened_at   timestamptz NOT NULL,
  resolution  text,
  reason      text,
  resolved_at timestamptz,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  CHECK ((status = 'resolved') = (resolution IS NOT NULL AND resolved_at IS NOT NULL))
);
CREATE INDEX incidents_by_workflow ON incidents (store_id, workflow_id) WHERE workflow_id IS NOT NULL;

-- The calendar days that a store has worked, in order.
CREATE TABLE store_days (
  store_id    text NOT NULL REFERENCES stores (id),
  day         date NOT NULL,
  work        jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, day)
);
