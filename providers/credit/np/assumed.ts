/**
 * ASSUMED: every part of NP掛け払い's API that has no public description (japan-domain.md §1.3). Three calls are known
 * (取引登録, 取引キャンセル, 請求確定依頼). The paths, fields and codes here are invented in the same style: camelCase, yen as strings,
 * dates `YYYY-MM-DD`, `{"errors":[{"codes":[…]}]}`. When the real specification is available, only this file and the
 * readers in np-answers.ts need to change. So far it has run against simulators/np only.
 */
export const ASSUMED = {
  /** ASSUMED. `id` is 購入企業ID, `number` the number of the bill. */
  paths: {
    /** POST registers and screens (購入企業登録・審査). GET `?shopBuyerId=` finds a buyer; an empty list means unknown. */
    buyers: '/v1/buyers',
    /** GET: screening, guarantee status, limit. */
    buyer: (id: string) => `/v1/buyers/${encodeURIComponent(id)}`,
    /** POST: corrected data and a new application (申請). */
    applications: (id: string) => `/v1/buyers/${encodeURIComponent(id)}/applications`,
    /** POST `{request:{fromMonth}}`: the debit is in force from that month's bill on. */
    directDebit: (id: string) => `/v1/buyers/${encodeURIComponent(id)}/direct-debit`,
    /** POST: the debit is no longer in force. */
    directDebitEnd: (id: string) => `/v1/buyers/${encodeURIComponent(id)}/direct-debit/end`,
    /** GET `?shopTransactionId=`: at most one transaction, even a refused one. */
    transactions: '/v1/transactions',
    /** GET `?closeDate=&cursor=`: issued bills in number order. */
    bills: '/v1/bills',
    /** GET: the PDF. */
    billDocument: (number: string) => `/v1/bills/${encodeURIComponent(number)}/document`,
  },

  /** ASSUMED: fields of a transaction that NP prints on its bill (発注番号, 件名), at most 100 characters each. */
  transactionNotes: { poNumber: 'shopPurchaseOrderNumber', subject: 'shopSubject' },

  /** ASSUMED for buyers: 00, 10, 20 and 40 are the codes of NP後払い for transactions. 30 is invented. */
  buyerResults: { '00': 'passed', '10': 'held', '20': 'denied', '30': 'cancelled', '40': 'screening' },

  /** ASSUMED: 1 法人, 2 個人事業主. */
  companyTypes: { corporation: '1', sole_proprietor: '2' },

  codes: {
    /** ASSUMED: the shopTransactionId was used before. */
    duplicateTransaction: 'E0100212',
    /** ASSUMED: under maintenance, with HTTP 503. Nothing was processed. */
    maintenance: 'E0100903',
  },
} as const;
