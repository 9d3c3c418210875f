/**
 * ASSUMED: everything about NP掛け払い's API that has no public description, in one place (japan-domain.md §1.3). Three calls
 * are known (取引登録, 取引キャンセル, 請求確定依頼); these paths, fields and codes were invented in their manner: camelCase,
 * yen as strings, dates `YYYY-MM-DD`, `{"errors":[{"codes":[…]}]}`. With the real specification at hand, this file and the
 * readers in np-answers.ts are what changes. Tried against simulators/np only.
 */
export const ASSUMED = {
  /** ASSUMED. Path → what it does; `:id` is 購入企業ID, `:number` the bill's number. */
  paths: {
    /** POST registers and screens (購入企業登録・審査); GET `?shopBuyerId=` looks up, empty list = unknown. */
    buyers: '/v1/buyers',
    /** GET: screening, guarantee status, limit. */
    buyer: (id: string) => `/v1/buyers/${encodeURIComponent(id)}`,
    /** POST: corrected data and a new application (申請). */
    applications: (id: string) => `/v1/buyers/${encodeURIComponent(id)}/applications`,
    /** POST `{request:{fromMonth}}`: debit in force from that month's bill on. */
    directDebit: (id: string) => `/v1/buyers/${encodeURIComponent(id)}/direct-debit`,
    /** POST: debit no longer in force. */
    directDebitEnd: (id: string) => `/v1/buyers/${encodeURIComponent(id)}/direct-debit/end`,
    /** GET `?shopTransactionId=`: at most one, refused ones included. */
    transactions: '/v1/transactions',
    /** GET `?closeDate=&cursor=`: issued bills in number order. */
    bills: '/v1/bills',
    /** GET: the PDF. */
    billDocument: (number: string) => `/v1/bills/${encodeURIComponent(number)}/document`,
  },

  /** ASSUMED: fields of a transaction that NP prints on its bill: 発注番号, 件名; at most 100 characters each. */
  transactionNotes: { poNumber: 'shopPurchaseOrderNumber', subject: 'shopSubject' },

  /** ASSUMED for buyers (00/10/20/40 are the sibling NP後払い's for transactions, 30 is ours). */
  buyerResults: { '00': 'passed', '10': 'held', '20': 'denied', '30': 'cancelled', '40': 'screening' },

  /** ASSUMED: 1 法人, 2 個人事業主. */
  companyTypes: { corporation: '1', sole_proprietor: '2' },

  codes: {
    /** ASSUMED: the shopTransactionId was used before. */
    duplicateTransaction: 'E0100212',
    /** ASSUMED: under maintenance, with HTTP 503: nothing was processed. */
    maintenance: 'E0100903',
  },
} as const;
