import type { Buyer } from '../../../dev/story/world';
import { rows } from '../../support/books';
import { Diary, type Invoice } from '../../support/diary';
import { resolutionOf } from '../../support/incidents';

/*
 * Deposits into the bank account of a store that settles in house. Finance enters them or imports a file. October is issued on
 * 11-05 and due on 11-30. Amounts are yen with tax.
 */

interface Deposit {
  id: string;
  amount: number;
  over: number;
  reversed_by: string | null;
  payments: { invoice_number: string; amount: number }[];
}

/** From 11-05, aoba owes 33,000 and budou 88,000 for October. */
async function octoberIssued() {
  const diary = await Diary.begin('2026-10-06T10:00:00+09:00', { settlement: 'in_house' });
  const finance = diary.world.as('finance');
  const buyers = new Map<string, Buyer>();
  for (const [reference, price] of [
    ['aoba', 30_000],
    ['budou', 80_000],
  ] as const) {
    const buyer = await diary.buyer(reference);
    buyers.set(reference, buyer);
    await diary.order(buyer, await diary.world.plan(reference, `商品 ${reference}`, price));
  }
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.until('2026-11-09');
  const bills = async (period: string) => {
    const invoices = await diary.invoices(period);
    return (reference: string): Invoice =>
      invoices.find((invoice) => invoice.account_id === buyers.get(reference)!.accountId)!;
  };
  const enter = (deposit: object) => finance.post<Deposit>('/v1/deposits', deposit);
  const importFile = (text: string | Uint8Array) =>
    finance.postFile<{ entered: number; known: number }>(
      '/v1/deposits/import',
      typeof text === 'string' ? Buffer.from(text) : text,
      'text/csv',
    );
  return { diary, finance, bills, enter, importFile };
}

/** The journal's lines of payments and reversals: date, kind, account code, side, yen. */
function journal(storeId: string): Promise<object[]> {
  return rows(
    `SELECT e.booked_on::text || ' ' || e.kind || ' ' || l.account_code || ' ' || l.side || ' ' || l.amount AS line
       FROM journal_entries e JOIN journal_lines l ON l.store_id = e.store_id AND l.entry_id = e.id
      WHERE e.store_id = $1 AND e.kind IN ('payment', 'reversal') ORDER BY e.recorded_at, e.id, l.line_no`,
    [storeId],
  ).then((lines) => lines.map((each) => (each as { line: string }).line as unknown as object));
}

test('keeps an invoice open until its last yen when a deposit is short by the transfer fee', async () => {
  const { diary, bills, enter } = await octoberIssued();
  const { number } = (await bills('2026-10'))('aoba');
  await diary.until('2026-11-27');
  const first = await enter({ amount: 32_340, paid_on: '2026-11-27', invoice_numbers: [number] });
  expect(first).toMatchObject({ amount: 32_340, over: 0, payments: [{ invoice_number: number, amount: 32_340 }] });
  expect(await diary.newEvents()).toEqual([
    '2026-11-27 payment.received aoba 32340 2026-10 left=660 paid_on=2026-11-27',
  ]);
  expect((await bills('2026-10'))('aoba').status).toBe('issued');
  await diary.until('2026-12-01');
  await enter({ amount: 660, paid_on: '2026-11-30', invoice_numbers: [number] });
  expect(await diary.newEvents()).toEqual([
    '2026-12-01 payment.received aoba 660 2026-10 left=0 paid_on=2026-11-30',
    '2026-12-01 invoice.paid aoba 33000 2026-10 paid_on=2026-11-30',
  ]);
  expect(await journal(diary.world.storeId)).toEqual([
    '2026-11-27 payment 1110 D 32340',
    '2026-11-27 payment 1130 C 32340',
    '2026-11-30 payment 1110 D 660',
    '2026-11-30 payment 1130 C 660',
  ]);
});

test('pays two months from one deposit, books the 500 yen too much as 仮受金 and opens an incident', async () => {
  const { diary, bills, enter } = await octoberIssued();
  await diary.until('2026-12-02');
  await diary.approve('2026-11');
  await diary.until('2026-12-04');
  const numbers = [(await bills('2026-10'))('aoba').number, (await bills('2026-11'))('aoba').number];
  const deposit = await enter({ amount: 66_500, paid_on: '2026-12-03', invoice_numbers: numbers });
  expect(deposit.over).toBe(500);
  expect(await diary.newEvents()).toEqual([
    '2026-12-04 payment.received aoba 33000 2026-10 left=0 paid_on=2026-12-03',
    '2026-12-04 payment.received aoba 33000 2026-11 left=0 paid_on=2026-12-03',
    '2026-12-04 invoice.paid aoba 33000 2026-10 paid_on=2026-12-03',
    '2026-12-04 invoice.paid aoba 33000 2026-11 paid_on=2026-12-03',
  ]);
  expect(await diary.incidents()).toEqual(['overpaid']);
  expect(await journal(diary.world.storeId)).toEqual([
    '2026-12-03 payment 1110 D 66500',
    '2026-12-03 payment 1130 C 66000',
    '2026-12-03 payment 2130 C 500',
  ]);
});

test('incident overpaid: reverses a deposit entered for the wrong buyer and reopens the invoice; entered again, both invoices are paid', async () => {
  const { diary, finance, bills, enter } = await octoberIssued();
  const bill = await bills('2026-10');
  await diary.until('2026-11-30');
  const wrong = await enter({ amount: 88_000, paid_on: '2026-11-30', invoice_numbers: [bill('aoba').number] });
  expect(await diary.incidents()).toEqual(['overpaid']);
  await diary.newEvents();
  await diary.until('2026-12-01');
  await finance.post(`/v1/deposits/${wrong.id}/reversal`, { reason: 'budou の入金と取り違え' });
  expect(await diary.newEvents()).toEqual(['2026-12-01 payment.reversed aoba 33000 2026-10 left=33000']);
  expect(await resolutionOf(diary, 'overpaid')).toBe('reversed');
  expect((await bills('2026-10'))('aoba')).toMatchObject({ status: 'issued', paid_on: null });
  await expect(finance.post(`/v1/deposits/${wrong.id}/reversal`, { reason: 'もう一度' })).rejects.toMatchObject({
    problem: { code: 'deposit_already_reversed' },
  });
  await enter({ amount: 88_000, paid_on: '2026-11-30', invoice_numbers: [bill('budou').number] });
  await enter({ amount: 33_000, paid_on: '2026-12-01', invoice_numbers: [bill('aoba').number] });
  expect(await diary.newEvents()).toEqual([
    '2026-12-01 payment.received aoba 33000 2026-10 left=0 paid_on=2026-12-01',
    '2026-12-01 invoice.paid aoba 33000 2026-10 paid_on=2026-12-01',
    '2026-12-01 payment.received budou 88000 2026-10 left=0 paid_on=2026-11-30',
    '2026-12-01 invoice.paid budou 88000 2026-10 paid_on=2026-11-30',
  ]);
  expect(await journal(diary.world.storeId)).toEqual([
    '2026-11-30 payment 1110 D 88000',
    '2026-11-30 payment 1130 C 33000',
    '2026-11-30 payment 2130 C 55000',
    '2026-12-01 reversal 1110 C 88000',
    '2026-12-01 reversal 1130 D 33000',
    '2026-12-01 reversal 2130 D 55000',
    '2026-11-30 payment 1110 D 88000',
    '2026-11-30 payment 1130 C 88000',
    '2026-12-01 payment 1110 D 33000',
    '2026-12-01 payment 1130 C 33000',
  ]);
});

test('imports a Shift_JIS file from a spreadsheet, and enters no deposit twice when a file repeats or overlaps', async () => {
  const { diary, bills, importFile } = await octoberIssued();
  const bill = await bills('2026-10');
  await diary.until('2026-11-30');
  const lines = `入金日,金額,請求書番号,摘要\r\n2026/11/27,"33,000",${bill('aoba').number},振込 アオバ 1127-1\r\n`;
  const { default: Encoding } = await import('encoding-japanese');
  const shiftJis = Uint8Array.from(Encoding.convert(Encoding.stringToCode(lines), { to: 'SJIS', from: 'UNICODE' }));
  expect(await importFile(shiftJis)).toMatchObject({ entered: 1, known: 0 });
  expect(await importFile(shiftJis)).toMatchObject({ entered: 0, known: 1 });
  const overlapping = `${lines}2026/11/30,¥88000,${bill('budou').number},振込 ブドウ 1130-7\r\n`;
  expect(await importFile(overlapping)).toMatchObject({ entered: 1, known: 1 });
  expect(await diary.newEvents()).toEqual([
    '2026-11-30 payment.received aoba 33000 2026-10 left=0 paid_on=2026-11-27',
    '2026-11-30 invoice.paid aoba 33000 2026-10 paid_on=2026-11-27',
    '2026-11-30 payment.received budou 88000 2026-10 left=0 paid_on=2026-11-30',
    '2026-11-30 invoice.paid budou 88000 2026-10 paid_on=2026-11-30',
  ]);
});

test('rejects a file with a mistake as a whole, and names each mistake by its line', async () => {
  const { diary, finance, bills, importFile, enter } = await octoberIssued();
  const bill = await bills('2026-10');
  const expectRejection = async (text: string | Uint8Array, ...errors: { pointer: string; code: string }[]) =>
    expect(importFile(text)).rejects.toMatchObject({ problem: { errors } });
  const header = 'paid_on,amount,invoice_number,reference\n';
  const validLine = `2026-11-09,33000,${bill('aoba').number},A\n`;
  await expectRejection(
    `${header}${validLine}2026-11-31,0,,B\n`,
    { pointer: '/lines/3/amount', code: 'invalid_request' },
    { pointer: '/lines/3/paid_on', code: 'invalid_date' },
    { pointer: '/lines/3/invoice_number', code: 'invalid_request' },
  );
  await expectRejection(`${header}${validLine}2026-11-09,1,INV-1,B\n`, {
    pointer: '/lines/3/invoice_number',
    code: 'unknown_invoice',
  });
  await expectRejection(`${header}${validLine}2026-11-10,1,${bill('budou').number},B\n`, {
    pointer: '/lines/3/paid_on',
    code: 'invalid_date',
  });
  await expectRejection(`${header}2026-11-09,1,${bill('aoba').number} ${bill('budou').number},B\n`, {
    pointer: '/lines/2/invoice_number',
    code: 'invoices_of_two_accounts',
  });
  await expectRejection(`date,amount\n`, { pointer: '/lines/1', code: 'deposit_file_malformed' });
  await expectRejection(header, { pointer: '/lines/2', code: 'deposit_file_malformed' });
  await expectRejection(`${header}"2026-11-09`, { pointer: '/lines/2', code: 'deposit_file_malformed' });
  await expectRejection(Uint8Array.from([0xff, 0xff]), { pointer: '/lines/1', code: 'deposit_file_malformed' });
  expect(await diary.newEvents()).toEqual([]);
  expect((await finance.get<{ data: unknown[] }>('/v1/deposits')).data).toEqual([]);
  // The same deposit entered twice under one reference stays one deposit. Another amount under that reference is another deposit.
  const [first, again] = [
    await enter({ amount: 1_000, paid_on: '2026-11-09', invoice_numbers: [bill('aoba').number], reference: 'X' }),
    await enter({ amount: 1_000, paid_on: '2026-11-09', invoice_numbers: [bill('aoba').number], reference: 'X' }),
  ];
  expect(again.id).toBe(first.id);
  const other = await enter({
    amount: 2_000,
    paid_on: '2026-11-09',
    invoice_numbers: [bill('aoba').number],
    reference: 'X',
  });
  expect(other.id).not.toBe(first.id);
});

test('rejects a deposit for an invoice that NP collects', async () => {
  const diary = await Diary.begin('2026-10-06T10:00:00+09:00');
  const buyer = await diary.buyer('aoba');
  await diary.order(buyer, await diary.world.plan('A', '商品A', 30_000));
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.until('2026-11-09');
  const [invoice] = await diary.invoices('2026-10');
  await expect(
    diary.world
      .as('finance')
      .post('/v1/deposits', { amount: 1, paid_on: '2026-11-09', invoice_numbers: [invoice!.number] }),
  ).rejects.toMatchObject({ problem: { code: 'invoice_not_own', errors: [{ pointer: '/invoice_numbers/0' }] } });
});
