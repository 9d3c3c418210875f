import { createHash } from 'node:crypto';
import type { AccountType, BankAccount, DebitEntry } from '../../domain/formats/zengin-91';
import { writeDebitRequest } from '../../domain/formats/zengin-91';
import { type Tx, dateIn, instantIn, sql } from '../../prisma/db';
import type { ForDebitRun } from '../../workflows/contracts/activities';
import { keys } from '../../workflows/contracts/keys';
import { type Rebilled, rebill } from '../invoice/rebill';
import { keyFrom, owed } from '../lib/sql';

/** The SQL that selects the debit notices to be debited on `debitOn`, each with the amount that is still unpaid. */
export function dueOn({ storeId, debitOn }: ForDebitRun) {
  return sql`
    SELECT i.store_id, i.id, i.account_id, i.destination_id, i.period, i.settlement, i.number, i.revision, ${owed} AS amount
      FROM invoices i
     WHERE i.store_id = ${storeId} AND i.debit_on = ${dateIn(debitOn)}::date AND i.method = 'direct_debit'
       AND i.status = 'issued' AND ${owed} > 0`;
}

/**
 * For a store that collects debits itself: writes the day's debits and the request file for the bank, once. Each debit is a
 * record of the file, in the order of the notices' numbers. A notice whose mandate has ended since its issue can't be debited
 * any more, so it is billed again by transfer.
 */
export async function collectIntoFile(tx: Tx, input: ForDebitRun): Promise<void> {
  const { storeId, nominal } = input;
  if (await tx.debitFile.findFirst({ where: { storeId, nominal, kind: 'request' }, select: { sha256: true } })) return;
  const key = keyFrom(keys.debit('*', 1), sql`due.id`);
  await tx.$executeRaw(sql`
    WITH due AS (${dueOn(input)})
    INSERT INTO debits (store_id, key, nominal, invoice_id, amount, record_no, debit_account_id)
    SELECT due.store_id, ${key}, ${nominal}, due.id, due.amount, row_number() OVER (ORDER BY due.number), m.debit_account_id
      FROM due JOIN direct_debits m ON m.store_id = due.store_id AND m.destination_id = due.destination_id
                                   AND m.status = 'active' AND m.debit_account_id IS NOT NULL`);
  const uncollected = await tx.$queryRaw<Rebilled[]>(sql`
    WITH due AS (${dueOn(input)})
    SELECT due.id AS invoice_id, due.account_id, due.destination_id, due.period, due.settlement, due.number, due.revision, due.amount
      FROM due WHERE NOT EXISTS (SELECT FROM debits d WHERE d.store_id = due.store_id AND d.invoice_id = due.id)
     ORDER BY due.number`);
  for (const invoice of uncollected)
    await rebill(tx, input, invoice, '口座振替契約の終了', keys.reported.debitUncollected(invoice.invoice_id));
  await writeRequest(tx, input);
}

interface Row {
  amount: bigint;
  customer_number: string;
  bank_code: string;
  bank_kana: string;
  branch_code: string;
  branch_kana: string;
  type: AccountType;
  number: string;
  holder_kana: string;
  /** True if the last debit under this customer number was from the same account; null = this is the first debit. */
  same_account: boolean | null;
}

async function writeRequest(tx: Tx, { storeId, nominal, debitOn, at }: ForDebitRun): Promise<void> {
  const rows = await tx.$queryRaw<Row[]>(sql`
    SELECT d.amount, a.customer_number, a.bank_code, a.bank_kana, a.branch_code, a.branch_kana, a.type, a.number, a.holder_kana,
           (SELECT (b.bank_code, b.branch_code, b.type, b.number) = (a.bank_code, a.branch_code, a.type, a.number)
              FROM debit_accounts b JOIN debits e ON e.store_id = b.store_id AND e.debit_account_id = b.id
             WHERE b.store_id = d.store_id AND lpad(b.customer_number, 20, '0') = lpad(a.customer_number, 20, '0')
               AND e.nominal < d.nominal
             ORDER BY e.nominal DESC LIMIT 1) AS same_account
      FROM debits d JOIN debit_accounts a ON a.store_id = d.store_id AND a.id = d.debit_account_id
     WHERE d.store_id = ${storeId} AND d.nominal = ${nominal}
     ORDER BY d.record_no`);
  if (rows.length === 0) return;
  const store = await tx.store.findUniqueOrThrow({ where: { id: storeId } });
  const bytes = writeDebitRequest({
    consignor: consignorOf(store),
    debitDay: debitOn.slice(5).replace('-', ''),
    debits: rows.map(entryOf),
  });
  await keepDebitFile(tx, { storeId, nominal, kind: 'request', bytes, at });
}

/** Stores a request or result file of the debit run, byte for byte. @returns false if the run has the same file already */
export async function keepDebitFile(
  tx: Tx,
  file: Pick<ForDebitRun, 'storeId' | 'nominal' | 'at'> & { kind: 'request' | 'result'; bytes: Uint8Array },
): Promise<boolean> {
  const sha256 = createHash('sha256').update(file.bytes).digest('hex');
  const data = { ...file, bytes: Buffer.from(file.bytes), sha256, at: instantIn(file.at) };
  const { count } = await tx.debitFile.createMany({ data: [data], skipDuplicates: true });
  return count === 1;
}

function entryOf(row: Row): DebitEntry {
  return {
    ...accountOf(row),
    holder: row.holder_kana,
    amount: Number(row.amount),
    newCode: row.same_account === null ? '1' : row.same_account ? '0' : '2',
    customerNumber: row.customer_number,
  };
}

/** The store as the party that collects (委託者), from its setting `direct_debit`. The API has converted its names to kana. */
function consignorOf({ directDebit: setting }: { directDebit: PrismaJson.Consignor | null }) {
  if (!setting) throw new Error('an in-house store without direct_debit has notices to debit');
  return { ...accountOf(setting), code: setting.consignor_code, name: setting.consignor_kana };
}

function accountOf(
  row: Pick<Row, 'bank_code' | 'bank_kana' | 'branch_code' | 'branch_kana' | 'type' | 'number'>,
): BankAccount {
  return {
    bankCode: row.bank_code,
    bankName: row.bank_kana,
    branchCode: row.branch_code,
    branchName: row.branch_kana,
    accountType: row.type,
    accountNumber: row.number,
  };
}
