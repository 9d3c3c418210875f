/*
 * The fields of each call of SBPS's API, in the order of its specification.
 */

export interface FieldSpec {
  /** Name of the field. A nested field has a path, e.g. `pay_option_manage/amount`. */
  path: string;
  /**
   * 9 = digits, X = half-width characters, M = Japanese text as Base64, date = YYYYMMDDHHMMSS. A list holds all allowed
   * values.
   */
  type: '9' | 'X' | 'M' | 'date' | readonly string[];
  /** Greatest length in bytes of Shift_JIS. With `exact`, a shorter value is wrong too. */
  max: number;
  exact?: true;
  required?: true;
  /** Number of the field in SBPS's error codes; 999 where the number is not known. */
  item: string;
}

const MERCHANT: FieldSpec[] = [
  { path: 'merchant_id', type: '9', max: 5, exact: true, required: true, item: '001' },
  { path: 'service_id', type: '9', max: 3, exact: true, required: true, item: '002' },
];
const CUSTOMER: FieldSpec = { path: 'cust_code', type: 'X', max: 64, required: true, item: '003' };
const AMOUNT: FieldSpec = { path: 'amount', type: '9', max: 7, required: true, item: '008' };
const RETURN_CUSTOMER: FieldSpec = { path: 'sps_cust_info_return_flg', type: ['0', '1'], max: 1, item: '030' };
const RETURN_BRAND: FieldSpec = {
  path: 'pay_option_manage/cardbrand_return_flg',
  type: ['0', '1'],
  max: 1,
  item: '999',
};
// The value 1 would mean that fields are encrypted with 3DES. No field of a call with a card token is, so only 0 is allowed.
const ENCRYPTED: FieldSpec = { path: 'encrypted_flg', type: ['0'], max: 1, item: '028' };
const SEAL: FieldSpec[] = [
  { path: 'request_date', type: 'date', max: 14, exact: true, required: true, item: '023' },
  { path: 'limit_second', type: '9', max: 4, item: '024' },
  { path: 'sps_hashcode', type: 'X', max: 40, required: true, item: '025' },
];

const SALE: FieldSpec[] = [
  ...MERCHANT,
  CUSTOMER,
  { path: 'order_id', type: 'X', max: 38, required: true, item: '004' },
  { path: 'item_id', type: 'X', max: 32, required: true, item: '005' },
  { path: 'item_name', type: 'M', max: 40, item: '006' },
  { path: 'tax', type: '9', max: 7, item: '007' },
  AMOUNT,
  { path: 'free1', type: 'M', max: 20, item: '010' },
  { path: 'free2', type: 'M', max: 20, item: '011' },
  { path: 'free3', type: 'M', max: 20, item: '012' },
];
/**
 * The simulated contract allows only one-off payment, dealings_type 10 (docs/store.md P9). SBPS's other values are refused:
 * 21 (bonus payment), 61 (instalments) and 80 (revolving).
 */
const PAYMENT: FieldSpec[] = [
  { path: 'pay_method_info/dealings_type', type: ['10'], max: 2, item: '202' },
  { path: 'pay_method_info/divide_times', type: '9', max: 3, item: '203' },
];
const SAVE_CARD: FieldSpec = { path: 'pay_option_manage/cust_manage_flg', type: ['0', '1'], max: 1, item: '205' };

const TRANSACTION: FieldSpec[] = [
  ...MERCHANT,
  { path: 'sps_transaction_id', type: 'X', max: 32, item: '026' },
  { path: 'tracking_id', type: '9', max: 14, exact: true, required: true, item: '027' },
];
const PROCESSING_DATE: FieldSpec = { path: 'processing_datetime', type: 'date', max: 14, exact: true, item: '029' };
const PART: FieldSpec = { ...AMOUNT, path: 'pay_option_manage/amount' };
const INFO_TYPE: FieldSpec = { path: 'response_info_type', type: ['0', '1', '2'], max: 1, item: '999' };

const TDS_ID: FieldSpec = { path: 'tds_authentication_id', type: 'X', max: 64, required: true, item: '999' };

/** Fields of each call by its API id. SBPS's other calls, line details (`dtls`) and 3DES encryption are not simulated. */
export const REQUEST_FIELDS: ReadonlyMap<string, readonly FieldSpec[]> = new Map([
  [
    'TA02-00101-101',
    [
      ...MERCHANT,
      CUSTOMER,
      AMOUNT,
      { path: 'pay_option_manage/token', type: 'X', max: 1000, required: true, item: '999' },
      { path: 'pay_option_manage/token_key', type: 'X', max: 1000, required: true, item: '999' },
      { path: 'pay_option_manage/tds_info_token', type: 'X', max: 1000, item: '999' },
      { path: 'pay_option_manage/tds_info_token_key', type: 'X', max: 1000, item: '999' },
      { path: 'pay_option_manage/ok_return_url', type: 'X', max: 1000, required: true, item: '999' },
      { path: 'pay_option_manage/ng_return_url', type: 'X', max: 1000, required: true, item: '999' },
      ENCRYPTED,
      ...SEAL,
    ],
  ],
  // The fields of this call, the result of 3-D Secure, are assumed, because SBPS does not publish them.
  ['TA02-00201-101', [...MERCHANT, TDS_ID, ...SEAL]],
  [
    'ST01-00118-101',
    [
      ...SALE,
      RETURN_CUSTOMER,
      ...PAYMENT,
      SAVE_CARD,
      RETURN_BRAND,
      { ...TDS_ID, path: 'pay_option_manage/tds_authentication_id' },
      ENCRYPTED,
      ...SEAL,
    ],
  ],
  [
    'ST01-00131-101',
    [
      ...SALE,
      { path: 'order_rowno', type: '9', max: 2, item: '013' },
      RETURN_CUSTOMER,
      ...PAYMENT,
      { path: 'pay_option_manage/token', type: 'X', max: 1000, item: '999' },
      { path: 'pay_option_manage/token_key', type: 'X', max: 1000, item: '999' },
      SAVE_CARD,
      RETURN_BRAND,
      ENCRYPTED,
      ...SEAL,
    ],
  ],
  ['ST02-00101-101', [...TRANSACTION, PROCESSING_DATE, ...SEAL]],
  ['ST02-00201-101', [...TRANSACTION, PROCESSING_DATE, { ...PART, required: undefined }, ...SEAL]],
  ['ST02-00303-101', [...TRANSACTION, PROCESSING_DATE, ...SEAL]],
  ['ST02-00307-101', [...TRANSACTION, PROCESSING_DATE, PART, ...SEAL]],
  ['MG01-00101-101', [...TRANSACTION, INFO_TYPE, RETURN_BRAND, ENCRYPTED, ...SEAL]],
  ['MG02-00104-101', [...MERCHANT, CUSTOMER, RETURN_CUSTOMER, INFO_TYPE, RETURN_BRAND, ENCRYPTED, ...SEAL]],
]);
