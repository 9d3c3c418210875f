import type { Lifecycle } from '../lifecycle';

export type CloseState = 'drafting' | 'review' | 'requesting' | 'awaiting_issue' | 'issuing' | 'closed';

/** The life cycle of a store's monthly close (月次締め). */
export const closeLifecycle = {
  initial: 'drafting',
  states: {
    /** The month takes no more items: late ones go to the next month. The engine drafts and checks the invoices. */
    drafting: { label: '締め・下書き作成中', to: ['review'] },
    /**
     * Finance reviews the drafts until it approves the close. Finance can hold invoices or have all drafted again. A month
     * without drafts to review is closed at once.
     */
    review: { label: '確認待ち', to: ['drafting', 'requesting', 'awaiting_issue', 'closed'] },
    /** Only with NP (the credit provider NP掛け払い): the engine asks NP to bill (請求確定依頼) before NP's cutoff. */
    requesting: { label: '請求依頼中', to: ['awaiting_issue'] },
    /**
     * The close waits for the day of issue. It goes to `closed` directly if no invoice was issued, e.g. because staff skipped it.
     */
    awaiting_issue: { label: '発行日待ち', to: ['issuing', 'closed'] },
    /** The engine numbers the store's own invoices, or copies NP's bills, and books them. Documents and mails follow. */
    issuing: { label: '発行中', to: ['closed'] },
    closed: { label: '締め完了', to: [] },
  },
} as const satisfies Lifecycle<CloseState>;
