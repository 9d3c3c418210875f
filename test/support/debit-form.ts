/** A buyer's bank account as written on the direct-debit form, with kana as people type them. */
export const form = {
  bank_code: '0005',
  bank_kana: 'ミツビシＵＦＪ',
  branch_code: '001',
  branch_kana: 'ほんてん',
  type: 'ordinary',
  number: '7654321',
  holder_kana: 'カ）アオバ',
};
