import type { Lifecycle } from '../lifecycle';

export type CloseState =
  'freezing' | 'drafting' | 'checking' | 'review' | 'requesting' | 'awaiting_issue' | 'issuing' | 'closed';

/** A store's monthly close (月次締め). */
export const closeLifecycle: Lifecycle<CloseState> = {
  initial: 'freezing',
  states: {
    /** No more billable items come in: late ones go to the next period. */
    freezing: { label: '締め処理中', to: ['drafting'] },
    drafting: { label: '請求書作成中', to: ['checking'] },
    /** An account that fails a check is set aside with an incident; the others go on. */
    checking: { label: '検算中', to: ['review'] },
    /** Finance looks, holds, redrafts, until approval or the cutoff. */
    review: { label: '確認待ち', to: ['drafting', 'requesting', 'awaiting_issue'] },
    /** np only: billing is asked of NP before its cutoff. */
    requesting: { label: '請求依頼中', to: ['awaiting_issue'] },
    awaiting_issue: { label: '発行日待ち', to: ['issuing'] },
    issuing: { label: '発行中', to: ['closed'] },
    closed: { label: '締め完了', to: [] },
  },
};
