/**
 * NP's result of screening a buyer (購入企業審査): passed 通過, held 保留, denied 否決, cancelled 取消, or still screening 審査中. NP is
 * the credit provider NP掛け払い. It screens each billing destination as a buyer.
 */
export type BuyerResult = 'passed' | 'held' | 'denied' | 'cancelled' | 'screening';

/**
 * NP's guarantee of a buyer's debts (債権保証ステータス). OK: guaranteed. ALRT: a bill is overdue by less than a month. NG: a
 * bill is overdue by a month or more, and NP takes no new transactions.
 */
export type Guarantee = 'OK' | 'ALRT' | 'NG';
