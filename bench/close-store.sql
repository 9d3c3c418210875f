-- Makes a store of N accounts with three subscriptions each: psql -v store=sto_a -v accounts=20000 -f bench/close-store.sql
-- The store settles in house. Its clock stands at 2026-10-01, so nothing that follows from the close is due yet: no mail is sent.

INSERT INTO stores (id, name, settlement, clock, seller, bank_account, mail_from, terms_version, last_day_done)
VALUES (:'store', 'ベンチストア', 'in_house', 'simulated', '{"name": "アイティクラウド株式会社"}',
        '{"bank": "三井住友銀行", "branch": "赤坂支店", "type": "ordinary", "number": "1234567", "holder_kana": "アイティクラウド（カ"}', 'store@example.com', '1', '2026-09-30');
INSERT INTO clocks (store_id, now_at) VALUES (:'store', '2026-10-01T00:05:00+09:00');

INSERT INTO plans (store_id, id, code, name, provisioning, cancellation_terms)
SELECT :'store', 'pln_' || n, 'plan-' || n, 'サービス' || n, 'immediate', 'notice_by_previous_month_end_ends_month_end'
  FROM generate_series(1, 4) n;
-- Plan 4 has the reduced tax rate, so some bills have two rates.
INSERT INTO prices (store_id, id, plan_id, version, amount, rate_class, effective_from)
SELECT :'store', 'prc_' || n, 'pln_' || n, 1, n * 9800 + 5, CASE n WHEN 4 THEN 'reduced' ELSE 'standard' END, '2026-04-01'
  FROM generate_series(1, 4) n;

INSERT INTO accounts (store_id, id, reference, entity, company_name, company_kana, representative, postal_code, address, phone,
                      contact_person, email, status, created_at)
SELECT :'store', 'acc_' || lpad(n::text, 9, '0'), 'kaisha-' || n, 'corporation', '株式会社' || n || '商事', 'ショウジ', '山田 太郎',
       '150-0002', '東京都渋谷区渋谷二丁目' || n, '03-1111-2222', '山田 太郎', 'keiri@kaisha-' || n || '.example.jp', 'open',
       '2026-04-01T10:00:00+09:00'
  FROM generate_series(1, :accounts) n;

INSERT INTO billing_destinations (store_id, id, account_id, is_default, company_name, company_kana, department, person, postal_code,
                                  address, email_to, email_cc)
SELECT store_id, replace(id, 'acc_', 'dst_'), id, true, company_name, company_kana, '経理部', representative, postal_code, address,
       email, ARRAY['cc@' || reference || '.example.jp']
  FROM accounts WHERE store_id = :'store';

-- Every fifth account pays by direct debit.
INSERT INTO direct_debits (store_id, id, account_id, destination_id, status, requested_on, active_on, evidence)
SELECT store_id, replace(id, 'acc_', 'ddb_'), id, replace(id, 'acc_', 'dst_'), 'active', '2026-05-01', '2026-07-10', '登録完了通知'
  FROM accounts WHERE store_id = :'store' AND right(id, 1) IN ('0', '5');

INSERT INTO orders (store_id, id, account_id, destination_id, method, status, accepted_at, first_period, net, total)
SELECT store_id, replace(id, 'acc_', 'ord_'), id, replace(id, 'acc_', 'dst_'), 'bank_transfer', 'active', created_at, '2026-04', 0, 0
  FROM accounts WHERE store_id = :'store';

-- Each order has plans 1, 2 and 3. Every tenth order has plan 4 instead of 3.
INSERT INTO subscriptions (store_id, id, order_id, line_no, plan_id, price_id, plan_name, quantity, unit_amount, rate_class,
                           cancellation_terms, status, starts_on)
SELECT o.store_id, replace(o.id, 'ord_', 'sub_') || line, o.id, line, p.id, r.id, p.name, line, r.amount, r.rate_class,
       p.cancellation_terms, 'active', '2026-04-05'
  FROM orders o CROSS JOIN generate_series(1, 3) line
  JOIN plans p ON p.store_id = o.store_id AND p.id = 'pln_' || CASE WHEN line = 3 AND right(o.id, 1) = '7' THEN 4 ELSE line END
  JOIN prices r ON r.store_id = p.store_id AND r.plan_id = p.id
 WHERE o.store_id = :'store';
