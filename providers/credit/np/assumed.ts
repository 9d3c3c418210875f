/**
 * Our guesses about the parts of the API of NP掛け払い ("NP", the credit provider) that have no public description. Only
 * three calls are publicly known: to register transactions (取引登録), to cancel them (取引キャンセル) and to request their
 * billing (請求確定依頼). The paths, fields and codes here are invented in the same style: camelCase, yen as strings, dates
 * `YYYY-MM-DD`, errors as `{"errors":[{"codes":[…]}]}`. When the real specification is available, only this file, the
 * readers in answers.ts and the field names in provider.ts need to change. So far the engine has called simulators/np only,
 * never the real NP. Comments elsewhere mark such a guess with ASSUMED.
 */
export const ASSUMED = {
  /** Paths of the calls. `id` is NP's id of the buyer (購入企業ID). `number` is the number of the bill. */
  paths: {
    /**
     * POST registers a buyer and starts its screening (購入企業登録・審査). GET `?shopBuyerId=` finds a buyer by our reference;
     * an empty list means that NP does not know it.
     */
    buyers: '/v1/buyers',
    /** GET returns the buyer's screening result, guarantee status and credit limit. */
    buyer: (id: string) => `/v1/buyers/${encodeURIComponent(id)}`,
    /** POST sends a buyer's corrected data and applies for credit again (申請). */
    applications: (id: string) => `/v1/buyers/${encodeURIComponent(id)}/applications`,
    /** POST `{request:{fromMonth}}` reports that the buyer pays the bill of that month and later bills by direct debit. */
    directDebit: (id: string) => `/v1/buyers/${encodeURIComponent(id)}/direct-debit`,
    /** POST reports that the buyer no longer pays by direct debit. */
    directDebitEnd: (id: string) => `/v1/buyers/${encodeURIComponent(id)}/direct-debit/end`,
    /** GET `?shopTransactionId=` finds a transaction by our id, even a refused one. */
    transactions: '/v1/transactions',
    /** GET `?closeDate=&cursor=` returns a page of the issued bills of the month that ended on `closeDate`, by number. */
    bills: '/v1/bills',
    /** GET returns the PDF of the bill. */
    billDocument: (number: string) => `/v1/bills/${encodeURIComponent(number)}/document`,
  },

  /** Fields of a transaction that NP prints on its bill: 発注番号 and 件名, at most 100 characters each. */
  transactionNotes: { poNumber: 'shopPurchaseOrderNumber', subject: 'shopSubject' },

  /**
   * Codes of a buyer's screening result. NP後払い, NP's service for consumers, uses 00, 10, 20 and 40 for the screening of
   * a transaction. 30 is invented.
   */
  buyerResults: { '00': 'passed', '10': 'held', '20': 'denied', '30': 'cancelled', '40': 'screening' },

  companyTypes: { corporation: '1', sole_proprietor: '2' },

  codes: {
    /** The shopTransactionId was used before. */
    duplicateTransaction: 'E0100212',
    /** NP is under maintenance and has processed nothing. Comes with HTTP 503. */
    maintenance: 'E0100903',
  },
} as const;
