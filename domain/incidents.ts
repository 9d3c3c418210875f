/** The ways in which staff may end an incident of one kind, each with a text of its effect. The API refuses any other way. */
interface Ways {
  /** Run the step again. Some steps first ask the provider for the result of the last try. */
  retry?: string;
  /** Go on without the step. */
  skip?: string;
  /** Go on as if the step had given this result: result → its effect. */
  resolveAs?: Record<string, string>;
}

interface IncidentKindText {
  owner: 'operator' | 'finance';
  /** The title that staff read in lists. */
  ja: string;
  /** The fact that the incident reports. `cure` is the action that staff should take. */
  means: string;
  cure: string;
  /**
   * Set if the incident means that a step of a workflow has failed for good. The workflow then waits until staff choose one of
   * these ways. No workflow waits for an incident of the other kinds: staff close it with a free text (`resolve_as`), or retry
   * it where `again` is set.
   */
  step?: Ways;
  /** The effect of `retry` on an incident for which no workflow waits. */
  again?: string;
  /** True if the engine closes the incident without staff once its cause is gone. */
  closesItself?: true;
}

/**
 * Every kind of failure that staff must act on. The API and the workflows read this table, and `npm run docs` writes
 * docs/incidents.md from it. The scenarios in test/scenarios/ make each kind happen.
 */
export const incidentKinds = {
  // ── steps of an order ────────────────────────────────────────────────────────────────────────────────────────────────
  np_registration: {
    owner: 'operator',
    ja: '取引登録に失敗（注文）',
    means: "NP rejects the registration of an order's month, or could not be reached for 24 hours",
    cure: 'correct the error that NP names, or settle it with NP, then retry',
    step: {
      retry: 'NP is asked first; the month is sent only if NP does not have it',
      skip: 'has the effect of a refusal with 24: a new order is declined, an order at risk stays at risk',
      resolveAs: {
        registered:
          'the service is given; the month is held at its close, because the books have no registration of it',
      },
    },
  },
  np_cancellation: {
    owner: 'finance',
    ja: '取引キャンセルに失敗',
    means: 'NP does not know that an order is cancelled; its amount still counts against the credit limit',
    cure: "retry, or cancel it in NP's console and skip",
    step: { retry: 'sent again; sending it twice changes nothing at NP', skip: 'goes on without it' },
  },
  card_authentication: {
    owner: 'operator',
    ja: '3Dセキュア認証の要求に失敗',
    means: 'SBPS rejects the request for 3-D Secure',
    cure: 'correct the error that SBPS names (credentials first), then retry; skip if the buyer has left',
    step: {
      retry: 'sent again; counts as declined if the first try used up the one-time token',
      skip: 'the order is cancelled; a running one keeps its card',
    },
  },
  card_authorisation: {
    owner: 'operator',
    ja: '初回オーソリに失敗',
    means: "SBPS does not give the result of 3-D Secure, or rejects the first month's authorisation",
    cure: 'correct the error that SBPS names, then retry',
    step: {
      retry: 'tried again; an authorisation whose answer was lost is never committed and counts as declined',
      skip: 'the order is cancelled as declined',
      resolveAs: { charged: 'the service is given; the month is charged to the saved card at its close' },
    },
  },
  card_saving: {
    owner: 'operator',
    ja: 'カードの保存に失敗',
    means: 'SBPS does not save the card that replaces another',
    cure: 'correct the error that SBPS names, then retry',
    step: { retry: 'tried again', skip: 'the old card stays' },
  },
  card_charge: {
    owner: 'finance',
    ja: 'カード再請求に失敗',
    means: 'SBPS rejects the new charge of a month that was declined before',
    cure: 'correct the error that SBPS names, then retry',
    step: { retry: 'tried again; a charge committed or captured meanwhile is found', skip: 'counts as declined' },
  },
  // ── steps of a buyer ─────────────────────────────────────────────────────────────────────────────────────────────────
  np_buyer_screening: {
    owner: 'operator',
    ja: '購入企業の登録に失敗',
    means: 'NP rejects the application for a screening of the buyer, or could not be reached for 24 hours',
    cure: "correct the account's data, then retry",
    step: {
      retry: 'NP is asked first; the buyer is sent only if NP does not have it',
      skip: "NP's notice decides; without one the order is declined after 10 business days",
    },
  },
  np_direct_debit: {
    owner: 'finance',
    ja: '口座振替開始の連絡に失敗（NP）',
    means: 'NP does not know that direct debit is in force',
    cure: "retry, or set it in NP's console and skip",
    step: { retry: 'sent again; sending it twice changes nothing at NP', skip: 'active in our books only' },
  },
  np_direct_debit_end: {
    owner: 'finance',
    ja: '口座振替終了の連絡に失敗（NP）',
    means: 'NP does not know that direct debit has ended, and would debit once more',
    cure: "retry, or end it in NP's console and skip",
    step: { retry: 'sent again; sending it twice changes nothing at NP', skip: 'ended in our books only' },
  },
  // ── steps of a month ─────────────────────────────────────────────────────────────────────────────────────────────────
  np_month_registration: {
    owner: 'finance',
    ja: '当月分の取引登録が停止',
    means: "a chunk of the month's registrations failed for 24 hours",
    cure: 'fix the cause, then retry',
    step: {
      retry: 'registrations without an answer are sent',
      skip: 'its orders (up to 200) stay unregistered and are not billed; the others go on',
    },
  },
  draft: {
    owner: 'finance',
    ja: '請求書案の作成が停止',
    means: 'a chunk of drafts cannot be made',
    cure: 'fix the cause, then retry',
    step: {
      retry: 'the chunk is made again',
      skip: 'its destinations (up to 500) are not billed this month; the others go on',
    },
  },
  card_collection: {
    owner: 'finance',
    ja: 'カード売上処理が停止',
    means: 'a chunk of card receipts failed for 24 hours',
    cure: 'fix the cause, then retry',
    step: {
      retry: 'receipts not charged yet are charged',
      skip: 'each of its receipts (up to 50) becomes an incident of its own; the others go on',
    },
  },
  np_billing_request: {
    owner: 'finance',
    ja: '請求確定依頼に失敗',
    means: 'NP rejects a request for bills, or could not be reached for 24 hours',
    cure: "fix the cause, then retry before NP's cutoff",
    step: {
      retry: 'requested again; requesting it twice changes nothing at NP',
      skip: 'its drafts (up to 500) are billed with the next month; the others go on',
    },
  },
  issue: {
    owner: 'finance',
    ja: '請求書の発行が停止',
    means: 'a chunk of invoices cannot be issued',
    cure: 'fix the cause, then retry',
    step: {
      retry: 'the chunk is issued; the numbers have no gap',
      skip: 'its drafts (up to 500) are billed with the next month; the others go on',
    },
  },
  np_mirror: {
    owner: 'finance',
    ja: 'NP請求書の取込に失敗',
    means: "NP's bills cannot be fetched",
    cure: 'fix the cause, then retry',
    step: { retry: 'fetched again', skip: 'fetched again the next day' },
  },
  np_bill_document: {
    owner: 'finance',
    ja: '再請求書のPDF取得に失敗',
    means: 'NP does not return the document of a bill that is due again after a failed debit',
    cure: 'retry when NP has the document',
    step: { retry: 'fetched again', skip: 'the invoice stays without its document' },
  },
  // ── no workflow waits: orders ────────────────────────────────────────────────────────────────────────────────────────
  np_registration_failed: {
    owner: 'finance',
    ja: '当月分の取引登録に失敗（1件）',
    means: 'NP did not register the month of one order on the 1st; the others went on',
    cure: 'correct the error that NP names, then retry; an unregistered month is not billed',
    again: 'all registrations of the month that have no answer from NP yet are sent',
  },
  card_charge_failed: {
    owner: 'finance',
    ja: 'カード売上処理に失敗（1件）',
    means: 'the month of one order could not be charged to its card at the close; the others went on',
    cure: 'correct the error that SBPS names, then retry',
    again: 'all receipts of the month that are still drafts are charged',
  },
  last_charge_declined: {
    owner: 'finance',
    ja: '最終月のカード決済不可',
    means: 'the card was declined for the last month of an ended contract',
    cure: 'collect the amount in another way',
  },
  service_start_late: {
    owner: 'operator',
    ja: '提供開始の遅延',
    means: 'the maker did not start the service within the days of the plan',
    cure: 'ask the maker; the order keeps waiting',
    closesItself: true,
  },
  // ── no workflow waits: mandates and debits ───────────────────────────────────────────────────────────────────────────
  direct_debit_form_not_returned: {
    owner: 'finance',
    ja: '口座振替依頼書が未返送',
    means: 'a form has not come back 14 or 30 days after it was posted',
    cure: 'ask the buyer',
  },
  direct_debit_overdue_at_bank: {
    owner: 'finance',
    ja: '口座登録が大幅に遅延',
    means: 'a bank has not enrolled a mandate 4 months after the form was received; reported every month',
    cure: 'ask the bank',
  },
  debit_file_not_handed_in: {
    owner: 'finance',
    ja: '口座振替依頼ファイルが未提出',
    means: 'in house: the request file of a debit day was not handed in to the bank 9 business days before',
    cure: 'hand the file in and record it, or ask the bank whether it still accepts it',
    closesItself: true,
  },
  debit_results_late: {
    owner: 'finance',
    ja: '口座振替の結果が未着',
    means: 'no results 5 business days after a debit',
    cure: 'ask the bank or NP, or enter the results',
    closesItself: true,
  },
  unknown_debit_code: {
    owner: 'finance',
    ja: '未知の口座振替結果コード',
    means: 'NP reported a result with a code other than 0, 1, 2, 3, 4, 8, 9; the debit stays open',
    cure: 'check with NP, then enter the result',
    closesItself: true,
  },
  debit_result_differs: {
    owner: 'finance',
    ja: '口座振替結果の相違',
    means: 'a second result for a debit differs from the booked one; the first stays',
    cure: 'check with the bank',
  },
  paid_twice: {
    owner: 'finance',
    ja: '二重入金',
    means: 'a debit succeeded for an invoice that had meanwhile been paid in part or in full',
    cure: 'pay the excess back',
  },
  overpaid: {
    owner: 'finance',
    ja: '過入金（仮受金）',
    means: 'in house: a deposit was larger than the yen owed on the invoices it names; the excess is 仮受金',
    cure: 'pay the excess back, or reverse the deposit and enter it with the other invoices it pays',
    closesItself: true,
  },
  // ── no workflow waits: the close ─────────────────────────────────────────────────────────────────────────────────────
  draft_check: {
    owner: 'finance',
    ja: '請求書案の検算不一致（保留中）',
    means: 'a draft does not add up, or differs from the amount registered with NP; it is held',
    cure: 'check with NP, then draft again or release the hold',
  },
  close_not_approved: {
    owner: 'finance',
    ja: '請求書案が未承認（締切超過）',
    means: "nobody approved the drafts by NP's cutoff or by the issue date; nothing is sent without approval",
    cure: 'approve the close',
    closesItself: true,
  },
  np_bills_missing: {
    owner: 'finance',
    ja: 'NP請求書が未発行',
    means: 'NP has not issued every bill by the issue date; the engine asks every day',
    cure: 'ask NP',
    closesItself: true,
  },
  np_bill_differs: {
    owner: 'finance',
    ja: 'NP請求書の金額等が相違',
    means: "NP's bill differs from the approved draft; it is not copied into the books",
    cure: 'settle it with NP',
  },
  unbilled_items: {
    owner: 'finance',
    ja: '未請求の明細あり',
    means: 'a month closed with items on no invoice, or with invoices that were held or left out',
    cure: 'invoices held or left out are billed with the next month; bill the other items by hand',
  },
  document_missing: {
    owner: 'finance',
    ja: '請求書PDFの欠落',
    means: 'an issued invoice has no PDF yet',
    cure: 'fetch or render the PDF',
    closesItself: true,
  },
  // ── no workflow waits: messages ─────────────────────────────────────────────────────────────────────────────────────
  mail_unknown: {
    owner: 'operator',
    ja: 'メールの到達が不明',
    means: 'a mail was not confirmed as sent within 23 hours of the first try',
    cure: 'look into Resend; retry if the mail is not there',
    again: 'sent again, for another 23 hours',
  },
  mail_failed: {
    owner: 'operator',
    ja: 'メールの送信を拒否された',
    means: 'Resend refused the mail',
    cure: 'correct the error that Resend names, then retry',
    again: 'sent again',
  },
  news_not_understood: {
    owner: 'operator',
    ja: '解釈できないNPからの連絡',
    means: 'a notice from a provider matches nothing in the books',
    cure: 'check with the provider',
    closesItself: true,
  },
  message_undeliverable: {
    owner: 'operator',
    ja: '終了済みの処理への連絡',
    means: 'a message was addressed to a workflow that has ended',
    cure: 'check the order, account or mandate',
  },
  workflow_failed: {
    owner: 'operator',
    ja: '処理の異常終了',
    means: 'a workflow failed outside every step, because of a bug',
    cure: 'report it with the failure text; finish the work of the workflow by hand',
  },
} as const satisfies Record<string, IncidentKindText>;

export type IncidentKind = keyof typeof incidentKinds;
/** The kinds of incident for which a workflow waits until staff decide. */
export type StepKind = {
  [K in IncidentKind]: (typeof incidentKinds)[K] extends { step: Ways } ? K : never;
}[IncidentKind];

export const incidentText = (kind: IncidentKind): IncidentKindText => incidentKinds[kind];

/** The ways to end an incident of this kind. `resolveAs`: the results that `resolve_as` may name; '*' allows any text. */
export function waysOf(kind: IncidentKind): { how: ('retry' | 'skip')[]; resolveAs: string[] | '*' } {
  const { step, again } = incidentText(kind);
  if (!step) return { how: again ? ['retry'] : [], resolveAs: '*' };
  const how = (['retry', 'skip'] as const).filter((way) => step[way]);
  return { how, resolveAs: Object.keys(step.resolveAs ?? {}) };
}
