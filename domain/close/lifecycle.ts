import type { Lifecycle } from '../lifecycle';

export type CloseState = 'drafting' | 'review' | 'requesting' | 'awaiting_issue' | 'issuing' | 'closed';

/** A store's monthly close (月次締め). */
export const closeLifecycle: Lifecycle<CloseState> = {
  initial: 'drafting',
  states: {
    /** The month is frozen: late items go to the next one. Drafts are made in chunks and checked. */
    drafting: { label: '締め・下書き作成中', to: ['review', 'closed'] },
    /** Finance looks, holds, or has everything drafted again, until approval or the cutoff. */
    review: { label: '確認待ち', to: ['drafting', 'requesting', 'awaiting_issue'] },
    /** np: billing is asked of NP (請求確定依頼) before its cutoff. */
    requesting: { label: '請求依頼中', to: ['awaiting_issue'] },
    awaiting_issue: { label: '発行日待ち', to: ['issuing'] },
    /** Numbers and journal are committed; documents and mails drain from here. */
    issuing: { label: '発行中', to: ['closed'] },
    closed: { label: '締め完了', to: [] },
  },
};
