import type { Lifecycle } from '../lifecycle';

export type CloseState = 'drafting' | 'review' | 'requesting' | 'awaiting_issue' | 'issuing' | 'closed';

/** A store's monthly close (月次締め). */
export const closeLifecycle: Lifecycle<CloseState> = {
  initial: 'drafting',
  states: {
    /** The month is frozen, so late items go to the next month. Drafts are made in chunks and checked. */
    drafting: { label: '締め・下書き作成中', to: ['review', 'closed'] },
    /** Finance reviews the drafts, holds some, or has all drafted again, until it approves the close. */
    review: { label: '確認待ち', to: ['drafting', 'requesting', 'awaiting_issue'] },
    /** np: the engine asks NP to bill (請求確定依頼) before NP's cutoff. */
    requesting: { label: '請求依頼中', to: ['awaiting_issue'] },
    awaiting_issue: { label: '発行日待ち', to: ['issuing'] },
    /** Chunks of invoices get their numbers and journal entries. Documents and mails follow. */
    issuing: { label: '発行中', to: ['closed'] },
    closed: { label: '締め完了', to: [] },
  },
};
