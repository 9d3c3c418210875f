/**
 * NP's result of screening a buyer (購入企業審査): 通過, 保留, 否決, 取消, or still 審査中. NP is the credit provider NP掛け払い; it
 * screens each billing destination as a buyer.
 */
export type BuyerResult = 'passed' | 'held' | 'denied' | 'cancelled' | 'screening';

/**
 * NP's guarantee of a buyer's debts (債権保証ステータス). ALRT: a bill is overdue by less than a month. NG: a bill is overdue by a
 * month or more, and NP takes no new transactions.
 */
export type Guarantee = 'OK' | 'ALRT' | 'NG';
