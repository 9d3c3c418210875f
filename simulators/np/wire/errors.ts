/**
 * HTTP status, code and text of each error. NP's codes are not public. These are ASSUMED, in the form of the codes of
 * NP後払い (`E0100115`), NP's service for consumers.
 */
const table = {
  credentials: [401, 'E0100001', 'wrong shop code or SP code'],
  terminal: [400, 'E0100002', 'X-NP-Terminal-Id missing or not the one given to this shop'],
  field: [400, 'E0100101', 'field missing or malformed'],
  total: [400, 'E0100115', 'totalAmount is not the sum of price × quantity'],
  taxRateSummaries: [400, 'E0100116', 'taxRateSummaries do not agree with the details'],
  idTooLong: [400, 'E0100117', 'shopTransactionId is longer than 40 characters'],
  unknownBuyer: [404, 'E0100201', 'no such buyer'],
  buyerState: [409, 'E0100202', 'not allowed in the state of the buyer'],
  duplicateBuyer: [409, 'E0100203', 'shopBuyerId was used before'],
  unknownTransaction: [404, 'E0100211', 'no such transaction'],
  duplicateTransaction: [409, 'E0100212', 'shopTransactionId was used before'],
  transactionState: [409, 'E0100213', 'not allowed in the state of the transaction'],
  alreadyIssued: [409, 'E0100301', 'the bills of that month are issued'],
  unknownBill: [404, 'E0100311', 'no such bill'],
  refused: [400, 'E0100902', 'refused on demand'],
  maintenance: [503, 'E0100903', 'under maintenance; nothing was processed'],
} as const;

export type NpErrorName = keyof typeof table;

/** A refused API call, answered as `{"errors":[{"codes":[…],"message"}]}`. */
export class NpError extends Error {
  readonly httpStatus: number;
  readonly code: string;
  constructor(
    readonly reason: NpErrorName,
    detail = '',
  ) {
    const [httpStatus, code, message] = table[reason];
    super(detail ? `${message}: ${detail}` : message);
    this.httpStatus = httpStatus;
    this.code = code;
  }

  get body() {
    return { errors: [{ codes: [this.code], message: this.message }] };
  }
}
