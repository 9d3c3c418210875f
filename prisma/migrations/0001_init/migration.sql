-- The schema of shimebi. Rules that hold for every table:
--
-- - Every row belongs to a store. store_id leads each key and each foreign key, so a row can never point into another store.
-- - Amounts of yen are BIGINT. A business date is a DATE and a business instant a TIMESTAMPTZ. The program passes both in. Only
--   recorded_at is the database's own time.
-- - Tables whose rows must not change have two triggers, append_only and no_truncate. A correction is a new row.
-- - A CHECK lists the states of each status column. test/prisma/schema.test.ts compares these lists with domain/.
-- - Text is plain `text` here. prisma/migrate.ts gives every text column the collation "C" (byte order) and says why.
-- - NP is the credit provider NP掛け払い (Net Protections): it guarantees, bills and collects bank transfers and debits. SBPS (SB
--   Payment Service) is the card gateway. "In house" is a store, or a month, that the store bills and collects by itself.

CREATE DOMAIN period AS text COLLATE "C" CHECK (VALUE ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'); -- a month, '2026-10'

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused, correct by a new row', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

-- ── stores, their clocks and keys, the audit log ─────────────────────────────────────────────────────────────────────────

CREATE TABLE stores (
  id                 text PRIMARY KEY,
  name               text NOT NULL,
  -- The party that bills and collects bank transfers and debits: NP or the store itself.
  settlement         text NOT NULL CHECK (settlement IN ('np', 'in_house')),
  clock              text NOT NULL CHECK (clock IN ('real', 'simulated')),
  seller             jsonb NOT NULL,
  -- Credentials of the store at the two providers.
  np                 jsonb,
  sbps               jsonb,
  -- In house: the bank account that buyers pay into.
  bank_account       jsonb,
  -- In house: the store's code as a collector of debits (委託者コード), its name and its account, as the bank's files need them.
  -- An NP store has none, because NP debits its buyers.
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

-- The present time of a simulated store, and the time to which it is advancing. A real store has no row here.
CREATE TABLE clocks (
  store_id  text PRIMARY KEY REFERENCES stores (id),
  now_at    timestamptz NOT NULL,
  target_at timestamptz,
  status    text NOT NULL DEFAULT 'ready' CHECK (status IN ('ready', 'advancing', 'failed')),
  failure   text,
  -- Part of the id of the workflow `clock`. Each advance raises it, and so does the resumption of an advance whose workflow was
  -- terminated.
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
  -- A key of the role `platform` can create stores, and belongs to no store.
  CHECK ((role = 'platform') = (store_id IS NULL))
);

-- A request with an idempotency key: a hash of the request and, once there is one, its answer, which a repeated request receives
-- again. `scope` is the id of the store, or 'platform'.
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

-- The versions of the store's terms that an account has consented to, and when (docs/store.md B1).
CREATE TABLE consents (
  store_id      text NOT NULL,
  account_id    text NOT NULL,
  terms_version text NOT NULL,
  consented_at  timestamptz NOT NULL,
  PRIMARY KEY (store_id, account_id, terms_version),
  FOREIGN KEY (store_id, account_id) REFERENCES accounts (store_id, id)
);

-- A recipient of an account's invoices. NP knows each destination as a buyer: buyer_status is the result of NP's screening, and
-- guarantee says whether NP guarantees new claims (OK), warns (ALRT) or gives no guarantee (NG).
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

-- One row per version of a plan's price. The amount is yen without tax for one unit and one month, billed after the month.
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
-- The amounts of the first period, in yen: `net` without tax, `total` with tax. NP registers `total`, or the card is charged it.
  net                 bigint NOT NULL CHECK (net >= 0),
  total               bigint NOT NULL CHECK (total >= net),
  -- The number of the attempt to register the order with NP, a part of the attempt's key. Releasing a held order raises it. A
  -- retry after a technical failure does not, so NP never registers one attempt twice.
  credit_attempt      integer NOT NULL DEFAULT 1 CHECK (credit_attempt > 0),
  wait_until          date,
  po_number           text,
  subject             text,
  -- NP stores: months that finance decided to bill in house, without NP's guarantee, because NP refused them or will refuse them
  -- (the buyer's guarantee is NG).
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

-- One line of an order, and the contract for one plan that it becomes. The plan's name and price are copied from the catalogue
-- when the order is accepted.
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

-- One attempt to register an order's charge of a period with NP. `n` numbers the attempts, and the key is
-- np-txn/<order>/<period>/<n>. ng_reason is NP's reason to refuse: 21 = an earlier bill is unpaid, 22 = over the credit limit,
-- 24 = overall judgement.
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
-- NP has at most one valid registration of an order's period.
CREATE UNIQUE INDEX credit_transactions_one_standing ON credit_transactions (store_id, order_id, period)
  WHERE status IN ('registered', 'requested', 'billed');
CREATE INDEX credit_transactions_by_period ON credit_transactions (store_id, period, status);

-- A card that a buyer entered to pay an order or to replace the order's card: its one-time token, which is used up at once, and
-- its 3-D Secure authentication.
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
-- A buyer's return from 3-D Secure carries only this id, not the store.
CREATE INDEX card_authentications_by_id ON card_authentications (id);

-- One attempt to charge an order's period to its card. `n` numbers the attempts, and the key is card-auth/<order>/<period>/<n>.
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

-- A month of a store. A transaction that writes a billable item locks the month's row FOR SHARE, and the freeze locks it FOR
-- UPDATE, so no item is added to a month while it is frozen.
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

-- One invoice per destination, period and settlement. Card payments have one receipt per order instead: settlement_ref is then
-- the order's id, and '' otherwise.
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
  -- Totals per tax rate.
  taxes          jsonb NOT NULL,
  close_on       date NOT NULL,
  issued_on      date,
  -- The due date that is printed: the calendar end of the next month, even if banks are closed on that day.
  due_on         date,
  -- The last day on which a payment is in time: due_on or, if banks are closed then, their next business day.
  pay_until      date,
  debit_on       date,
  paid_on        date,
  -- The day on which the invoice was billed again by transfer after its debit failed (revision 2). issued_on stays.
  revised_on     date,
  -- Copied when the invoice is issued: the recipient and, on the store's own documents, the seller.
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

-- The charge of one subscription for one month. `reason` keeps what it was computed from: plan, price version, quantity and
-- order. Once invoiced, an item never changes.
CREATE TABLE billable_items (
  store_id        text NOT NULL,
  id              text NOT NULL,
  -- The month that bills the item. It is later than the month of service (usage_period) if the item was made after the freeze of
  -- that month, or if its invoice was held back.
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
  -- Yen with tax, as registered with NP or charged to the card. In house it is only for information, because the invoice computes
  -- the tax once per rate.
  gross           bigint NOT NULL,
  reason          jsonb NOT NULL,
  -- An item is billable once NP has registered its charge. A charge to a card or in house needs no registration.
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

-- The last number used in each number series of the store's own documents, per fiscal year. The transaction that issues a
-- document takes the next number, so a failed issue leaves no gap.
CREATE TABLE number_series (
  store_id    text NOT NULL REFERENCES stores (id),
  series      text NOT NULL,
  fiscal_year integer NOT NULL,
  last        integer NOT NULL DEFAULT 0,
  PRIMARY KEY (store_id, series, fiscal_year)
);

-- Issued and received documents. The law on electronic books (電子帳簿保存法) requires that they never change, and can be found
-- by date, amount and counterparty together. They are kept for ten years.
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
-- invoices.document_id is the document of the invoice's newest revision.
ALTER TABLE invoices ADD FOREIGN KEY (store_id, document_id) REFERENCES documents (store_id, id);

-- ── direct debit ─────────────────────────────────────────────────────────────────────────────────────────────────────────

-- A mandate for direct debit (口座振替) of a billing destination, from the request for it to its end.
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
  -- In house: the buyer's bank account, from the form that the bank has enrolled.
  debit_account_id text,
  recorded_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, id),
  FOREIGN KEY (store_id, destination_id, account_id) REFERENCES billing_destinations (store_id, id, account_id),
  CHECK (status <> 'active' OR (active_on IS NOT NULL AND evidence IS NOT NULL)),
  CHECK (status <> 'at_bank' OR (form_received_on IS NOT NULL AND expected_on IS NOT NULL))
);
CREATE UNIQUE INDEX direct_debits_one_live ON direct_debits (store_id, destination_id)
  WHERE status IN ('requested', 'form_posted', 'at_bank', 'active', 'defect');

-- In house: the buyer's bank account (引落口座) and customer number (顧客番号) as the form states them. Only this table has them,
-- and other tables refer to its id. Names are in half-width kana, as the bank's file needs them. A buyer's new account is a new
-- row.
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
-- The bank's file pads customer numbers to 20 digits, so two numbers that differ only in leading zeros are the same.
CREATE INDEX debit_accounts_by_customer ON debit_accounts (store_id, lpad(customer_number, 20, '0'));
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON debit_accounts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON debit_accounts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE direct_debits ADD FOREIGN KEY (store_id, debit_account_id) REFERENCES debit_accounts (store_id, id);

-- A debit day of a store. It is the 27th of the month `nominal` or, if banks are closed then, their next business day (debit_on).
CREATE TABLE debit_runs (
  store_id     text NOT NULL REFERENCES stores (id),
  nominal      period NOT NULL,
  debit_on     date NOT NULL,
  status       text NOT NULL CHECK (status IN ('collected', 'requested', 'booked')),
  -- In house: the day on which finance handed the request file in to the bank.
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
  -- In house: the number of the debit's data record in the request file, from 1, and the account that is debited.
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

-- In house: the files exchanged with the bank, byte for byte. A debit run has one request file and any number of result files.
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

-- In house: money that arrived in the store's own bank account, entered by finance or read from a file. A wrong entry is reversed
-- by a row of the opposite amount.
CREATE TABLE deposits (
  store_id        text NOT NULL,
  id              text NOT NULL,
  -- The bank's text for the deposit (摘要, 取引番号). A second deposit that is equal in everything, this text included, is taken
  -- for the same deposit.
  reference       text,
  -- The numbers of the invoices that the deposit pays, in the order of payment. A reversal names none.
  invoice_numbers text[] NOT NULL DEFAULT '{}',
  account_id      text NOT NULL,
  -- The yen that arrived. The amount of a reversal is negative.
  amount          bigint NOT NULL CHECK (amount <> 0),
  -- The part of the amount that exceeds the open amounts of the named invoices. It is posted as a suspense receipt (仮受金).
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

-- Files of deposits as received, byte for byte. The hash in the key recognises a file that comes a second time, so its deposits
-- are entered only once.
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

-- A payment towards an invoice. source_key names where it came from (a provider's event, a debit or a deposit) and is unique, so
-- the same payment is not recorded twice.
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
  -- The deposit of which the payment is a part. Only payments of the source 'manual' have one.
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

-- The journal, by double entry: an entry and its lines. `side` of a line is D = debit (借方) or C = credit (貸方).
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

-- A new journal entry must balance and have at least two lines. The check runs at commit, when the lines have been inserted too.
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

-- New lines must leave their journal entry balanced, also when they are added after the entry's commit. A close writes hundreds
-- of thousands of lines, so the check runs once per statement, over all its entries. All lines of an entry must therefore be
-- inserted by one statement. A close turns nested loops off, and this function turns them on again: with a hash join it would
-- read every line of the store for each chunk.
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

-- The events of GET /v1/events. `business_date` is the date of the fact, and `at` the business time at which the program acted on
-- it.
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

-- A reader of events continues from the last seq it has seen, so it would miss an event that has a lower seq but commits later.
-- To prevent that, a writer holds a shared lock of its store from before it takes a seq until it commits. A reader takes the same
-- lock exclusively before it reads, and so waits for these writers.
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
  -- The real time of the first try. The mail provider Resend recognises a repeated mail for 24 hours from then.
  first_tried_at timestamptz,
  sent_at        timestamptz,
  recorded_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, key)
);

-- Notifications from a provider as received, once per event id. They may arrive in any order, so the state of the order, buyer or
-- invoice decides what they mean.
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

-- A write that must happen only once: its business key, a hash of its input, and its result, which a repetition returns.
CREATE TABLE once (
  store_id    text NOT NULL REFERENCES stores (id),
  key         text NOT NULL,
  input_hash  text NOT NULL,
  result      jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, key)
);

-- A call to a provider. The row is written before the call and gets the answer after it. A retry that finds a row without an
-- answer first asks the provider whether it did the first call.
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

-- The outbox: the messages that follow from a fact, written in the fact's transaction. A message is the start of a workflow, a
-- signal or update, a tick (a simulated clock reports to a workflow that its deadline has come), a mail, provider news to be
-- judged, or a call back to a simulator. It is due when the store's clock reaches due_at, and done when processed_at is set. A
-- workflow sets it when it has acted on the message and waits again.
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
-- A simulated clock reads the end of this index to see when the last message was acted on.
CREATE INDEX dispatch_processed ON dispatch (store_id, processed_at) WHERE processed_at IS NOT NULL;
-- The dispatch loop searches this index for due rows. They are one range per store, so rows that are not due yet are not read.
-- With an index by time alone, each search would read every mail that waits for its hour and every future row of the simulated
-- stores: 47 ms with 40,000 of them.
CREATE INDEX dispatch_waiting ON dispatch (store_id, due_at, seq) WHERE delivered_at IS NULL AND processed_at IS NULL;

-- Wakes the dispatch loop when there are new rows for it. A row with a lease is delivered at once by its writer, so it needs no
-- notification. This saves time: PostgreSQL lets transactions with a notification commit only one after the other.
CREATE FUNCTION announce_dispatch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added WHERE lease_until IS NULL) THEN
    PERFORM pg_notify('dispatch', '');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER announce AFTER INSERT ON dispatch REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION announce_dispatch();

-- The rows of a simulated store that are due but not done. If there are none, the store has settled and its time may move on. The
-- message that started the workflow `clock` is not counted, because that workflow is the one that asks.
CREATE FUNCTION unsettled(store text) RETURNS SETOF dispatch LANGUAGE sql STABLE AS $$
  SELECT d.* FROM dispatch d JOIN clocks c ON c.store_id = d.store_id
   WHERE d.store_id = store AND d.processed_at IS NULL AND d.due_at <= c.now_at AND d.name <> 'clock'
$$;

-- The message id of the tick of one wait. It depends only on the workflow and the deadline, so a clock that comes by twice sends
-- one tick.
CREATE FUNCTION tick_id(workflow_id text, due_at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT 'tick/' || workflow_id || '/' || (extract(epoch FROM due_at) * 1000)::bigint
$$;

-- The wait of each running workflow: a name, an owner who can end it, and a deadline. The console lists the waits. A simulated
-- clock sends the workflow a tick when the deadline comes.
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

-- A failure that a person has to look at. domain/incidents.ts lists the kinds and the decisions that resolve them.
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

-- The calendar days whose work a store has done. `work` lists the workflows that the day started.
CREATE TABLE store_days (
  store_id    text NOT NULL REFERENCES stores (id),
  day         date NOT NULL,
  work        jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, day)
);
