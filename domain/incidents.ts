/** Ways a person may end an incident of one kind, each with what follows from it. A way that is not named is refused. */
interface Ways {
  /** Done again; a provider is asked first what became of the last try. */
  retry?: string;
  /** Gone on without. */
  skip?: string;
  /** Gone on as if the step had given the result named. */
  resolveAs?: Record<string, string>;
}

interface IncidentKindText {
  owner: 'operator' | 'finance';
  /** What staff read in lists. */
  ja: string;
  /** What has happened, and what to do about it. */
  means: string;
  cure: string;
  /**
   * A step that failed for good: its workflow waits in `repair` until somebody decides. Without it nothing waits, and it is
   * closed in words of one's own (`resolve_as`), tried again where `again` says what is then done, or by itself.
   */
  step?: Ways;
  again?: string;
  /** Closed by the engine once its cause is gone. */
  closesItself?: true;
}

/**
 * Every kind of thing that failed for good or that a person has to look at. What the API offers, what a workflow takes and
 * docs/incidents.md (`npm run docs`) all follow from this table; each kind is made to happen by a scenario in test/.
 */
export const incidentKinds = {
  // ── steps of an order ────────────────────────────────────────────────────────────────────────────────────────────────
  np_registration: {
    owner: 'operator',
    ja: '取引登録に失敗（注文）',
    means: "NP will not take the registration of an order's month, or could not be reached for 24 hours",
    cure: 'correct what NP names, or clear it with NP, then retry',
    step: {
      retry: 'NP is asked whether it has the month; sent only when it has not',
      skip: 'as refused with 24: a new order is declined, one at risk stays so',
      resolveAs: {
        registered: 'the service is given; the month is held at its close, as the books know no registration of it',
      },
    },
  },
  np_cancellation: {
    owner: 'finance',
    ja: '取引キャンセルに失敗',
    means: 'NP was not told that nothing comes of a cancelled order; its amount still counts against the limit',
    cure: "retry, or cancel it in NP's console and skip",
    step: { retry: 'told again; twice changes nothing at NP', skip: 'gone on without' },
  },
  card_authentication: {
    owner: 'operator',
    ja: '3Dセキュア認証の要求に失敗',
    means: 'SBPS will not take the request for 3-D Secure',
    cure: 'correct what SBPS names (credentials first), then retry, or skip where the buyer has gone',
    step: {
      retry: 'sent again; counts as declined where the first try has spent the one-time token',
      skip: 'the order is cancelled; a running one keeps its card',
    },
  },
  card_authorisation: {
    owner: 'operator',
    ja: '初回オーソリに失敗',
    means: "SBPS will not say how 3-D Secure ended, or will not take the first month's authorisation",
    cure: 'correct what SBPS names, then retry',
    step: {
      retry: 'tried again; an authorisation whose answer was lost is never committed and counts as declined',
      skip: 'the order is cancelled as declined',
      resolveAs: { charged: 'the service is given; the month is charged to the saved card at its close' },
    },
  },
  card_saving: {
    owner: 'operator',
    ja: 'カードの保存に失敗',
    means: 'SBPS will not keep the card that is to replace another',
    cure: 'correct what SBPS names, then retry',
    step: { retry: 'tried again', skip: 'the card before stays' },
  },
  card_charge: {
    owner: 'finance',
    ja: 'カード再請求に失敗',
    means: 'SBPS will not take the charge of a month that was declined before',
    cure: 'correct what SBPS names, then retry',
    step: { retry: 'tried again; what was committed or captured meanwhile is found', skip: 'counts as declined' },
  },
  // ── steps of a buyer ─────────────────────────────────────────────────────────────────────────────────────────────────
  np_buyer_screening: {
    owner: 'operator',
    ja: '購入企業の登録に失敗',
    means: 'NP will not take a buyer for screening, or could not be reached for 24 hours',
    cure: "correct the account's data, then retry",
    step: {
      retry: 'NP is asked whether it has the buyer; sent only when it has not',
      skip: "NP's news decide; without any the order is declined after 10 business days",
    },
  },
  np_direct_debit: {
    owner: 'finance',
    ja: '口座振替開始の連絡に失敗（NP）',
    means: 'NP was not told that direct debit is in force',
    cure: "retry, or set it in NP's console and skip",
    step: { retry: 'told again; twice changes nothing at NP', skip: 'active in our books only' },
  },
  np_direct_debit_end: {
    owner: 'finance',
    ja: '口座振替終了の連絡に失敗（NP）',
    means: 'NP was not told that direct debit has ended; it would debit once more',
    cure: "retry, or end it in NP's console and skip",
    step: { retry: 'told again; twice changes nothing at NP', skip: 'ended in our books only' },
  },
  // ── steps of a month ─────────────────────────────────────────────────────────────────────────────────────────────────
  np_month_registration: {
    owner: 'finance',
    ja: '当月分の取引登録が停止',
    means: "a chunk of the month's registrations could not be worked for 24 hours",
    cure: 'mend the cause, then retry',
    step: {
      retry: 'those without an answer are taken up',
      skip: 'its orders (200) stay unregistered and are not billed; the others go on',
    },
  },
  draft: {
    owner: 'finance',
    ja: '請求書案の作成が停止',
    means: 'a chunk of drafts cannot be made',
    cure: 'mend the cause, then retry',
    step: {
      retry: 'the chunk is made anew',
      skip: 'its destinations (500) are not billed this month; the others go on',
    },
  },
  card_collection: {
    owner: 'finance',
    ja: 'カード売上処理が停止',
    means: 'a chunk of card receipts could not be worked for 24 hours',
    cure: 'mend the cause, then retry',
    step: {
      retry: 'those not charged yet are taken up',
      skip: 'each of its receipts (50) is an incident of its own; the others go on',
    },
  },
  np_billing_request: {
    owner: 'finance',
    ja: '請求確定依頼に失敗',
    means: 'NP will not take a request for bills, or could not be reached for 24 hours',
    cure: "mend the cause, then retry before NP's cutoff",
    step: {
      retry: 'asked again; twice is once at NP',
      skip: 'its drafts (500) are billed with the next month; the others go on',
    },
  },
  issue: {
    owner: 'finance',
    ja: '請求書の発行が停止',
    means: 'a chunk of invoices cannot be issued',
    cure: 'mend the cause, then retry',
    step: {
      retry: 'the chunk is issued; numbers stay without a gap',
      skip: 'its drafts (500) are billed with the next month; the others go on',
    },
  },
  np_mirror: {
    owner: 'finance',
    ja: 'NP請求書の取込に失敗',
    means: "NP's bills cannot be fetched",
    cure: 'mend the cause, then retry',
    step: { retry: 'fetched again', skip: 'fetched again the next day' },
  },
  np_bill_document: {
    owner: 'finance',
    ja: '再請求書のPDF取得に失敗',
    means: 'NP does not give the document of a bill that is due again after a failed debit',
    cure: 'retry when NP has it',
    step: { retry: 'fetched again', skip: 'the invoice stays without its document' },
  },
  // ── to be looked at: orders ──────────────────────────────────────────────────────────────────────────────────────────
  np_registration_failed: {
    owner: 'finance',
    ja: '当月分の取引登録に失敗（1件）',
    means: "one order's month was not taken by NP on the 1st; the others went on",
    cure: 'correct what NP names, then retry; unregistered it is not billed',
    again: 'all of the month that have no answer of NP yet are registered',
  },
  card_charge_failed: {
    owner: 'finance',
    ja: 'カード売上処理に失敗（1件）',
    means: "one order's month could not be charged to its card at the close; the others went on",
    cure: 'correct what SBPS names, then retry',
    again: "all of the month's receipts that are still drafts are charged",
  },
  last_charge_declined: {
    owner: 'finance',
    ja: '最終月のカード決済不可',
    means: 'the last month of an ended contract was not paid by the card',
    cure: 'collect it by other means',
  },
  service_start_late: {
    owner: 'operator',
    ja: '提供開始の遅延',
    means: "the maker has not started the service within the plan's days",
    cure: 'ask the maker; the order goes on waiting',
    closesItself: true,
  },
  // ── to be looked at: mandates and debits ─────────────────────────────────────────────────────────────────────────────
  direct_debit_form_not_returned: {
    owner: 'finance',
    ja: '口座振替依頼書が未返送',
    means: 'a form is not back 14 or 30 days after it was posted',
    cure: 'ask the buyer',
  },
  direct_debit_overdue_at_bank: {
    owner: 'finance',
    ja: '口座登録が大幅に遅延',
    means: 'a bank has not enrolled a mandate 4 months after the form was received; told monthly',
    cure: 'ask the bank',
  },
  debit_file_not_handed_in: {
    owner: 'finance',
    ja: '口座振替依頼ファイルが未提出',
    means: 'the request file of a debit day (in house) was not handed in to the bank 9 business days before',
    cure: 'hand it in and record it, or ask the bank whether it still takes it',
    closesItself: true,
  },
  debit_results_late: {
    owner: 'finance',
    ja: '口座振替の結果が未着',
    means: 'no results 5 business days after a debit',
    cure: 'ask the bank or NP, or enter them',
    closesItself: true,
  },
  unknown_debit_code: {
    owner: 'finance',
    ja: '未知の口座振替結果コード',
    means: 'NP told a result with a code outside 0, 1, 2, 3, 4, 8, 9; the debit stays open',
    cure: 'compare with NP, then enter the result',
    closesItself: true,
  },
  debit_result_differs: {
    owner: 'finance',
    ja: '口座振替結果の相違',
    means: 'a second result for a debit differs from the one booked; the first stands',
    cure: 'compare with the bank',
  },
  paid_twice: {
    owner: 'finance',
    ja: '二重入金',
    means: 'a debit succeeded for an invoice that had been paid meanwhile, in part or in full',
    cure: 'pay back what is too much',
  },
  overpaid: {
    owner: 'finance',
    ja: '過入金（仮受金）',
    means: 'a deposit (in house) was more than the invoices it names owed; the rest is 仮受金',
    cure: 'pay the rest back, or reverse the deposit and enter it with the other invoices it pays',
    closesItself: true,
  },
  // ── to be looked at: the close ───────────────────────────────────────────────────────────────────────────────────────
  draft_check: {
    owner: 'finance',
    ja: '請求書案の検算不一致（保留中）',
    means: 'a draft does not add up, or not to what NP registered; it is held',
    cure: 'compare with NP, then redraft or release the hold',
  },
  close_not_approved: {
    owner: 'finance',
    ja: '請求書案が未承認（締切超過）',
    means: "the drafts were not approved by NP's cutoff, or by the issue date; nothing is sent unapproved",
    cure: 'approve the close',
    closesItself: true,
  },
  np_bills_missing: {
    owner: 'finance',
    ja: 'NP請求書が未発行',
    means: 'NP has not issued every bill by the issue date; asked for daily',
    cure: 'ask NP',
    closesItself: true,
  },
  np_bill_differs: {
    owner: 'finance',
    ja: 'NP請求書の金額等が相違',
    means: "NP's bill differs from what was approved; it is not mirrored",
    cure: 'clear it with NP',
  },
  unbilled_items: {
    owner: 'finance',
    ja: '未請求の明細あり',
    means: 'a month closed with items on no invoice, or with invoices that were held or left out',
    cure: 'the held and left out are billed with the next month; the rest by hand',
  },
  document_missing: {
    owner: 'finance',
    ja: '請求書PDFの欠落',
    means: 'there is no PDF of an issued invoice yet',
    cure: 'fetch or render it',
    closesItself: true,
  },
  // ── to be looked at: what is told ────────────────────────────────────────────────────────────────────────────────────
  mail_unknown: {
    owner: 'operator',
    ja: 'メールの到達が不明',
    means: 'not known to be sent within 23 hours of the first try',
    cure: 'look into Resend; retry when it is not there',
    again: 'sent again, as a first try',
  },
  mail_failed: {
    owner: 'operator',
    ja: 'メールの送信を拒否された',
    means: 'Resend refused the mail',
    cure: 'mend what Resend names, then retry',
    again: 'sent again, as a first try',
  },
  news_not_understood: {
    owner: 'operator',
    ja: '解釈できないNPからの連絡',
    means: 'a provider told what fits nothing in the books',
    cure: 'compare with the provider',
    closesItself: true,
  },
  message_undeliverable: {
    owner: 'operator',
    ja: '終了済みの処理への連絡',
    means: 'something was to be told to a workflow that has ended',
    cure: 'look at the order, account or mandate',
  },
  workflow_failed: {
    owner: 'operator',
    ja: '処理の異常終了',
    means: 'a workflow failed outside of any step; a bug',
    cure: 'report it with the failure; what it had left to do is done by hand',
  },
} as const satisfies Record<string, IncidentKindText>;

export type IncidentKind = keyof typeof incidentKinds;
/** Kinds whose workflow waits for the decision. */
export type StepKind = {
  [K in IncidentKind]: (typeof incidentKinds)[K] extends { step: Ways } ? K : never;
}[IncidentKind];

export const incidentText = (kind: IncidentKind): IncidentKindText => incidentKinds[kind];

/** What `how` may be for an incident of this kind: `retry`, `skip`, and the results it can be resolved as ('*': any words). */
export function waysOf(kind: IncidentKind): { how: ('retry' | 'skip')[]; resolveAs: string[] | '*' } {
  const { step, again } = incidentText(kind);
  if (!step) return { how: again ? ['retry'] : [], resolveAs: '*' };
  const how = (['retry', 'skip'] as const).filter((way) => step[way]);
  return { how, resolveAs: Object.keys(step.resolveAs ?? {}) };
}
