-- Months ('YYYY-MM') of an NP store's order that finance has decided to bill in house, without NP's guarantee: those NP refused,
-- and one still to come while the buyer's guarantee is NG.
ALTER TABLE orders ADD COLUMN unguaranteed_months text[] COLLATE "C" NOT NULL DEFAULT '{}';
