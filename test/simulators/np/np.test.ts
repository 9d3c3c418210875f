import { instant, jstDate, period } from '../../../domain/calendar';
import { yen } from '../../../domain/money';
import { ProviderError } from '../../../providers/errors';
import { OCTOBER_5, SHOP, type RunningNp, registerAndBill, charge, profileOf, startNp } from '../../support/np';

let at: RunningNp;
beforeEach(async () => {
  at = await startNp();
});
afterEach(() => at.stop());

const rejectedWith = (code: string) => ({ failure: 'rejected', codes: [code] });
const OCTOBER = jstDate('2026-10-31');

describe('buyer screening', () => {
  test('passes at once with a limit of 1,000,000 yen a month', async () => {
    expect(await at.np.registerBuyer(profileOf('info'), 'dest-1', OCTOBER_5)).toEqual({
      buyerId: '10000000001',
      result: 'passed',
      reasons: [],
      guarantee: 'OK',
      limit: 1_000_000,
      available: 1_000_000,
    });
    expect(await at.np.findBuyer('dest-1')).toMatchObject({ buyerId: '10000000001' });
    expect(await at.np.findBuyer('dest-2')).toBeNull();
  });

  test.each([
    ['deny', { result: 'denied', reasons: [], limit: null }],
    ['cancelled', { result: 'cancelled', reasons: ['RE015'], limit: null }],
    ['hold-address', { result: 'held', reasons: ['RE009'], limit: null }],
    ['limit-50000', { result: 'passed', limit: 50_000 }],
  ])('%s in the mail address decides the result', async (word, expected) => {
    expect(await at.np.registerBuyer(profileOf(word), 'dest-1', OCTOBER_5)).toMatchObject(expected);
  });

  test('screening that takes three days reports its result then', async () => {
    const { buyerId, result } = await at.np.registerBuyer(profileOf('screening-3d'), 'dest-1', OCTOBER_5);
    expect(result).toBe('screening');
    expect(await at.until('2026-10-07')).toEqual([]);
    expect(await at.until('2026-10-08')).toEqual([
      {
        event_id: `np/${SHOP.shopCode}/buyer.screened/${buyerId}/1`,
        type: 'buyer.screened',
        occurred_at: '2026-10-08T09:00:00.000+09:00',
        data: { buyer_id: buyerId, reference: 'dest-1', result: 'passed', reasons: [], limit: 1_000_000 },
      },
    ]);
    expect(await at.np.buyer(buyerId)).toMatchObject({ result: 'passed' });
  });

  test('a buyer held for its address applies again on 10-13 with the right one and passes on 10-14', async () => {
    const held = profileOf('hold-address');
    const { buyerId } = await at.np.registerBuyer(held, 'fuji', instant('2026-10-09T10:00:00+09:00'));
    const on13th = instant('2026-10-13T10:00:00+09:00');
    // Without a correction the buyer stays held.
    expect(await at.np.reapplyBuyer(buyerId, { ...held, phone: '03-0000-0000' }, on13th)).toMatchObject({
      result: 'held',
      reasons: ['RE009'],
    });
    const corrected = { ...held, address: '東京都千代田区丸の内1-1' };
    expect(await at.np.reapplyBuyer(buyerId, corrected, on13th)).toMatchObject({ result: 'screening', reasons: [] });
    expect(await at.until('2026-10-13')).toEqual([]);
    expect(await at.until('2026-10-14')).toMatchObject([{ type: 'buyer.screened', data: { result: 'passed' } }]);
    await expect(at.np.reapplyBuyer(buyerId, corrected, on13th)).rejects.toMatchObject(rejectedWith('E0100202'));
  });

  test('a reference can name one buyer only', async () => {
    await at.np.registerBuyer(profileOf('info'), 'dest-1', OCTOBER_5);
    await expect(at.np.registerBuyer(profileOf('info'), 'dest-1', OCTOBER_5)).rejects.toMatchObject(
      rejectedWith('E0100203'),
    );
    expect(await at.buyers()).toHaveLength(1);
  });
});

describe('registering a charge', () => {
  test('a charge over the limit is refused as 22 and accepted under a new id when NP has raised the limit', async () => {
    const { buyerId } = await at.np.registerBuyer(profileOf('limit-50000'), 'budou', OCTOBER_5);
    expect(await at.np.registerTransaction(charge(buyerId, 'budou-1', 88_000))).toEqual({
      outcome: 'refused',
      reason: '22',
    });
    await at.control('limits', { reference: 'budou', limit: 200_000 });
    await expect(at.np.registerTransaction(charge(buyerId, 'budou-1', 88_000))).rejects.toMatchObject(
      rejectedWith('E0100212'),
    );
    expect(await at.np.registerTransaction(charge(buyerId, 'budou-2', 88_000))).toMatchObject({
      outcome: 'registered',
    });
    expect(await at.np.buyer(buyerId)).toMatchObject({ limit: 200_000, available: 112_000 });
    expect(await at.effects()).toEqual({
      'budou-1': { received: 2, registered: 0 },
      'budou-2': { received: 1, registered: 1 },
    });
  });

  test('the limit counts the registered, uncancelled charges of the month, to the yen', async () => {
    const { buyerId } = await at.np.registerBuyer(profileOf('limit-50000'), 'budou', OCTOBER_5);
    const first = await at.np.registerTransaction(charge(buyerId, 'a', 50_000));
    expect(await at.np.registerTransaction(charge(buyerId, 'b', 1))).toEqual({ outcome: 'refused', reason: '22' });
    expect(await at.np.registerTransaction(charge(buyerId, 'c', 1, '2026-11-01'))).toMatchObject({
      outcome: 'registered',
    });
    await at.np.cancelTransactions([(first as { transactionId: string }).transactionId]);
    expect(await at.np.registerTransaction(charge(buyerId, 'd', 50_000))).toMatchObject({ outcome: 'registered' });
  });

  test('negative charges are accepted down to -100,000 yen a month', async () => {
    const { buyerId } = await at.np.registerBuyer(profileOf('info'), 'aoba', OCTOBER_5);
    expect(await at.np.registerTransaction(charge(buyerId, 'a', -100_000))).toMatchObject({ outcome: 'registered' });
    expect(await at.np.registerTransaction(charge(buyerId, 'b', -1))).toEqual({ outcome: 'refused', reason: '22' });
  });

  test.each([
    ['ng24', '24'],
    ['overdue21', '21'],
  ])('%s in the mail address: the charge is refused as %s, and the inquiry reports it', async (word, reason) => {
    const { buyerId } = await at.np.registerBuyer(profileOf(word), 'emi', OCTOBER_5);
    expect(await at.np.registerTransaction(charge(buyerId, 'emi-1', 1_100))).toEqual({ outcome: 'refused', reason });
    expect(await at.np.findTransaction('emi-1')).toEqual({ outcome: 'refused', reason });
  });

  test.each(['21', '24'])(
    'charges from a given day on are refused as %s until NP accepts them again',
    async (reason) => {
      const { buyerId } = await at.np.registerBuyer(profileOf('info'), 'aoba', OCTOBER_5);
      await at.control('refusals', { reference: 'aoba', reason, from: '2026-11-01' });
      const registered = async (id: string, on: string) => {
        const answer = await at.np.registerTransaction(charge(buyerId, id, 33_000, on));
        return answer.outcome === 'refused' ? answer.reason : answer.outcome;
      };
      expect(await registered('a', '2026-10-31')).toBe('registered');
      expect(await registered('b', '2026-11-01')).toBe(reason);
      await at.control('refusals', { reference: 'aoba', reason: null });
      expect(await registered('c', '2026-11-01')).toBe('registered');
    },
  );

  test('using an id twice is an error and registers nothing', async () => {
    const { buyerId } = await at.np.registerBuyer(profileOf('info'), 'aoba', OCTOBER_5);
    const first = await at.np.registerTransaction(charge(buyerId, 'aoba-1', 33_000));
    await expect(at.np.registerTransaction(charge(buyerId, 'aoba-1', 33_000))).rejects.toMatchObject({
      ...rejectedWith('E0100212'),
      message: expect.stringMatching(
        /shopTransactionId: duplicate_transaction\. .* a new registration needs a new id\./,
      ),
    });
    expect(await at.effects()).toEqual({ 'aoba-1': { received: 2, registered: 1 } });
    expect(await at.np.findTransaction('aoba-1')).toEqual(first);
  });

  test('a charge is refused for a buyer that has not passed or whose guarantee is NG', async () => {
    const denied = await at.np.registerBuyer(profileOf('deny'), 'gin', OCTOBER_5);
    await expect(at.np.registerTransaction(charge(denied.buyerId, 'gin-1', 1))).rejects.toMatchObject(
      rejectedWith('E0100202'),
    );
    const { buyerId } = await at.np.registerBuyer(profileOf('info'), 'aoba', OCTOBER_5);
    const change = { reference: 'aoba', at: '2026-10-06T10:00:00+09:00' };
    await at.control('guarantee', { ...change, status: 'ALRT' });
    expect(await at.np.registerTransaction(charge(buyerId, 'a', 1))).toMatchObject({ outcome: 'registered' });
    await at.control('guarantee', { ...change, status: 'NG' });
    expect(await at.np.registerTransaction(charge(buyerId, 'b', 1))).toEqual({ outcome: 'refused', reason: '21' });
    expect(at.engine.news.map(({ notice }) => notice.data)).toEqual([
      { buyer_id: buyerId, status: 'ALRT' },
      { buyer_id: buyerId, status: 'NG' },
    ]);
  });
});

describe('the wire', () => {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${at.baseUrl}/v1${path}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Basic ${Buffer.from(`${SHOP.shopCode}:${SHOP.spCode}`).toString('base64')}`,
        'X-NP-Terminal-Id': SHOP.terminalId,
        ...headers,
      },
      body: JSON.stringify(body),
    }).then(async (r) => ({
      status: r.status,
      codes: ((await r.json()) as { errors?: { codes: string[] }[] }).errors?.[0]?.codes,
    }));
  const info = {
    requestId: '0a1b2c3d',
    shopTransactionId: 'aoba-1',
    shopOrderDate: '2026-10-05',
    totalAmount: '33000',
    transactionDetails: [{ detail: '商品A', price: '33000', quantity: '1', billedTaxKind: 'T10' }],
    taxRateSummaries: [{ taxRate: '10', totalAmount: '33000' }],
  };
  const register = (changes: object, headers = {}, npBuyerId = '10000000001') =>
    post('/transactions', { request: { npBuyerId, transactionInfoes: [{ ...info, ...changes }] } }, headers);

  beforeEach(() => at.np.registerBuyer(profileOf('info'), 'aoba', OCTOBER_5));

  test.each([
    ['a number for an amount', { totalAmount: 33000 }, 'E0100101'],
    ['a fraction of a yen', { totalAmount: '33000.5' }, 'E0100101'],
    ['a date that does not exist', { shopOrderDate: '2026-02-30' }, 'E0100101'],
    ['a total that differs from its lines', { totalAmount: '33001' }, 'E0100115'],
    ['a rate that no line has', { taxRateSummaries: [{ taxRate: '8', totalAmount: '33000' }] }, 'E0100116'],
    ['a missing rate', { taxRateSummaries: [] }, 'E0100116'],
    ['an id of 41 characters', { shopTransactionId: 'x'.repeat(41) }, 'E0100117'],
  ])('refuses %s', async (_what, changes, code) => {
    expect(await register(changes)).toEqual({ status: 400, codes: [code] });
    expect(await at.np.findTransaction('aoba-1')).toBeNull();
  });

  test('refuses wrong credentials, a missing terminal id, the terminal id of another shop, and an unknown buyer', async () => {
    expect(await register({}, { Authorization: 'Basic Ym9iOmJvYg==' })).toEqual({ status: 401, codes: ['E0100001'] });
    expect(await register({}, { 'X-NP-Terminal-Id': '' })).toEqual({ status: 400, codes: ['E0100002'] });
    expect(await register({}, { 'X-NP-Terminal-Id': '9010000002' })).toEqual({ status: 400, codes: ['E0100002'] });
    expect(await register({}, {}, '99999999999')).toEqual({ status: 404, codes: ['E0100201'] });
    expect(await register({})).toEqual({ status: 200, codes: undefined });
  });

  test('a private person cannot be registered (P2)', async () => {
    const request = { shopBuyerId: 'x', companyType: '3' };
    expect(await post('/buyers', { request })).toEqual({ status: 400, codes: ['E0100101'] });
  });

  test('keeps shops apart', async () => {
    await at.control('merchants', {
      shop_code: 'bss0009999',
      sp_code: 'sp1',
      terminal_id: '9010000009',
      news_url: `${at.baseUrl}/none`,
      alarms_url: `${at.baseUrl}/none`,
      alarms_token: 't',
    });
    const other = at.npWith({ shopCode: 'bss0009999', spCode: 'sp1', terminalId: '9010000009' });
    expect(await other.findBuyer('aoba')).toBeNull();
    await expect(other.buyer('10000000001')).rejects.toMatchObject(rejectedWith('E0100201'));
  });
});

describe('billing', () => {
  test('issues and mails one bill per buyer on the third business day, with tax computed from the sum', async () => {
    const buyerId = await registerAndBill(at, 'aoba', 33_000, '2026-10');
    // 210 yen with tax hold 19 yen of tax. Two roundings of 105 would give 18.
    const extra = [];
    for (const n of ['x', 'y']) {
      const t = await at.np.registerTransaction(charge(buyerId, `aoba-${n}`, 105));
      extra.push({ transactionId: (t as { transactionId: string }).transactionId, baseDate: OCTOBER });
    }
    const eight = await at.np.registerTransaction({
      ...charge(buyerId, 'aoba-8', 1_080),
      lines: [{ text: '新聞', price: yen(540), quantity: 2, rateClass: 'reduced' }],
    });
    extra.push({ transactionId: (eight as { transactionId: string }).transactionId, baseDate: OCTOBER });
    await at.np.requestBilling(extra);
    await registerAndBill(at, 'budou', 88_000, '2026-10');

    expect(at.alarmTimes()).toEqual({ [`np/${SHOP.shopCode}/issue/2026-10`]: '2026-11-05T10:00' });
    expect(await at.until('2026-11-04')).toEqual([]);
    expect(await at.until('2026-11-05')).toMatchObject([
      {
        type: 'bills.issued',
        occurred_at: '2026-11-05T10:00:00.000+09:00',
        data: { close_on: '2026-10-31', count: 2 },
      },
    ]);

    const { bills, next } = await at.np.issuedBills(OCTOBER, null);
    expect(next).toBeNull();
    expect(bills[0]).toEqual({
      number: 'F-1-20261105-000001',
      kind: 'invoice',
      revision: 1,
      buyerId,
      issuedOn: '2026-11-05',
      closeOn: '2026-10-31',
      dueOn: '2026-11-30',
      debitOn: null,
      total: 34_290,
      taxes: [
        { rate: 10, total: 33_210, tax: 3_019 },
        { rate: 8, total: 1_080, tax: 80 },
      ],
      shopTransactionIds: ['aoba-2026-10-1', 'aoba-x', 'aoba-y', 'aoba-8'],
      virtualAccount: {
        bank: '三井住友銀行',
        branch: 'シミュレータ支店',
        type: '普通',
        number: '0000001',
        holder: 'カ）ネットプロテクションズ',
      },
    });
    expect(bills[1]).toMatchObject({ number: 'F-1-20261105-000002', total: 88_000 });

    const document = await at.np.billDocument('F-1-20261105-000001');
    expect(document.contentType).toBe('application/pdf');
    expect(Buffer.from(document.bytes).subarray(0, 5).toString()).toBe('%PDF-');

    expect(at.engine.mails.map(({ key, mail }) => [key, mail.from, mail.to])).toEqual([
      [`np/${SHOP.shopCode}/F-1-20261105-000001/1`, 'NP掛け払い <noreply@np.example>', ['aoba@aoba.example']],
      [`np/${SHOP.shopCode}/F-1-20261105-000002/1`, 'NP掛け払い <noreply@np.example>', ['budou@aoba.example']],
    ]);
  });

  test('a month requested twice is billed once, and after the issue it accepts no more charges', async () => {
    const buyerId = await registerAndBill(at, 'aoba', 33_000, '2026-10');
    const found = (await at.np.findTransaction('aoba-2026-10-1')) as { transactionId: string };
    const again = [{ transactionId: found.transactionId, baseDate: jstDate('2026-10-05') }];
    await at.np.requestBilling(again);
    const issue = [...at.engine.alarms.values()][0]!;
    await at.until('2026-11-05');
    expect((await at.engine.call(issue)).status).toBe(204);
    await at.np.requestBilling(again);
    expect(await at.bills()).toHaveLength(1);
    expect(at.engine.news).toHaveLength(1);
    expect(at.engine.mails).toHaveLength(1);

    const late = (await at.np.registerTransaction(charge(buyerId, 'late', 100))) as { transactionId: string };
    await expect(
      at.np.requestBilling([{ transactionId: late.transactionId, baseDate: OCTOBER }]),
    ).rejects.toMatchObject(rejectedWith('E0100301'));
  });

  test('a mail whose first attempt is still in progress is sent when the clock repeats the alarm', async () => {
    await registerAndBill(at, 'aoba', 33_000, '2026-10');
    at.engine.refuse.mails = 1;
    await expect(at.until('2026-11-05')).rejects.toThrow('HTTP 503');
    expect(at.engine.mails).toEqual([]);
    await at.until('2026-11-05');
    expect(at.engine.mails).toHaveLength(1);
  });

  test('a bill of zero yen is not issued, uses no number, and its transactions are cancelled', async () => {
    const buyerId = await registerAndBill(at, 'aoba', 1_100, '2026-10');
    const back = (await at.np.registerTransaction(charge(buyerId, 'back', -1_100))) as { transactionId: string };
    const baseDate = OCTOBER;
    await at.np.requestBilling([{ transactionId: back.transactionId, baseDate }]);
    await registerAndBill(at, 'budou', 2_200, '2026-10');
    await at.until('2026-11-05');
    expect(await at.bills()).toMatchObject([{ billNumber: 'F-1-20261105-000001', totalAmount: '2200' }]);
    await expect(
      at.np.requestBilling([{ transactionId: back.transactionId, baseDate: jstDate('2026-11-01') }]),
    ).rejects.toMatchObject(rejectedWith('E0100213'));
  });

  test('a cancelled transaction is not billed, and a transaction of a paid bill cannot be cancelled', async () => {
    await registerAndBill(at, 'aoba', 1_100, '2026-10');
    const aoba = (await at.np.findTransaction('aoba-2026-10-1')) as { transactionId: string };
    await at.np.cancelTransactions([aoba.transactionId]);
    await at.np.cancelTransactions([aoba.transactionId]);
    await registerAndBill(at, 'budou', 2_200, '2026-10');
    await at.until('2026-11-05');
    expect(await at.bills()).toMatchObject([{ shopTransactionIds: ['budou-2026-10-1'] }]);
    await at.control('payments', { bill_number: 'F-1-20261105-000001', paid_on: '2026-11-30' });
    await at.until('2026-12-02');
    const budou = (await at.np.findTransaction('budou-2026-10-1')) as { transactionId: string };
    await expect(at.np.cancelTransactions([budou.transactionId])).rejects.toMatchObject(rejectedWith('E0100213'));
  });
});

describe('payment', () => {
  test('a payment on the due date brings one news, two business days later', async () => {
    const buyerId = await registerAndBill(at, 'aoba', 33_000, '2026-10');
    await at.until('2026-11-05');
    expect(await at.until('2026-11-30')).toEqual([]);
    await at.control('payments', { bill_number: 'F-1-20261105-000001', paid_on: '2026-11-30' });
    expect(await at.until('2026-12-01')).toEqual([]);
    expect(await at.until('2027-03-31')).toMatchObject([
      {
        type: 'bill.paid',
        occurred_at: '2026-12-02T09:00:00.000+09:00',
        data: { bill_number: 'F-1-20261105-000001', buyer_id: buyerId, amount: 33_000, paid_on: '2026-11-30' },
      },
    ]);
  });

  test('a bill due on 2026-12-31 is paid in time on 2027-01-04', async () => {
    await registerAndBill(at, 'aoba', 33_000, '2026-11');
    await at.until('2026-12-31');
    await at.control('payments', { bill_number: 'F-1-20261203-000001', paid_on: '2027-01-04' });
    expect((await at.until('2027-06-30')).map(({ type, occurred_at }) => [type, occurred_at.slice(0, 10)])).toEqual([
      ['bill.paid', '2027-01-06'],
    ]);
  });

  test('a payment short by the transfer fee leaves the bill overdue: ALRT, after a month NG, and OK the day after the rest is confirmed', async () => {
    await registerAndBill(at, 'aoba', 33_000, '2026-10');
    await at.until('2026-11-05');
    await at.control('payments', { bill_number: 'F-1-20261105-000001', amount: 32_560, paid_on: '2026-11-30' });
    expect((await at.until('2026-12-30')).map(({ occurred_at, data }) => [occurred_at.slice(0, 16), data])).toEqual([
      ['2026-12-02T09:00', expect.objectContaining({ amount: 32_560 })],
      ['2026-12-03T11:00', expect.objectContaining({ status: 'ALRT' })],
      ['2026-12-30T11:00', expect.objectContaining({ status: 'NG' })],
    ]);
    await at.control('payments', { bill_number: 'F-1-20261105-000001', paid_on: '2027-01-04' });
    expect((await at.until('2027-01-31')).map(({ occurred_at, data }) => [occurred_at.slice(0, 16), data])).toEqual([
      ['2027-01-06T09:00', expect.objectContaining({ amount: 440 })],
      ['2027-01-07T09:00', expect.objectContaining({ status: 'OK' })],
    ]);
  });
});

describe('direct debit', () => {
  test('after a failed debit the same bill is payable by transfer until the end of that month', async () => {
    await registerAndBill(at, 'aoba', 33_000, '2026-12');
    await at.np.directDebitActive('10000000001', period('2027-01'));
    await registerAndBill(at, 'aoba', 33_000, '2027-01');
    await at.until('2027-02-03');
    expect((await at.np.issuedBills(jstDate('2026-12-31'), null)).bills).toMatchObject([{ kind: 'invoice' }]);
    const closeOn = jstDate('2027-01-31');
    expect((await at.np.issuedBills(closeOn, null)).bills).toMatchObject([
      { kind: 'debit_notice', debitOn: '2027-03-01', dueOn: '2027-02-28', virtualAccount: null },
    ]);
    await at.control('payments', { bill_number: 'F-1-20270106-000001', paid_on: '2027-02-01' });
    await at.control('debits', { reference: 'aoba', outcomes: [1] });
    const news = await at.until('2027-03-04');
    expect(news.at(-1)).toMatchObject({
      type: 'debit.result',
      occurred_at: '2027-03-04T09:30:00.000+09:00',
      data: { bill_number: 'F-1-20270203-000002', debit_on: '2027-03-01', code: 1, amount: 33_000 },
    });
    expect((await at.np.issuedBills(closeOn, null)).bills).toMatchObject([
      {
        number: 'F-1-20270203-000002',
        kind: 'invoice',
        revision: 2,
        dueOn: '2027-03-31',
        debitOn: null,
        virtualAccount: { number: '0000001' },
      },
    ]);
    await at.control('payments', { bill_number: 'F-1-20270203-000002', paid_on: '2027-03-31' });
    expect((await at.until('2027-05-31')).map(({ type, occurred_at }) => [type, occurred_at.slice(0, 10)])).toEqual([
      ['bill.paid', '2027-04-02'],
    ]);
    expect(at.engine.mails.map(({ key }) => key)).toContain(`np/${SHOP.shopCode}/F-1-20270203-000002/2`);
  });

  test('a successful debit pays the bill, and a mandate that the bank has ended is not used again', async () => {
    const { buyerId } = await at.np.registerBuyer(profileOf('aoba'), 'aoba', OCTOBER_5);
    await at.np.directDebitActive(buyerId, period('2027-02'));
    await registerAndBill(at, 'aoba', 33_000, '2027-02');
    expect((await at.until('2027-04-01')).at(-1)).toMatchObject({ data: { code: 0, debit_on: '2027-03-29' } });
    expect(await at.bills()).toMatchObject([{ status: 'paid' }]);
    await at.control('debits', { reference: 'aoba', outcomes: [4] });
    await registerAndBill(at, 'aoba', 33_000, '2027-03');
    await at.until('2027-05-10');
    await registerAndBill(at, 'aoba', 33_000, '2027-04');
    await at.until('2027-05-31');
    expect((await at.bills()).map((bill) => bill.billKind)).toEqual(['debit_notice', 'invoice', 'invoice']);
  });
});

describe('faults', () => {
  const register = () => at.np.registerTransaction(charge('10000000001', 'aoba-1', 33_000));
  beforeEach(() => at.np.registerBuyer(profileOf('info'), 'aoba', OCTOBER_5));

  test.each([
    ['timeout_after_effect', 'unknown', true],
    ['timeout_before_effect', 'unknown', false],
    ['down', 'unreachable', false],
    ['refuse', 'rejected', false],
  ])('%s fails as %s, and the inquiry finds whether it took effect', async (mode, failure, done) => {
    await at.control('faults', { call: 'registerTransaction', mode });
    await expect(register()).rejects.toMatchObject({ name: 'ProviderError', provider: 'np', failure });
    expect(await at.np.findTransaction('aoba-1')).toEqual(
      done ? { outcome: 'registered', transactionId: '20000000001' } : null,
    );
    if (!done) expect(await register()).toMatchObject({ outcome: 'registered' });
    expect(await at.effects()).toMatchObject({ 'aoba-1': { registered: 1 } });
  });

  test('hang_after_effect makes the caller time out', async () => {
    await at.control('faults', { call: 'registerTransaction', mode: 'hang_after_effect' });
    const hasty = at.npWith({ timeoutMs: 300 });
    await expect(hasty.registerTransaction(charge('10000000001', 'aoba-1', 33_000))).rejects.toMatchObject({
      failure: 'unknown',
    });
    expect(await at.np.findTransaction('aoba-1')).toMatchObject({ outcome: 'registered' });
  });

  const guarantee = (status: string, on: string) =>
    at.control('guarantee', { reference: 'aoba', status, at: `${on}T10:00:00+09:00` });
  const statuses = () => at.engine.news.map(({ notice }) => notice.data.status);

  test('news arrive twice, late or out of order, each with the id and time of its event', async () => {
    await at.control('faults', { call: 'news', mode: 'news_twice' });
    await guarantee('ALRT', '2026-10-06');
    expect(statuses()).toEqual(['ALRT', 'ALRT']);
    expect(new Set(at.engine.news.map(({ notice }) => notice.event_id)).size).toBe(1);

    await at.control('faults', { call: 'news', mode: 'news_out_of_order' });
    await guarantee('NG', '2026-10-07');
    await guarantee('OK', '2026-10-08');
    expect(statuses().slice(2)).toEqual(['OK', 'NG']);

    await at.control('faults', { call: 'news', mode: 'news_late' });
    await guarantee('ALRT', '2026-10-09');
    expect(await at.until('2026-10-09')).toEqual([]);
    expect(await at.until('2026-10-10')).toMatchObject([{ occurred_at: '2026-10-09T10:00:00.000+09:00' }]);
  });

  test("news that the engine does not accept are sent again, with the shop's own credentials", async () => {
    at.engine.refuse.news = 2;
    await guarantee('ALRT', '2026-10-06');
    expect(statuses()).toEqual(['ALRT']);
    const [user] = Buffer.from(at.engine.news[0]!.authorization!.slice(6), 'base64').toString().split(':');
    expect(user).toBe(SHOP.shopCode);
  });

  test('news that cannot be sent fail the callback, and the repeated callback sends them', async () => {
    const t = (await register()) as { transactionId: string };
    await at.np.requestBilling([{ transactionId: t.transactionId, baseDate: OCTOBER }]);
    const issue = [...at.engine.alarms.values()][0]!;
    at.engine.refuse.news = 4;
    expect((await at.engine.call(issue)).status).toBe(503);
    expect(await at.bills()).toHaveLength(1);
    expect((await at.engine.call(issue)).status).toBe(204);
    expect(at.engine.news.map(({ notice }) => notice.type)).toEqual(['bills.issued']);
    expect(await at.bills()).toHaveLength(1);
  });

  test('a call that needs an alarm does nothing when the clock cannot be reached', async () => {
    const t = (await register()) as { transactionId: string };
    at.engine.refuse.alarms = 4;
    const request = at.np.requestBilling([{ transactionId: t.transactionId, baseDate: OCTOBER }]);
    const error: unknown = await request.catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ failure: 'unreachable', codes: ['E0100903'] });
    await at.np.requestBilling([{ transactionId: t.transactionId, baseDate: OCTOBER }]);
    await at.until('2026-11-05');
    expect(await at.bills()).toHaveLength(1);
  });
});
