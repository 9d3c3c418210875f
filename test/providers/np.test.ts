import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { instant, jstDate, period } from '../../domain/calendar';
import { yen } from '../../domain/money';
import { createNp } from '../../providers/credit/np/provider';
import type { CreditProvider } from '../../providers/credit/port';
import { SHOP, charge, profileOf } from '../support/np';

interface ReceivedRequest {
  method: string;
  url: string;
  headers: Record<string, unknown>;
  body: unknown;
}

/** NP's next answer, and the requests that it has received. */
let answer: { status: number; body: string };
let received: ReceivedRequest[];
let server: Server;
let np: CreditProvider;

beforeEach(async () => {
  received = [];
  const app = express();
  app.use(express.json());
  app.use((req, res) => {
    received.push({ method: req.method, url: req.url, headers: req.headers, body: req.body as unknown });
    res.status(answer.status).type('application/json').send(answer.body);
  });
  server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  np = createNp({ ...SHOP, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
afterEach(async () => {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
});

const answers = (body: unknown, status = 200) => {
  answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
};
const authorised = (result: string, reason: string | null = null) => ({
  result: {
    buyer: {
      transactionInfoes: [
        {
          npTransactionId: '20000000001',
          status: {
            transactionAuthoriInfo: { transactionAuthoriResult: result, transactionAuthoriNgReason: reason },
          },
        },
      ],
    },
  },
});

describe('the three known calls are sent exactly as documented', () => {
  test('取引登録', async () => {
    answers(authorised('00'));
    const result = await np.registerTransaction({
      shopTransactionId: 'o1-202610-1',
      buyerId: '10000000001',
      orderedOn: jstDate('2026-10-05'),
      total: yen(34_080),
      lines: [
        { text: '商品A', price: yen(11_000), quantity: 3, rateClass: 'standard' },
        { text: '新聞', price: yen(1_080), quantity: 1, rateClass: 'reduced' },
      ],
    });
    expect(result).toEqual({ outcome: 'registered', transactionId: '20000000001' });
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/v1/transactions',
        headers: {
          authorization: `Basic ${Buffer.from('bss0001234:sp5678').toString('base64')}`,
          'x-np-terminal-id': '9010000001',
          'x-http-method-override': 'POST',
          'content-type': 'application/json',
          accept: 'application/json',
        },
      },
    ]);
    expect(received[0]!.body).toEqual({
      request: {
        npBuyerId: '10000000001',
        transactionInfoes: [
          {
            requestId: expect.stringMatching(/^[0-9a-f]{8}$/),
            shopTransactionId: 'o1-202610-1',
            shopOrderDate: '2026-10-05',
            totalAmount: '34080',
            transactionDetails: [
              { detail: '商品A', price: '11000', quantity: '3', billedTaxKind: 'T10' },
              { detail: '新聞', price: '1080', quantity: '1', billedTaxKind: 'T08' },
            ],
            taxRateSummaries: [
              { taxRate: '10', totalAmount: '33000' },
              { taxRate: '8', totalAmount: '1080' },
            ],
          },
        ],
      },
    });
  });

  test('a repeated registration sends exactly the same body', async () => {
    answers(authorised('00'));
    await np.registerTransaction(charge('10000000001', 'o1', 1_100));
    await np.registerTransaction(charge('10000000001', 'o1', 1_100));
    expect(received[1]!.body).toEqual(received[0]!.body);
  });

  test('取引キャンセル and 請求確定依頼', async () => {
    answers({});
    await np.cancelTransactions(['20000000001', '20000000002']);
    await np.requestBilling([{ transactionId: '20000000001', baseDate: jstDate('2026-10-31') }]);
    expect(received.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', '/v1/transactions/cancel', { requests: ['20000000001', '20000000002'] }],
      [
        'POST',
        '/v1/bills/request',
        { requests: [{ npTransactionId: '20000000001', billIssueBaseDate: '2026-10-31' }] },
      ],
    ]);
  });
});

test('an application sends its date but not its time of day', async () => {
  answers({}, 500);
  const at = instant('2026-10-13T23:30:00+09:00');
  await np.reapplyBuyer('10000000001', profileOf('info'), at).catch(() => undefined);
  expect(received[0]!.body).toMatchObject({ request: { companyType: '1', applicationDate: '2026-10-13' } });
  expect(JSON.stringify(received[0]!.body)).not.toContain('23:30');
});

test.each(['21', '22', '24'] as const)('NG %s is returned, not thrown', async (reason) => {
  answers(authorised('20', reason));
  expect(await np.registerTransaction(charge('1', 'o1', 1_100))).toEqual({ outcome: 'refused', reason });
});

test('NG for an unknown reason is thrown as rejected', async () => {
  answers(authorised('20', '29'));
  await expect(np.registerTransaction(charge('1', 'o1', 1_100))).rejects.toMatchObject({
    failure: 'rejected',
    codes: ['29'],
  });
});

describe('failures say whether a retry is safe', () => {
  const error = (code: string) => ({ errors: [{ codes: [code], message: '…' }] });
  test.each([
    ['400 with codes', 400, error('E0100115'), 'rejected', ['E0100115']],
    ['200 with errors', 200, error('E0100115'), 'rejected', ['E0100115']],
    ['401 without a body', 401, '', 'rejected', []],
    ['500', 500, error('E9'), 'unknown', ['E9']],
    ["503 of NP's own maintenance", 503, error('E0100903'), 'unreachable', ['E0100903']],
    ['503 of a proxy', 503, '<html>', 'unknown', []],
    ['200 that is not JSON', 200, '<html>', 'unknown', []],
    ['200 without the transaction', 200, { result: { buyer: { transactionInfoes: [] } } }, 'unknown', []],
    ['200 in another format', 200, { result: {} }, 'unknown', []],
    ['00 without an id', 200, JSON.stringify(authorised('00')).replace('"20000000001"', 'null'), 'unknown', []],
  ])('%s', async (_what, status, body, failure, codes) => {
    answers(body, status);
    await expect(np.registerTransaction(charge('1', 'o1', 1_100))).rejects.toMatchObject({
      name: 'ProviderError',
      provider: 'np',
      failure,
      codes,
    });
  });

  test('a closed port: the request certainly had no effect', async () => {
    await new Promise((resolve) => server.close(resolve));
    await expect(np.buyer('10000000001')).rejects.toMatchObject({
      name: 'ProviderError',
      failure: 'unreachable',
    });
  });
});

describe('data that NP has no field for are not sent', () => {
  test.each([
    ['an id of 41 characters', { ...charge('1', 'x'.repeat(41), 1_100) }],
    [
      'a line without tax',
      {
        ...charge('1', 'o1', 1_100),
        lines: [{ text: '保証金', price: yen(1_100), quantity: 1, rateClass: 'exempt' as const }],
      },
    ],
  ])('%s', async (_what, request) => {
    await expect(np.registerTransaction(request)).rejects.toMatchObject({ failure: 'rejected' });
    expect(received).toEqual([]);
  });
});

test('the assumed calls send their parameters and read empty answers', async () => {
  answers({ result: { buyers: [] } });
  expect(await np.findBuyer('dest 1&x')).toBeNull();
  answers({ result: { buyer: { transactionInfoes: [] } } });
  expect(await np.findTransaction('o1')).toBeNull();
  answers({ result: { bills: [], nextCursor: 'F-1-20261105-000100' } });
  expect(await np.issuedBills(jstDate('2026-10-31'), 'F-1-20261105-000001')).toEqual({
    bills: [],
    next: 'F-1-20261105-000100',
  });
  await np.directDebitActive('10000000001', period('2027-01'));
  expect(received.map(({ url }) => url)).toEqual([
    '/v1/buyers?shopBuyerId=dest+1%26x',
    '/v1/transactions?shopTransactionId=o1',
    '/v1/bills?closeDate=2026-10-31&cursor=F-1-20261105-000001',
    '/v1/buyers/10000000001/direct-debit',
  ]);
});
