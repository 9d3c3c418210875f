-- Writes the rows of the close of October 2026 in one transaction of set-based statements: psql -v store=sto_a -f bench/close.sql
-- Every row is written once, in its final state: no drafts, no chunks, no review. For stores made by bench/close-store.sql only.

BEGIN;

INSERT INTO periods (store_id, period, status) VALUES (:'store', '2026-10', 'closed');
INSERT INTO closes (store_id, period, status, close_on, issue_on, cutoff_at, approved_at, approved_by)
VALUES (:'store', '2026-10', 'closed', '2026-10-31', '2026-11-05', '2026-11-04T12:00:00+09:00', '2026-11-05T09:00:00+09:00', 'bench');

CREATE TEMP TABLE charges ON COMMIT DROP AS
SELECT s.id AS subscription_id, s.id || '/2026-10' AS item_id, s.order_id, o.account_id, o.destination_id,
       'inv_' || substr(o.destination_id, 5) || '_202610_in_house' AS invoice_id,
       s.plan_name, s.plan_id, s.price_id, p.version, s.quantity, s.unit_amount, s.unit_amount * s.quantity AS net, s.rate_class,
       CASE s.rate_class WHEN 'standard' THEN 10 WHEN 'reduced' THEN 8 ELSE 0 END AS rate
  FROM subscriptions s
  JOIN orders o ON o.store_id = s.store_id AND o.id = s.order_id
  JOIN prices p ON p.store_id = s.store_id AND p.id = s.price_id
 WHERE s.store_id = :'store' AND s.status IN ('active', 'ending') AND o.status IN ('active', 'at_risk', 'ending')
   AND s.starts_on <= '2026-10-31' AND (s.ends_on IS NULL OR s.ends_on >= '2026-10-01');
ANALYZE charges;

CREATE TEMP TABLE rates ON COMMIT DROP AS
SELECT invoice_id, account_id, destination_id, rate_class, rate, sum(net)::bigint AS net, sum(net)::bigint * rate / 100 AS tax
  FROM charges
 GROUP BY invoice_id, account_id, destination_id, rate_class, rate;
ANALYZE rates;

INSERT INTO invoices (store_id, id, account_id, destination_id, period, settlement, method, kind, issuer, status, number, net, tax, total,
                      taxes, close_on, issued_on, due_on, pay_until, debit_on, recipient, seller)
SELECT :'store', b.invoice_id, b.account_id, b.destination_id, '2026-10', 'in_house',
       CASE WHEN m.id IS NULL THEN 'bank_transfer' ELSE 'direct_debit' END,
       CASE WHEN m.id IS NULL THEN 'invoice' ELSE 'debit_notice' END, 'store', 'issued',
       'INV-2026-' || lpad(row_number() OVER (ORDER BY b.invoice_id)::text, 6, '0'), b.net, b.tax, b.net + b.tax, b.taxes,
       '2026-10-31', '2026-11-05',
       CASE WHEN m.id IS NULL THEN '2026-11-30'::date ELSE '2026-11-27' END,
       CASE WHEN m.id IS NULL THEN '2026-11-30'::date ELSE '2026-11-27' END,
       CASE WHEN m.id IS NOT NULL THEN '2026-11-27'::date END,
       jsonb_build_object('company', d.company_name, 'department', d.department, 'person', d.person, 'postal_code', d.postal_code,
                          'address', d.address, 'email_to', d.email_to, 'email_cc', to_jsonb(d.email_cc)),
       s.seller || jsonb_build_object('store', s.name, 'bank_account', s.bank_account)
  FROM (SELECT invoice_id, account_id, destination_id, sum(net)::bigint AS net, sum(tax)::bigint AS tax,
               jsonb_agg(jsonb_build_object('rate_class', rate_class, 'rate', rate, 'net', net, 'tax', tax, 'gross', net + tax)
                         ORDER BY rate DESC) AS taxes
          FROM rates GROUP BY invoice_id, account_id, destination_id) b
  JOIN stores s ON s.id = :'store'
  JOIN billing_destinations d ON d.store_id = :'store' AND d.id = b.destination_id
  LEFT JOIN direct_debits m ON m.store_id = :'store' AND m.destination_id = b.destination_id AND m.status = 'active'
       AND m.active_on <= '2026-10-31'
 ORDER BY b.invoice_id;

INSERT INTO number_series (store_id, series, fiscal_year, last)
SELECT :'store', 'INV', 2026, count(*) FROM invoices WHERE store_id = :'store' AND period = '2026-10';

INSERT INTO billable_items (store_id, id, period, usage_period, account_id, destination_id, order_id, subscription_id, settlement,
                            description, quantity, unit_amount, net, rate_class, gross, reason, status, invoice_id)
SELECT :'store', item_id, '2026-10', '2026-10', account_id, destination_id, order_id, subscription_id, 'in_house', plan_name, quantity,
       unit_amount, net, rate_class, net + net * rate / 100,
       jsonb_build_object('plan_id', plan_id, 'price_id', price_id, 'price_version', version, 'order_id', order_id,
                          'usage_period', '2026-10', 'quantity', quantity, 'proration', '1/1'),
       'billable', invoice_id
  FROM charges;

INSERT INTO invoice_lines (store_id, invoice_id, line_no, item_id, order_id, description, quantity, unit_amount, net, gross, rate_class)
SELECT :'store', invoice_id, row_number() OVER (PARTITION BY invoice_id ORDER BY order_id, item_id), item_id, order_id, plan_name,
       quantity, unit_amount, net, net + net * rate / 100, rate_class
  FROM charges;

INSERT INTO journal_entries (store_id, id, booked_on, kind, invoice_id)
SELECT store_id, 'sale/' || id, '2026-10-31', 'sale', id FROM invoices WHERE store_id = :'store' AND period = '2026-10';

-- The journal lines: debit 売掛金 (receivable), credit 売上高 (sales) and 仮受消費税 (tax received) of each rate.
INSERT INTO journal_lines (store_id, entry_id, line_no, side, account_code, amount, rate_class, account_id)
SELECT :'store', 'sale/' || invoice_id, row_number() OVER (PARTITION BY invoice_id ORDER BY place, rate DESC), side, code, amount,
       rate_class, account_id
  FROM (SELECT invoice_id, 1 AS place, 0 AS rate, 'D' AS side, '1130' AS code, sum(net + tax)::bigint AS amount, NULL AS rate_class,
               account_id FROM rates GROUP BY invoice_id, account_id
        UNION ALL SELECT invoice_id, 2, rate, 'C', '4110', net, rate_class, account_id FROM rates
        UNION ALL SELECT invoice_id, 3, rate, 'C', '2150', tax, rate_class, account_id FROM rates) lines
 WHERE amount > 0;

INSERT INTO events (store_id, key, type, business_date, at, account_id, invoice_id, amount, period)
SELECT store_id, 'close.drafted/' || id, 'close.drafted', '2026-11-01', '2026-11-01T00:05:00+09:00', account_id, id, total, period
  FROM invoices WHERE store_id = :'store' AND period = '2026-10' ORDER BY destination_id;

INSERT INTO events (store_id, key, type, business_date, at, account_id, invoice_id, amount, period, data)
SELECT store_id, kind || '.issued/' || id || '/1', kind || '.issued', issued_on, '2026-11-05T09:00:00+09:00', account_id, id, total,
       period, jsonb_build_object('issuer', issuer, 'number', number)
         || CASE kind WHEN 'debit_notice' THEN jsonb_build_object('debit_on', debit_on) ELSE jsonb_build_object('due_on', due_on) END
  FROM invoices WHERE store_id = :'store' AND period = '2026-10' ORDER BY number;

INSERT INTO mails (store_id, key, template, account_id, invoice_id, data, recipients)
SELECT store_id, 'mail/' || kind || '.issued/' || id || '/1/' || replace(kind, '_', '-') || '-issued/1', replace(kind, '_', '-') || '-issued',
       account_id, id,
       jsonb_build_object('invoice', jsonb_build_object('number', number, 'total', total, 'period', period))
         || CASE kind WHEN 'debit_notice' THEN jsonb_build_object('debitOn', debit_on) ELSE jsonb_build_object('dueOn', due_on) END,
       ARRAY[recipient->>'email_to'] || ARRAY(SELECT jsonb_array_elements_text(recipient->'email_cc'))
  FROM invoices WHERE store_id = :'store' AND period = '2026-10' ORDER BY number;

INSERT INTO dispatch (store_id, id, kind, target, name, payload, at, due_at)
SELECT store_id, key, 'mail', key, template, '{}', '2026-11-05T09:00:00+09:00', '2026-11-05T09:00:00+09:00'
  FROM mails WHERE store_id = :'store';

COMMIT;
