import { parseJstDate, type Instant, type JstDate } from '../../../domain/calendar';
import type { CardBrand } from '../../../domain/order/card-rules';
import { ProviderError } from '../../errors';
import type { CardInquiry, CardProvider, CardStep } from '../port';
import { encodeShiftJis, isShiftJis } from './shift-jis';
import { createSpsCall, type SpsAccess, type SpsAnswer } from './call';
import { field, fieldGroup, multibyteField, type SpsField } from './xml';

export interface SbpsConfig extends Omit<SpsAccess, 'timeoutMs'> {
  /**
   * The real clock, for the field request_date. SBPS refuses a request whose request_date is more than 600 s old. A store
   * on real time sets this clock, because `at`, the business time of the work, can be days in the past when the work runs
   * late. A store on a simulated clock omits it. Its request_date is `at`, which the simulator takes as the current time.
   */
  now?: () => Instant;
  /** 30 s by default, because an authorisation passes through SBPS to the card's issuer and back. Tests set a shorter one. */
  timeoutMs?: number;
}

/**
 * Implements the card provider over the server-to-server API of SBペイメントサービス (SBPS, the card gateway). xml.ts has the
 * wire format and errors.ts the meaning of the refusals.
 */
export function createSbps({ now, timeoutMs = 30_000, ...access }: SbpsConfig): CardProvider {
  assertCredentials(access);
  const call = createSpsCall({ ...access, timeoutMs });
  const merchant = [field('merchant_id', access.merchantId), field('service_id', access.serviceId)];
  const dated = (at: Instant) => [
    field('request_date', digits(now ? now() : at)),
    // SBPS refuses the request when its request_date is more than this many seconds old. 600 is SBPS's default.
    field('limit_second', 600),
  ];

  const inquire: CardProvider['inquire'] = async (trackingId, at) => {
    const answer = await call('MG01-00101-101', [
      ...merchant,
      field('tracking_id', trackingId),
      // 2 asks for the masked card number in the answer.
      field('response_info_type', 2),
      fieldGroup('pay_option_manage', [field('cardbrand_return_flg', 1)]),
      PLAIN,
      ...dated(at),
    ]);
    if (!answer.ok) return answer.kind === 'not_found' ? null : refuse('MG01-00101-101', answer);
    const commit = COMMIT[answer.value('res_pay_method_info/commit_status')];
    const payment = PAYMENT[answer.value('res_pay_method_info/payment_status')];
    if (!commit || !payment) throw new ProviderError('sbps', 'unknown', 'MG01-00101-101: status not readable');
    return { commit, payment };
  };

  /**
   * Takes a step after the authorisation: commit, capture or refund. When SBPS answers that the transaction was already
   * processed, `isDone` gets the transaction's current state and tells whether this very step was taken. SBPS's answer
   * alone does not tell, because error type 60 means "already committed or already cancelled".
   */
  const step = async (
    apiId: string,
    trackingId: string,
    options: SpsField[],
    at: Instant,
    isDone: (found: CardInquiry) => boolean,
  ): Promise<CardStep> => {
    const answer = await call(apiId, [
      ...merchant,
      field('tracking_id', trackingId),
      field('processing_datetime', digits(at)),
      ...options,
      ...dated(at),
    ]);
    if (answer.ok) return { outcome: 'done', processedOn: dateOfDigits(answer.value('res_process_date')) };
    if (answer.kind === 'already_done') {
      const found = await inquire(trackingId, at);
      if (found && isDone(found)) return { outcome: 'done', processedOn: null };
    }
    return { outcome: 'refused', code: answer.code };
  };

  return {
    inquire,

    async request3ds({ customerCode, amount, card, okUrl, ngUrl, at }) {
      const tds = card.tdsInfo;
      const answer = await call('TA02-00101-101', [
        ...merchant,
        field('cust_code', customerCode),
        field('amount', amount),
        fieldGroup('pay_option_manage', [
          field('token', card.token),
          field('token_key', card.tokenKey),
          ...(tds ? [field('tds_info_token', tds.token), field('tds_info_token_key', tds.tokenKey)] : []),
          field('ok_return_url', okUrl),
          field('ng_return_url', ngUrl),
        ]),
        PLAIN,
        ...dated(at),
      ]);
      if (!answer.ok) return { outcome: 'declined', code: declineCode('TA02-00101-101', answer) };
      const authenticationId = required('TA02-00101-101', answer, 'res_tds_authentication_id');
      return { outcome: 'redirect', authenticationId, redirectUrl: required('TA02-00101-101', answer, 'redirect_url') };
    },

    /** The fields of this call and their values are assumed, because SBPS does not publish them. */
    async result3ds(authenticationId, at) {
      const answer = await call('TA02-00201-101', [
        ...merchant,
        field('tds_authentication_id', authenticationId),
        ...dated(at),
      ]);
      if (!answer.ok) return refuse('TA02-00201-101', answer);
      const result = TDS_RESULT[answer.value('res_tds_result')];
      if (!result) throw new ProviderError('sbps', 'unknown', 'TA02-00201-101: result not readable');
      return result;
    },

    async authorise({ orderId, customerCode, amount, tax, itemId, itemName, by, at }) {
      const saved = by === 'saved_card';
      const apiId = saved ? 'ST01-00131-101' : 'ST01-00118-101';
      const answer = await call(apiId, [
        ...merchant,
        field('cust_code', customerCode),
        field('order_id', orderId),
        field('item_id', itemId),
        multibyteField('item_name', displayName(itemName)),
        field('tax', tax),
        field('amount', amount),
        field('sps_cust_info_return_flg', 1),
        fieldGroup('pay_method_info', [field('dealings_type', LUMP_SUM)]),
        fieldGroup('pay_option_manage', [
          // 1 saves the card under cust_code, in place of the card saved before.
          field('cust_manage_flg', saved ? 0 : 1),
          field('cardbrand_return_flg', 1),
          ...(saved ? [] : [field('tds_authentication_id', by.authenticationId)]),
        ]),
        PLAIN,
        ...dated(at),
      ]);
      if (!answer.ok) return { outcome: 'declined', code: declineCode(apiId, answer) };
      const brand = BRAND[answer.value('res_pay_method_info/cardbrand_code')];
      // The store does not accept this brand (docs/store.md P8). The authorisation lapses, because we do not commit it.
      if (!brand) return { outcome: 'declined', code: 'brand_not_accepted' };
      return {
        outcome: 'authorised',
        trackingId: required(apiId, answer, 'res_tracking_id'),
        spsTransactionId: required(apiId, answer, 'res_sps_transaction_id'),
        brand,
        approval: answer.value('res_pay_method_info/recognized_no'),
      };
    },

    commit: (trackingId, at) => step('ST02-00101-101', trackingId, [], at, (found) => found.commit === 'committed'),

    capture: (trackingId, amount, at) =>
      step('ST02-00201-101', trackingId, [amountOption(amount)], at, (found) => found.payment === 'captured'),

    refund: (trackingId, amount, at) =>
      amount === 'full'
        ? step('ST02-00303-101', trackingId, [], at, ({ payment }) => payment === 'refunded' || payment === 'cancelled')
        : // `isDone` is always false, because the inquiry cannot tell this partial refund from an earlier one.
          step('ST02-00307-101', trackingId, [amountOption(amount)], at, () => false),

    async savedCard(customerCode, at) {
      const answer = await call('MG02-00104-101', [
        ...merchant,
        field('cust_code', customerCode),
        field('sps_cust_info_return_flg', 1),
        field('response_info_type', 2),
        fieldGroup('pay_option_manage', [field('cardbrand_return_flg', 1)]),
        PLAIN,
        ...dated(at),
      ]);
      if (!answer.ok) return answer.kind === 'customer' ? null : refuse('MG02-00104-101', answer);
      const brand = BRAND[answer.value('res_pay_method_info/cardbrand_code')];
      // The store does not accept other brands (docs/store.md P8), so a saved card of one counts as no card.
      return brand ? { masked: required('MG02-00104-101', answer, 'res_pay_method_info/cc_number'), brand } : null;
    },
  };
}

/** Value of dealings_type for a one-off payment (一括払い), the only kind that the store accepts (docs/store.md P9). */
const LUMP_SUM = 10;
/** Tells SBPS that no field is encrypted with 3DES. None needs it: our requests hold tokens instead of card numbers. */
const PLAIN = field('encrypted_flg', 0);

/** The brands that the store accepts, by SBPS's `cardbrand_code`. SBPS sends X for every other brand. */
const BRAND: Record<string, CardBrand> = {
  J: 'JCB',
  V: 'VISA',
  M: 'Mastercard',
  A: 'American Express',
  D: 'Diners Club',
};
const COMMIT: Record<string, CardInquiry['commit']> = {
  '0': 'unprocessed',
  '1': 'committed',
  '2': 'cancelled_after_commit',
  '3': 'cancelled_uncommitted',
};
const PAYMENT: Record<string, CardInquiry['payment']> = {
  '1': 'authorised',
  '2': 'captured',
  '3': 'cancelled',
  '4': 'refunded',
};
const TDS_RESULT: Record<string, 'passed' | 'failed' | 'pending'> = { '0': 'pending', '1': 'passed', '2': 'failed' };

/** Checks the form of the credentials before the first order needs them. No message contains the hash key, a secret. */
function assertCredentials({ merchantId, serviceId, hashKey }: Omit<SpsAccess, 'timeoutMs'>): void {
  if (!/^\d{5}$/.test(merchantId)) throw new Error(`SBPS merchant id must be 5 digits: ${merchantId}`);
  if (!/^\d{3}$/.test(serviceId)) throw new Error(`SBPS service id must be 3 digits: ${serviceId}`);
  if (!/^[\x21-\x7e]+$/.test(hashKey)) throw new Error('SBPS hash key must be half-width characters without spaces');
}

function amountOption(amount: number): SpsField {
  return fieldGroup('pay_option_manage', [field('amount', amount)]);
}

/** `2026-10-05T10:00:00.000+09:00` → `20261005100000`. */
function digits(at: Instant): string {
  return at.slice(0, 19).replace(/\D/g, '');
}

/** `20261005100000` → `2026-10-05`. Returns null when the text does not begin with a date. */
function dateOfDigits(text: string): JstDate | null {
  return parseJstDate(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`);
}

/**
 * Makes a plan's name fit SBPS's field item_name, which the merchant sees in SBPS's screens. Control characters become
 * spaces, and characters outside Shift_JIS become 〓. The field's limit is 40, and SBPS does not publish whether that counts
 * bytes or characters. So the name ends at 40 bytes, which is the stricter reading.
 */
function displayName(planName: string): string {
  let name = '';
  let bytes = 0;
  for (const character of planName.normalize('NFC').trim()) {
    const fit = /\p{Cc}/u.test(character) ? ' ' : isShiftJis(character) ? character : '〓';
    bytes += encodeShiftJis(fit).length;
    if (bytes > 40) break;
    name += fit;
  }
  return name.trim();
}

/**
 * Returns the code of a refusal that is due to the card or to the customer's saved card, so another card may help.
 * @throws ProviderError for any other refusal, because another card would not help
 */
function declineCode(apiId: string, answer: SpsAnswer & { ok: false }): string {
  return answer.kind === 'card' || answer.kind === 'customer' ? answer.code : refuse(apiId, answer);
}

function refuse(apiId: string, { code }: SpsAnswer & { ok: false }): never {
  throw new ProviderError('sbps', 'rejected', `${apiId}: refused with ${code}`, [code], 200);
}

/**
 * Reads a field that an answer must have.
 * @throws ProviderError `unknown` when the field is missing, because the call may have taken effect all the same
 */
function required(apiId: string, answer: SpsAnswer & { ok: true }, path: string): string {
  return answer.value(path) || missing(apiId, path);
}

function missing(apiId: string, path: string): never {
  throw new ProviderError('sbps', 'unknown', `${apiId}: answer without ${path}`, [], 200);
}
