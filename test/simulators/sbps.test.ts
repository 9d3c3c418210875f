import { createHash } from 'node:crypto';
import {
  buildSpsRequest,
  field,
  fieldGroup,
  multibyteField,
  parseSpsResponse,
  spsHashcode,
  type SpsField,
} from '../../providers/cards/sbps/xml';
import { MERCHANT, type RunningSbps, startSbps } from '../support/sbps';

let sbps: RunningSbps;
beforeAll(async () => void (sbps = await startSbps()));
afterAll(() => sbps.stop());

const BASIC = `Basic ${Buffer.from('30132001:c2b8a9d0e7').toString('base64')}`;

async function post(body: Buffer | string, authorization = BASIC) {
  const response = await fetch(`${sbps.baseUrl}/api/xmlapi.do`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/xml', Authorization: authorization, Connection: 'close' },
    body,
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, xml: bytes.toString('latin1'), code: parseSpsResponse(bytes)?.get('res_err_code') };
}

const HEAD = [field('merchant_id', '30132'), field('service_id', '001')];
const DATES = [field('request_date', '20261007100000'), field('limit_second', 600)];
const inquiry = (...change: SpsField[]) => [...HEAD, ...change, ...DATES];
const TRACKING = field('tracking_id', '12345678901234');
const sale = (change: Record<string, SpsField>) =>
  [
    ...HEAD,
    field('cust_code', 'chiyo'),
    field('order_id', 'o-1'),
    field('item_id', 'PLAN-A'),
    multibyteField('item_name', '年額プラン'),
    field('amount', 13200),
    fieldGroup('pay_method_info', [field('dealings_type', 10)]),
    ...DATES,
  ].map((f) => change[f.tag] ?? f);

const seal = (apiId: string, fields: SpsField[]) => buildSpsRequest(apiId, fields, MERCHANT.hashKey);

test('a valid request is processed: this one fails only for its unknown tracking id', async () => {
  expect(await post(seal('MG01-00101-101', inquiry(TRACKING)))).toMatchObject({ status: 200, code: '10112027' });
});

test('NG has the result, the code and the date, and nothing else', async () => {
  const { xml } = await post(seal('MG01-00101-101', inquiry(TRACKING)));
  expect(xml).toBe(
    '<?xml version="1.0" encoding="Shift_JIS"?><sps-api-response><res_result>NG</res_result>' +
      '<res_err_code>10112027</res_err_code><res_date>20261007100000</res_date></sps-api-response>',
  );
});

test.each([
  ['nothing', ''],
  ['another shop', `Basic ${Buffer.from('30133001:c2b8a9d0e7').toString('base64')}`],
  ['another service', `Basic ${Buffer.from('30132002:c2b8a9d0e7').toString('base64')}`],
  ['another key', `Basic ${Buffer.from('30132001:c2b8a9d0e8').toString('base64')}`],
])('Basic auth with %s: 401', async (_, authorization) => {
  expect((await post(seal('MG01-00101-101', inquiry(TRACKING)), authorization)).status).toBe(401);
});

describe('the document', () => {
  const valid = seal('MG01-00101-101', inquiry(TRACKING)).toString('latin1');

  test.each([
    ['is not XML', 'merchant_id=30132'],
    ['is cut off', valid.slice(0, -20)],
    ['is not declared', valid.replace(/<\?xml[^>]*\?>/, '')],
    ['is declared UTF-8', valid.replace('Shift_JIS', 'UTF-8')],
    ['is written in UTF-8', valid.replace('12345678901234', '年額プラン')],
    ['has another root', valid.replaceAll('sps-api-request', 'sps-request')],
    ['has a field twice', valid.replace('<limit_second>', '<limit_second>1</limit_second><limit_second>')],
  ])('%s: 99900999', async (_, body) => {
    expect((await post(Buffer.from(body))).code).toBe('99900999');
  });

  test('names a call that does not exist: 99902000', async () => {
    expect((await post(seal('ST09-00101-101', inquiry(TRACKING)))).code).toBe('99902000');
  });

  test('has a field that the call does not have: 10100999', async () => {
    expect((await post(seal('MG01-00101-101', inquiry(TRACKING, field('cc_number', '1'))))).code).toBe('10100999');
  });

  test('names another merchant or service: 14', async () => {
    const as = (merchantId: string, serviceId: string) =>
      seal('MG01-00101-101', [field('merchant_id', merchantId), field('service_id', serviceId), TRACKING, ...DATES]);
    expect((await post(as('30133', '001'))).code).toBe('10114001');
    expect((await post(as('30132', '002'))).code).toBe('10114002');
  });
});

describe('the hash', () => {
  test.each([
    ['with another key', buildSpsRequest('MG01-00101-101', inquiry(TRACKING), 'other')],
    [
      'after a change on the way',
      Buffer.from(seal('MG01-00101-101', inquiry(TRACKING)).toString('latin1').replace('>600<', '>601<')),
    ],
    ['over fields in another order', seal('MG01-00101-101', [...HEAD.toReversed(), TRACKING, ...DATES])],
    ['over the Base64 instead of the text', base64Hashed()],
    ['over the NEC code of 髙, which SBPS reads and hashes as the IBM one', necHashed()],
  ])('%s: 10109025', async (_, body) => {
    expect((await post(body)).code).toBe('10109025');
  });

  function base64Hashed() {
    const fields = sale({});
    const asSent = sale({ item_name: field('item_name', 'lE6KeoN2g4mDkw==') });
    const xml = seal('ST01-00131-101', fields).toString('latin1');
    return Buffer.from(xml.replace(spsHashcode(fields, MERCHANT.hashKey), spsHashcode(asSent, MERCHANT.hashKey)));
  }

  function necHashed() {
    const nec = Buffer.from('eee0', 'hex');
    const values = ['30132001chiyoo-1PLAN-A', nec, '132001020261007100000600', MERCHANT.hashKey];
    const hash = createHash('sha1')
      .update(Buffer.concat(values.map((v) => Buffer.from(v as string))))
      .digest('hex');
    const fields = sale({ item_name: field('item_name', nec.toString('base64')) });
    const xml = seal('ST01-00131-101', fields).toString('latin1');
    return Buffer.from(xml.replace(spsHashcode(fields, MERCHANT.hashKey), hash));
  }
});

test.each([
  ['without order_id', { order_id: field('order_id', '') }, '10103004'],
  ['without request_date', { request_date: field('request_date', '') }, '10103023'],
  ['with letters in the amount', { amount: field('amount', '13,200') }, '10104008'],
  ['with a negative amount', { amount: field('amount', -1) }, '10104008'],
  ['with an 8-digit amount', { amount: field('amount', 10_000_000) }, '10105008'],
  ['with zero yen', { amount: field('amount', 0) }, '10106008'],
  ['with a customer code of 65', { cust_code: field('cust_code', 'c'.repeat(65)) }, '10105003'],
  ['with an order_id of 39', { order_id: field('order_id', 'o'.repeat(39)) }, '10105004'],
  ['with an item name of 42 bytes', { item_name: multibyteField('item_name', 'あ'.repeat(21)) }, '10105006'],
  ['with an item name not in Base64', { item_name: field('item_name', '年額') }, '10106006'],
  [
    'with an item name in UTF-8',
    { item_name: field('item_name', Buffer.from('年額プラン').toString('base64')) },
    '10106006',
  ],
  ['with a line feed in the item name', { item_name: multibyteField('item_name', 'A\nB') }, '10104006'],
  ['on a day that does not exist', { request_date: field('request_date', '20260230100000') }, '10106023'],
  ['with a short request_date', { request_date: field('request_date', '20261007') }, '10105023'],
  ['in instalments (P9)', { pay_method_info: fieldGroup('pay_method_info', [field('dealings_type', 61)]) }, '10107202'],
])('a sale %s: %s', async (_, change, code) => {
  expect((await post(seal('ST01-00131-101', sale(change as unknown as Record<string, SpsField>)))).code).toBe(code);
});

describe('control', () => {
  test.each([
    ['merchants', { merchant_id: '1', service_id: '001', hash_key: 'k' }],
    ['tokens', { scenario: 'unheard_of' }],
    ['tokens', { scenario: 'ok', declined_from: '2027-02-30' }],
    ['faults', { merchant_id: '30132', mode: 'sulk' }],
    ['3ds/3ds-30132-00000001', { result: 'maybe' }],
  ])('%s refuses %j', async (path, body) => {
    expect((await sbps.control(path, body)).status).toBe(422);
  });

  test('an unknown authentication: 404', async () => {
    expect((await sbps.control('3ds/none', { result: 'passed' })).status).toBe(404);
    expect((await fetch(`${sbps.baseUrl}/3ds/none`)).status).toBe(404);
  });

  test('a fault of one merchant does not affect another', async () => {
    await sbps.control('merchants', { merchant_id: '30133', service_id: '001', hash_key: 'k' });
    await sbps.control('faults', { merchant_id: '30133', mode: 'down' });
    expect((await post(seal('MG01-00101-101', inquiry(TRACKING)))).status).toBe(200);
  });
});
