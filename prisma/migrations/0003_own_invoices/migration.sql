-- A store that settles in house: the account its buyers pay into, and what each of its invoices printed of the seller, frozen at
-- issue as the recipient is. revised_on is the day a failed debit was billed again (revision 2); the issue date stays.
ALTER TABLE stores ADD COLUMN bank_account jsonb;
ALTER TABLE invoices ADD COLUMN seller jsonb, ADD COLUMN revised_on date;
