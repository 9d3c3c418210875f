import { parseJstDate, type Instant, type JstDate } from '../../../domain/calendar';
import { ProviderError } from '../../errors';
import type { CardBrand, CardInquiry, CardProvider, CardStep } from '../port';
import { encodeShiftJis, isShiftJis } from './shift-jis';
import { createSpsCall, type SpsAccess, type SpsAnswer } from './call';
import { field, fieldGroup, multibyteField, type SpsField } from './xml';

export interface SbpsConfig extends Omit<SpsAccess, 'timeoutMs'> {
  /**
   * What dates a request. SBPS refuses one older than 600 s (type 10), and a late run's `at` can be days old, so a store on
   * the real clock gives that clock here. A store on a simulated clock leaves it out: `at` is its now.
   */
  now?: () => Instant;
  /** Only tests shorten it. 30 s: an authorisation passes through SBPS to the issuer and back. */
  timeoutMs?: number;
}

/** SBペイメントサービス, API type, cards. Formats as in `sps-xml.ts`, refusals as in `sps-errors.ts`. */
export function createSbps({ now, timeoutMs = 30_000, ...access }: SbpsConfig): CardProvider {
  assertCredentials(access);
  const call = createSpsCall({ ...access, timeoutMs });
  const merchant = [field('merchant_id', access.merchantId), field('service_id', access.serviceId)];
  const dated = (at: Instant) => [
    field('request_date', digits(now ? now() : at)),
    // The largest age at which the request is still taken; SBPS's own default.
    field('limit_second', 600),
  ];

  const inquire: CardProvider['inquire'] = async (trackingId, at) => {
    const answer = await call('MG01-00101-101', [
      ...merchant,
      field('tracking_id', trackingId),
      // 2: the card number masked.
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

  /** `isDone` decides whether "already completed" means what we wanted: type 60 also stands for "already cancelled". */
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

    /** The fields of this call are not published: names and values are assumed. */
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
          // 1 saves the card under cust_code, over the one before.
          field('cust_manage_flg', saved ? 0 : 1),
          field('cardbrand_return_flg', 1),
          ...(saved ? [] : [field('tds_authentication_id', by.authenticationId)]),
        ]),
        PLAIN,
        ...dated(at),
      ]);
      if (!answer.ok) return { outcome: 'declined', code: declineCode(apiId, answer) };
      const brand = BRAND[answer.value('res_pay_method_info/cardbrand_code')];
      // STORE.md P8. Uncommitted, the authorisation lapses by itself.
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
        : // Whether this part or an earlier one was refunded can't be told from the inquiry.
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
      // A brand outside P8 can't be charged, so for us there is no card.
      return brand ? { masked: required('MG02-00104-101', answer, 'res_pay_method_info/cc_number'), brand } : null;
    },
  };
}

/** STORE.md P9: no instalments, bonus or revolving. */
const LUMP_SUM = 10;
/** encrypted_flg 0: token flows carry no card data, so nothing in them is worth 3DES. */
const PLAIN = field('encrypted_flg', 0);

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

/** At boot rather than at the first order. Says nothing of the key itself. */
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

/** `20261005100000` → `2026-10-05`; null when the answer has no date. */
function dateOfDigits(text: string): JstDate | null {
  return parseJstDate(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`);
}

/**
 * item_name is what the merchant sees in SBPS's screens, and a plan's name may be any: control characters become spaces,
 * characters outside Shift_JIS 〓, and it ends at 40 bytes (whether the limit counts bytes or characters is not published).
 */
function displayName(name: string): string {
  let shown = '';
  let bytes = 0;
  for (const character of name.normalize('NFC').trim()) {
    const fit = /\p{Cc}/u.test(character) ? ' ' : isShiftJis(character) ? character : '〓';
    bytes += encodeShiftJis(fit).length;
    if (bytes > 40) break;
    shown += fit;
  }
  return shown.trim();
}

/** A sale the card or the customer's registration does not allow is an answer; anything else here is a fault of ours. */
function declineCode(apiId: string, answer: SpsAnswer & { ok: false }): string {
  return answer.kind === 'card' || answer.kind === 'customer' ? answer.code : refuse(apiId, answer);
}

function refuse(apiId: string, { code }: SpsAnswer & { ok: false }): never {
  throw new ProviderError('sbps', 'rejected', `${apiId}: refused with ${code}`, [code], 200);
}

/** Without it the answer is useless, though its effect stands: `unknown`. */
function required(apiId: string, answer: SpsAnswer & { ok: true }, path: string): string {
  return answer.value(path) || missing(apiId, path);
}

function missing(apiId: string, path: string): never {
  throw new ProviderError('sbps', 'unknown', `${apiId}: answer without ${path}`, [], 200);
}
