/** Outcome of screening a buyer (購入企業審査): 通過 / 保留 / 否決 / 取消, or still 審査中. */
export type BuyerResult = 'passed' | 'held' | 'denied' | 'cancelled' | 'screening';

/** 債権保証ステータス: OK → ALRT (overdue under a month) → NG (a month or more, no new transactions). */
export type Guarantee = 'OK' | 'ALRT' | 'NG';
