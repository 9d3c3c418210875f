/*
 * The error codes of the card gateway SBPS. A code has 3 characters for the payment method, 2 for the type of error and 3
 * for the field ("item"). For example, 10105202 is 101 = card, 05 = too long, 202 = dealings_type. The tables follow two
 * published clients of SBPS's API and hold only the types and items that can occur in an answer to a card call.
 */

/**
 * The meaning of a refusal for the caller:
 * - `card`: the issuer or SBPS does not accept this card for this sale; another card may be accepted.
 * - `already_done`: the transaction was already processed, perhaps by an earlier call whose answer was lost.
 * - `state`: the transaction is in a state that does not allow the step, or it is too late for the step.
 * - `not_found`: SBPS does not know the transaction.
 * - `customer`: no card is saved for the customer, or the authentication belongs to another customer.
 * - `malformed`: our request is wrong or our contract with SBPS does not cover it; a retry is refused again.
 * - `outage`: SBPS or the acquirer (the card company behind SBPS) failed; we do not know whether the call took effect.
 */
export type SpsErrorKind = 'card' | 'already_done' | 'state' | 'not_found' | 'customer' | 'malformed' | 'outage';

/** Our kind and a short text for each type of error (characters 4 and 5 of a code). */
const TYPES: Record<string, readonly [SpsErrorKind, string]> = {
  '00': ['malformed', 'not readable as XML'],
  '01': ['malformed', 'payment method not enabled'],
  '02': ['malformed', 'unknown API id'],
  '03': ['malformed', 'required field missing'],
  '04': ['malformed', 'wrong kind of characters'],
  '05': ['malformed', 'too long'],
  '06': ['malformed', 'wrong format'],
  '07': ['malformed', 'not one of the defined values'],
  '09': ['malformed', 'hash code does not match'],
  '10': ['malformed', 'request_date too old'],
  '11': ['not_found', 'unknown sps_transaction_id'],
  '12': ['not_found', 'unknown tracking_id'],
  '13': ['malformed', 'field not allowed here'],
  '14': ['malformed', 'unknown merchant or service'],
  '20': ['card', 'stopped by the fraud filter'],
  '21': ['card', 'refused by the card centre'],
  '22': ['card', 'over the limit of the card'],
  '23': ['card', 'card cannot be used'],
  '24': ['card', 'wrong PIN'],
  '25': ['card', 'over the number of uses of the card'],
  '26': ['card', 'card not accepted'],
  '27': ['card', 'wrong number or expiry'],
  '28': ['card', 'sale not accepted'],
  '36': ['card', 'refused for another reason'],
  '37': ['state', 'service captures by itself'],
  '39': ['state', 'no authorisation to capture'],
  '40': ['state', 'authorisation cancelled, nothing to capture'],
  '41': ['already_done', 'already captured'],
  '42': ['state', 'too late to capture'],
  '44': ['state', 'no authorisation to refund'],
  '45': ['already_done', 'authorisation already cancelled'],
  '46': ['already_done', 'already refunded'],
  '47': ['state', 'no refund while charged continuously'],
  '51': ['state', 'no authorisation to cancel'],
  '52': ['already_done', 'authorisation already cancelled'],
  '54': ['state', 'no cancellation while charged continuously'],
  '56': ['state', 'too late to refund'],
  '59': ['state', 'commit before the refund'],
  '60': ['already_done', 'already committed or cancelled'],
  '61': ['card', 'wrong security code'],
  '79': ['state', 'more than was authorised'],
  '80': ['outage', 'gateway failed'],
  '81': ['malformed', 'parameters refused by the gateway'],
  '83': ['outage', 'gateway record not found'],
  '84': ['outage', 'unreadable answer of the acquirer'],
  '85': ['outage', 'no connection to the acquirer'],
  '86': ['outage', 'acquirer failed'],
  '90': ['outage', 'API failed'],
  '92': ['outage', 'no connection to the gateway'],
  '93': ['card', 'tried too often'],
  '94': ['already_done', 'already completed'],
  '95': ['customer', 'no such saved card, or another customer'],
  '96': ['malformed', 'order_id used before'],
  K0: ['state', 'not captured, so no partial refund'],
  K1: ['state', 'refunds exceed the captured amount'],
  T1: ['card', 'token unreadable'],
  T2: ['card', 'token used or expired'],
};

/** Names of the request's fields by item (characters 6 to 8 of a code). */
const ITEMS: Record<string, string> = {
  '000': 'API id',
  '001': 'merchant_id',
  '002': 'service_id',
  '003': 'cust_code',
  '004': 'order_id',
  '005': 'item_id',
  '006': 'item_name',
  '007': 'tax',
  '008': 'amount',
  '023': 'request_date',
  '024': 'limit_second',
  '025': 'sps_hashcode',
  '026': 'sps_transaction_id',
  '027': 'tracking_id',
  '028': 'encrypted_flg',
  '029': 'processing_datetime',
  '030': 'sps_cust_info_return_flg',
  '202': 'dealings_type',
  '203': 'divide_times',
  '205': 'cust_manage_flg',
};

/** Takes an error code apart. A code of another form or of an unknown type counts as `malformed`. */
export function readSpsError(code: string): { kind: SpsErrorKind; type: string; text: string } {
  const [, type = '', item = ''] = /^[0-9A-Za-z]{3}([0-9A-Za-z]{2})([0-9A-Za-z]{3})$/.exec(code) ?? [];
  // Types 29–35 concern instalments and bonus payments, and 65–77 are decisions of the acquirer. With each of them the
  // card company refuses the sale, so they count as `card`.
  const byIssuer = /^(29|3[0-5]|6[5-9]|7[0-7])$/.test(type);
  const [kind, meaning] =
    TYPES[type] ??
    (byIssuer ? (['card', 'refused by the acquirer'] as const) : (['malformed', 'unknown error'] as const));
  return { kind, type, text: ITEMS[item] ? `${meaning}: ${ITEMS[item]}` : meaning };
}
