import type { Lifecycle } from '../lifecycle';

export type CloseState = 'drafting' | 'review' | 'requesting' | 'awaiting_issue' | 'issuing' | 'closed';

/** The life cycle of a store's monthly close (月次締め). */
export const closeLifecycle = {
  initial: 'drafting',
  states: {
    /** The month is frozen: late items go to the next month. The engine drafts and checks the invoices in chunks. */
    drafting: { label: '締め・下書き作成中', to: ['review'] },
    /**
     * Finance reviews the drafts until it approves the close. It can hold invoices or have all drafted again. A month without
     * drafts to review is closed at once.
     */
    review: { label: '確認待ち', to: ['drafting', 'requesting', 'awaiting_issue', 'closed'] },
    /** Only with NP (the credit provider NP掛け払い): the engine asks NP to bill (請求確定依頼) before NP's cutoff. */
    requesting: { label: '請求依頼中', to: ['awaiting_issue'] },
    /** The close waits for the day of issue. It goes to `closed` directly if the issue failed for good and staff skipped it. */
    awaiting_issue: { label: '発行日待ち', to: ['issuing', 'closed'] },
    /** The engine numbers and books the invoices in chunks. Their documents and mails follow. */
    issuing: { label: '発行中', to: ['closed'] },
    closed: { label: '締め完了', to: [] },
  },
} as const satisfies Lifecycle<CloseState>;
