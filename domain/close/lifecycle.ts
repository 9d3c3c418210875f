import type { Lifecycle } from '../lifecycle';

export type CloseState = 'frozen' | 'review' | 'approved' | 'billing_requested' | 'issued' | 'closed';

/** A store's monthly close (月次締め). */
export const closeLifecycle: Lifecycle<CloseState> = {
  initial: 'frozen',
  states: {
    /** No more billable items come in; drafts are made in chunks and checked. */
    frozen: { label: '締め・下書き作成中', to: ['review'] },
    /** Finance looks, holds, or has everything drafted again, until approval or the cutoff. */
    review: { label: '確認待ち', to: ['frozen', 'approved'] },
    /** In house nothing more is needed until the issue date. */
    approved: { label: '承認済み', to: ['billing_requested', 'issued'] },
    /** np: 請求確定依頼 made before the cutoff; NP issues. */
    billing_requested: { label: '請求依頼済み', to: ['issued'] },
    /** Numbers and journal are committed; documents and mails drain from here. */
    issued: { label: '発行済み', to: ['closed'] },
    closed: { label: '締め完了', to: [] },
  },
};
