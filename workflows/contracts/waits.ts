/** The names of all waits of workflows, with their Japanese labels. docs/operations.md explains each. */
export const waitLabels = {
  buyer_screening: '購入企業審査の結果（NP）',
  screening_correction: '登録情報の修正と再申請（審査保留中）',
  three_d_secure: '3Dセキュア認証（購入者）',
  release: '与信枠の増額と保留解除（22 金額超過）',
  service_start: 'メーカーによる提供開始',
  contract: '契約期間中（解約・変更の受付）',
  contract_end: '契約終了日',
  last_charge: '最終月のカード決済（契約終了後）',
  card_retry: 'カードの再請求または差し替え',
  card_replacement: '新しいカードの3Dセキュア認証（購入者）',
  at_risk_decision: '与信否決月の対応（再登録・自社請求・停止・終了）',
  account_events: 'アカウントの変更・審査・保証の連絡',
  form_posting: '口座振替依頼書の送付',
  form_return: '口座振替依頼書の返送（購入者）',
  bank_enrolment: '金融機関での登録（約2か月）',
  bank_enrolment_late: '金融機関での登録（通常より遅延）',
  new_form: '不備のあった依頼書の再送付',
  mandate: '口座振替中（変更・停止の受付）',
  close_review: '請求書案の確認と承認（NP締切まで）',
  close_review_overdue: '請求書案の承認（締切超過）',
  issue_day: '請求書の発行日',
  np_issue: 'NPによる請求書の発行',
  debit_file: '口座振替依頼ファイルの金融機関への提出',
  debit_results: '口座振替の結果',
  repair: 'インシデントの対応',
} as const satisfies Record<string, string>;

/** The name of a wait in PostgreSQL, in the API and in the search attribute WaitingFor. */
export type WaitName = keyof typeof waitLabels;

/** The parties that can end a wait, with their Japanese labels. */
export const ownerLabels = {
  buyer: '購入者',
  operator: '運用担当',
  finance: '経理',
  np: 'NP',
  sbps: 'SBPS',
  bank: '金融機関',
  maker: 'メーカー',
  engine: 'システム',
} as const satisfies Record<string, string>;

export type Owner = keyof typeof ownerLabels;

export interface WaitFor {
  waitingFor: WaitName;
  owner: Owner;
  /**
   * The business state of the workflow's order, mandate or close, shown in the Temporal UI and as the search attribute Status.
   */
  status: string;
}
