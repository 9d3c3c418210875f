import { createHash } from 'node:crypto';
import { answerDebits } from '../../../simulators/bank/debits';
import type { Buyer } from '../../../dev/story/world';
import { rows } from '../../support/books';
import { form } from '../../support/debit-form';
import { Diary } from '../../support/diary';
import { resolutionOf, repair } from '../../support/incidents';

/*
 * Direct debit in a store that settles in house, with its own forms and the bank's files. October closes on 10-31 and is issued
 * on 11-05. Its debits are collected on 11-12, handed in by 11-13 and debited on 11-27.
 */

interface Mandate {
  id: string;
  status: string;
  bank_account: object | null;
}
interface Run {
  status: string;
  handed_in_on: string | null;
  request_file: { sha256: string; debits: number; amount: number; file: string } | null;
  debits: { status: string; code: string | null; amount: number }[];
}

/** A store whose buyers requested direct debit on 10-05. Their forms are at the bank. */
async function enrolling(...references: string[]) {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00', { settlement: 'in_house' });
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const finance = diary.world.as('finance');
  const mandates = new Map<string, { buyer: Buyer; id: string }>();
  for (const reference of references) {
    const buyer = await diary.buyer(reference);
    await diary.order(buyer, plan);
    const { id } = await finance.post<Mandate>('/v1/direct_debits', { account_id: buyer.accountId });
    await finance.post(`/v1/direct_debits/${id}/form_posted`, { on: '2026-10-05' });
    await finance.post(`/v1/direct_debits/${id}/form_received`, { on: '2026-10-05' });
    mandates.set(reference, { buyer, id });
  }
  await diary.newEvents();
  const complete = (reference: string, more: object) =>
    finance.post<Mandate>(`/v1/direct_debits/${mandates.get(reference)!.id}/complete`, {
      evidence: '口座振替登録済通知',
      ...more,
    });
  const run = async (nominal: string) => {
    const { data } = await finance.get<{ data: (Run & { nominal: string })[] }>('/v1/debit_runs');
    return data.find((candidate) => candidate.nominal === nominal)!;
  };
  return { diary, plan, finance, mandates, complete, run };
}

/** aoba and budou have debit notices for October. The day is 11-12, and the request file exists. */
async function collected() {
  const store = await enrolling('aoba', 'budou');
  await store.complete('aoba', { bank_account: form, customer_number: '100001' });
  await store.complete('budou', {
    bank_account: {
      ...form,
      bank_code: '9900',
      bank_kana: 'ユウチョ',
      number: '0000001',
      holder_kana: 'ブドウショウジ',
    },
    customer_number: '100002',
  });
  await store.diary.until('2026-11-04');
  await store.diary.approve('2026-10');
  expect(await store.diary.until('2026-11-12')).toEqual(
    expect.arrayContaining([
      '2026-11-05 debit_notice.issued aoba 33000 2026-10 debit_on=2026-11-27',
      '2026-11-05 debit_notice.issued budou 33000 2026-10 debit_on=2026-11-27',
    ]),
  );
  return store;
}

/** The request file written by hand, with the field widths of the Zengin standard, such as 40 for the consignor's name. */
const expectedFile = (code: 'first' | 'later') =>
  [
    '1910' +
      '1234567890' +
      'ｱｲﾃｲｸﾗｳﾄﾞ(ｶ'.padEnd(40) +
      (code === 'first' ? '1127' : '1228') +
      '0009' +
      'ﾐﾂｲｽﾐﾄﾓ'.padEnd(15) +
      '825' +
      'ｱｶｻｶ'.padEnd(15) +
      '1' +
      '1234567' +
      ' '.repeat(17),
    '2' +
      '0005' +
      'ﾐﾂﾋﾞｼUFJ'.padEnd(15) +
      '001' +
      'ﾎﾝﾃﾝ'.padEnd(15) +
      '    ' +
      '1' +
      '7654321' +
      'ｶ)ｱｵﾊﾞ'.padEnd(30) +
      '0000033000' +
      (code === 'first' ? '1' : '0') +
      '00000000000000100001' +
      '0' +
      ' '.repeat(8),
    '2' +
      '9900' +
      'ﾕｳﾁﾖ'.padEnd(15) +
      '001' +
      'ﾎﾝﾃﾝ'.padEnd(15) +
      '    ' +
      '1' +
      '0000001' +
      'ﾌﾞﾄﾞｳｼﾖｳｼﾞ'.padEnd(30) +
      '0000033000' +
      (code === 'first' ? '1' : '0') +
      '00000000000000100002' +
      '0' +
      ' '.repeat(8),
    '8' + '000002' + '000000066000' + '000000' + '000000000000' + '000000' + '000000000000' + ' '.repeat(65),
    '9' + ' '.repeat(119),
  ].join('');
const decode = (bytes: Buffer) => new TextDecoder('shift_jis').decode(bytes);

test('incident debit_result_differs: books a result file with one debit paid and one rebilled; keeps the first results when a later file differs', async () => {
  const { diary, finance, run } = await collected();
  const request = await finance.getFile('/v1/debit_runs/2026-11/file');
  expect(request.length).toBe(5 * 120);
  expect(decode(request)).toBe(expectedFile('first'));
  expect(await run('2026-11')).toMatchObject({
    status: 'collected',
    handed_in_on: null,
    request_file: {
      sha256: createHash('sha256').update(request).digest('hex'),
      debits: 2,
      amount: 66_000,
      file: '/v1/debit_runs/2026-11/file',
    },
  });
  await finance.post('/v1/debit_runs/2026-11/handed_in', { on: '2026-11-12' });
  expect(await run('2026-11')).toMatchObject({ status: 'requested', handed_in_on: '2026-11-12' });

  await diary.until('2026-12-01');
  await diary.approve('2026-11');
  await diary.newEvents();
  const result = answerDebits(request, ({ customerNumber }) => (customerNumber === '100001' ? 0 : 1));
  await finance.postFile('/v1/debit_runs/2026-11/result_file', result);
  expect((await diary.newEvents()).sort()).toEqual([
    '2026-12-01 debit.failed budou 33000 2026-10 code=1 reason=資金不足',
    '2026-12-01 debit.succeeded aoba 33000 2026-10 code=0',
    '2026-12-01 invoice.paid aoba 33000 2026-10 paid_on=2026-11-27',
    '2026-12-01 invoice.rebilled budou 33000 2026-10 due_on=2026-12-31 revision=2',
    '2026-12-01 mail.sent budou debit-failed',
  ]);
  expect(await run('2026-11')).toMatchObject({ status: 'booked' });

  // The same file changes nothing when it comes again, even with line breaks. Another result for a booked debit opens an incident
  // for finance.
  await finance.postFile('/v1/debit_runs/2026-11/result_file', result);
  const lines = Array.from({ length: 5 }, (_, i) => [result.subarray(i * 120, i * 120 + 120), Buffer.from('\r\n')]);
  await finance.postFile('/v1/debit_runs/2026-11/result_file', Buffer.concat(lines.flat()));
  expect(await diary.newEvents()).toEqual([]);
  expect(await diary.incidents()).toEqual([]);
  await finance.postFile(
    '/v1/debit_runs/2026-11/result_file',
    answerDebits(request, () => 0),
  );
  expect(await diary.incidents()).toEqual(['debit_result_differs']);
  expect(await diary.newEvents()).toEqual([]);
  expect((await run('2026-11')).debits.map(({ code }) => code).sort()).toEqual(['0', '1']);
  expect(await repair(diary, 'debit_result_differs', { resolve_as: '銀行に確認、先の結果が正' })).toBe('resolved');

  // Code 1 keeps the mandate. November is debited on 12-28, no longer marked as a first debit.
  await diary.until('2026-12-14');
  expect(decode(await finance.getFile('/v1/debit_runs/2026-12/file'))).toBe(expectedFile('later'));
});

test('rejects a result file that does not tie, names the record and columns, and writes nothing', async () => {
  const { diary, finance, run } = await collected();
  const request = await finance.getFile('/v1/debit_runs/2026-11/file');
  const upload = (bytes: Uint8Array, nominal = '2026-11') =>
    finance.postFile(`/v1/debit_runs/${nominal}/result_file`, bytes);
  const rejection = (code: string, params: object) => ({ status: 422, problem: { code, errors: [{ code, params }] } });
  const good = answerDebits(request, () => 0);
  await expect(upload(request)).rejects.toMatchObject(
    rejection('debit_file_totals_differ', { record: 4, columns: '20-25' }),
  );
  await expect(upload(good.subarray(0, 595))).rejects.toMatchObject(
    rejection('debit_file_malformed', { record: 5, columns: '116-120' }),
  );
  await expect(upload(Buffer.from(good.toString('latin1').replace('1910', '1210'), 'latin1'))).rejects.toMatchObject(
    rejection('debit_file_wrong_type', { record: 1, columns: '2-3' }),
  );
  await expect(upload(good, '2026-12')).rejects.toMatchObject({ status: 404 });
  const files = await rows('SELECT 1 FROM debit_files WHERE store_id = $1', [diary.world.storeId]);
  expect(files).toHaveLength(1);
  expect(await run('2026-11')).toMatchObject({ debits: [{ status: 'requested' }, { status: 'requested' }] });
  expect(await diary.newEvents()).toEqual([]);
});

test('incident debit_file_not_handed_in: opens when the file is not handed in by 11-13, is resolved by the hand-in, and does not hold up results', async () => {
  const { diary, finance, run } = await collected();
  const debitWaits = async () =>
    (await finance.get<{ data: { for: string; owner: string }[] }>('/v1/waits?limit=100')).data
      .map((wait) => `${wait.for} ${wait.owner}`)
      .filter((wait) => wait.startsWith('debit'));
  expect(await debitWaits()).toEqual(['debit_file finance']);
  await diary.until('2026-11-13T23:59:59');
  expect(await diary.incidents()).toEqual([]);
  await diary.until('2026-11-14');
  expect(await diary.incidents()).toEqual(['debit_file_not_handed_in']);
  expect(await debitWaits()).toEqual(['debit_results bank']);
  await finance.post('/v1/debit_runs/2026-11/handed_in', { on: '2026-11-14' });
  expect(await resolutionOf(diary, 'debit_file_not_handed_in')).toBe('handed in');
  await expect(finance.post('/v1/debit_runs/2026-11/handed_in', { on: '2026-11-14' })).rejects.toMatchObject({
    status: 409,
    problem: { code: 'conflict' },
  });
  await diary.world.bankDebits('2026-11', () => 0);
  expect(await run('2026-11')).toMatchObject({ status: 'booked', handed_in_on: '2026-11-14' });
});

test('requires the bank account from the form, stores it apart, and shows only its last three digits', async () => {
  const { diary, complete, mandates } = await enrolling('aoba', 'budou');
  const missing = { status: 422, problem: { code: 'bank_account_missing' } };
  await expect(complete('aoba', {})).rejects.toMatchObject(missing);
  await expect(complete('aoba', { bank_account: form })).rejects.toMatchObject(missing);
  const misread = { ...form, holder_kana: 'カ）青葉', bank_kana: 'ミツビシユーエフジェイギンコウ' };
  await expect(complete('aoba', { bank_account: misread, customer_number: '100001' })).rejects.toMatchObject({
    status: 422,
    problem: {
      errors: [
        { pointer: '/bank_account/bank_kana', code: 'kana_too_long', params: { length: 18, max: 15 } },
        {
          pointer: '/bank_account/holder_kana',
          code: 'kana_not_convertible',
          params: { character: '青', position: 3 },
        },
      ],
    },
  });
  expect(await complete('aoba', { bank_account: form, customer_number: '100001' })).toMatchObject({
    status: 'active',
    bank_account: {
      customer_number: '100001',
      bank_code: '0005',
      branch_code: '001',
      type: 'ordinary',
      number_last3: '321',
    },
  });
  await expect(complete('budou', { bank_account: form, customer_number: '0100001' })).rejects.toMatchObject({
    status: 409,
    problem: { code: 'customer_number_taken' },
  });
  // Neither the account number nor the holder's name appears in messages, events, the audit log, stored results or answers.
  const leaks = await rows<{ place: string }>(
    `SELECT place FROM (
       SELECT 'dispatch' AS place, payload::text AS t FROM dispatch WHERE store_id = $1
       UNION ALL SELECT 'events', data::text FROM events WHERE store_id = $1
       UNION ALL SELECT 'audit', after::text FROM audit_log WHERE store_id = $1
       UNION ALL SELECT 'once', input_hash || result::text FROM once WHERE store_id = $1
       UNION ALL SELECT 'answers', body::text FROM idempotency_keys WHERE scope = $1) AS texts
      WHERE t LIKE '%7654321%' OR t LIKE '%ｱｵﾊﾞ%'`,
    [diary.world.storeId],
  );
  expect(leaks).toEqual([]);
  expect(mandates.size).toBe(2);
});

test('rebills a notice by transfer and makes no file when the mandate is withdrawn before the collection', async () => {
  const { diary, finance, complete, mandates } = await enrolling('aoba');
  await complete('aoba', { bank_account: form, customer_number: '100001' });
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.until('2026-11-10');
  await finance.post(`/v1/direct_debits/${mandates.get('aoba')!.id}/withdraw`, { reason: '振込に戻す' });
  expect(await diary.until('2026-11-12')).toEqual([
    '2026-11-10 direct_debit.withdrawn aoba reason=asked',
    '2026-11-12 invoice.rebilled aoba 33000 2026-10 due_on=2026-11-30 revision=2',
    '2026-11-12 mail.sent aoba debit-failed',
  ]);
  await expect(finance.getFile('/v1/debit_runs/2026-11/file')).rejects.toMatchObject({ status: 404 });
  expect(await diary.invoices('2026-10')).toMatchObject([{ status: 'issued', total: 33_000 }]);
});

test('invoices by transfer when finance approves after the collection, too late for a debit', async () => {
  const { diary, complete } = await enrolling('aoba');
  await complete('aoba', { bank_account: form, customer_number: '100001' });
  await diary.until('2026-11-12');
  await diary.approve('2026-10');
  expect(await diary.newEvents()).toEqual([
    '2026-11-05 invoice.issued aoba 33000 2026-10 due_on=2026-11-30',
    '2026-11-12 mail.sent aoba invoice-issued',
  ]);
});

test('rejects a request for direct debit in a store that does not offer it', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00', { settlement: 'in_house' });
  const buyer = await diary.buyer('aoba');
  await rows('UPDATE stores SET direct_debit = NULL WHERE id = $1', [diary.world.storeId]);
  await expect(
    diary.world.as('operator').post('/v1/direct_debits', { account_id: buyer.accountId }),
  ).rejects.toMatchObject({ status: 409, problem: { code: 'direct_debit_not_offered' } });
});

test('rebills a notice whose deposit is reversed after the collection, because no debit will collect it', async () => {
  const { diary, finance, complete, run } = await enrolling('aoba');
  await complete('aoba', { bank_account: form, customer_number: '100001' });
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.until('2026-11-10');
  const [notice] = await diary.invoices('2026-10');
  const paid = { amount: 33_000, paid_on: '2026-11-10', invoice_numbers: [notice!.number] };
  const { id } = await finance.post<{ id: string }>('/v1/deposits', paid);
  await diary.until('2026-11-16');
  expect((await run('2026-11')).debits).toEqual([]);
  await diary.newEvents();
  await finance.post(`/v1/deposits/${id}/reversal`, { reason: '別の会社の入金だった' });
  expect(await diary.newEvents()).toEqual([
    '2026-11-16 invoice.rebilled aoba 33000 2026-10 due_on=2026-11-30 revision=2',
    '2026-11-16 payment.reversed aoba 33000 2026-10 left=33000',
    '2026-11-16 mail.sent aoba debit-failed',
  ]);
});
