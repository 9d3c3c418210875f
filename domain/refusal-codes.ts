/** The texts of a refusal and its HTTP status. `title` names the problem; `cure` names the action to take. */
interface RefusalText {
  status: 400 | 401 | 403 | 404 | 405 | 409 | 422 | 429;
  ja: { title: string; cure: string };
  en: { title: string; cure: string };
}

/**
 * Every refusal code of the API. The HTTP statuses mean: 400 malformed, 401 unknown caller, 403 caller without permission,
 * 404 not in this store, 405 wrong method, 409 not possible in the present state, 422 well-formed but against a rule,
 * 429 too many requests.
 */
export const refusalTexts = {
  // the request itself
  invalid_request: {
    status: 400,
    ja: { title: 'リクエストの内容が正しくありません。', cure: '示された項目を修正して、もう一度送信してください。' },
    en: { title: 'The request is not valid.', cure: 'Correct the named field and send it again.' },
  },
  invalid_date: {
    status: 400,
    ja: {
      title: '存在しない日付、または形式の違う日付です。',
      cure: '実在する日付を YYYY-MM-DD（日時は RFC 3339）で指定してください。出来事の日付は、前の手続きの日から今日までです。',
    },
    en: {
      title: 'The date does not exist or has the wrong form.',
      cure: 'Send an existing date as YYYY-MM-DD (date-times as RFC 3339). The date of an event lies between the date of the step before and today.',
    },
  },
  invalid_amount: {
    status: 400,
    ja: { title: '金額が正しくありません。', cure: '0以上の円単位の整数で指定してください。' },
    en: { title: 'The amount is not valid.', cure: 'Send whole yen as an integer, zero or more.' },
  },
  card_number_in_text: {
    status: 400,
    ja: {
      title: 'カード番号と思われる数字が含まれています。',
      cure: 'カード番号を削除して送信してください。カードの登録は決済画面で行います。',
    },
    en: {
      title: 'The text contains what looks like a card number.',
      cure: 'Remove it. Cards are entered on the payment page only and never sent to this API.',
    },
  },
  idempotency_key_missing: {
    status: 400,
    ja: { title: 'Idempotency-Key ヘッダーがありません。', cure: '操作ごとに一意のキーを付けて送信してください。' },
    en: { title: 'The Idempotency-Key header is missing.', cure: 'Send a key that is unique to this operation.' },
  },
  idempotency_key_reused: {
    status: 422,
    ja: {
      title: '同じ Idempotency-Key が別の内容で使われています。',
      cure: '新しい操作には新しいキーを使用してください。',
    },
    en: { title: 'This Idempotency-Key was used for a different request.', cure: 'Use a new key for a new operation.' },
  },
  idempotency_in_flight: {
    status: 409,
    ja: {
      title: '同じ Idempotency-Key のリクエストを処理中です。',
      cure: 'Retry-After の秒数を待って、同じ内容で再送してください。',
    },
    en: {
      title: 'A request with this Idempotency-Key is still being processed.',
      cure: 'Wait the seconds in Retry-After and send the same request again.',
    },
  },
  // the caller
  unauthorized: {
    status: 401,
    ja: { title: 'APIキーが無効です。', cure: '有効なAPIキーを Authorization: Bearer で指定してください。' },
    en: { title: 'The API key is missing or unknown.', cure: 'Send a valid API key as Authorization: Bearer.' },
  },
  forbidden: {
    status: 403,
    ja: { title: 'この操作を行う権限がありません。', cure: '必要な役割を持つAPIキーを使用してください。' },
    en: { title: 'This API key may not do that.', cure: 'Use an API key whose role allows it.' },
  },
  rate_limited: {
    status: 429,
    ja: { title: 'リクエストが多すぎます。', cure: 'Retry-After の秒数を待って再送してください。' },
    en: { title: 'Too many requests.', cure: 'Wait the seconds in Retry-After and send it again.' },
  },
  // the objects named in the request
  method_not_allowed: {
    status: 405,
    ja: { title: 'このパスでは使えないメソッドです。', cure: 'Allow ヘッダーにあるメソッドを使用してください。' },
    en: { title: 'This path does not support this method.', cure: 'Use one of the methods in the Allow header.' },
  },
  not_found: {
    status: 404,
    ja: { title: '対象が見つかりません。', cure: 'IDと、APIキーのストアを確認してください。' },
    en: { title: 'This store has no such object.', cure: 'Check the id and the store of the API key.' },
  },
  unknown_plan: {
    status: 422,
    ja: { title: 'プランが存在しないか、販売されていません。', cure: '販売中のプランのIDを指定してください。' },
    en: { title: 'The plan does not exist or is not on sale.', cure: 'Name a plan that is on sale.' },
  },
  unknown_billing_destination: {
    status: 422,
    ja: { title: '請求先がこのアカウントに登録されていません。', cure: '登録済みの請求先のIDを指定してください。' },
    en: {
      title: 'The account has no such billing destination.',
      cure: 'Send the id of one of the account’s billing destinations.',
    },
  },
  invalid_registration_number: {
    status: 422,
    ja: { title: '登録番号の形式が正しくありません。', cure: 'T と13桁の数字で指定してください。' },
    en: { title: 'The registration number has the wrong form.', cure: 'Send T and 13 digits.' },
  },
  unknown_cancellation_terms: {
    status: 422,
    ja: { title: '解約条件が存在しません。', cure: '定義済みの解約条件を指定してください。' },
    en: { title: 'These terms of cancellation do not exist.', cure: 'Send one of the defined terms of cancellation.' },
  },
  unknown_debit: {
    status: 422,
    ja: { title: '該当する口座振替の請求がありません。', cure: '振替結果の顧客番号と振替日を確認してください。' },
    en: { title: 'There is no such direct debit.', cure: 'Check the customer number and debit day of the result.' },
  },
  already_exists: {
    status: 409,
    ja: {
      title: '同じ識別子の対象がすでに登録されています。',
      cure: '別の識別子を使用するか、既存の対象を参照してください。',
    },
    en: {
      title: 'An object with this identifier already exists.',
      cure: 'Use another identifier, or use the existing object.',
    },
  },
  // orders and payment
  consent_missing: {
    status: 422,
    ja: { title: 'ストア利用規約への同意がありません。', cure: '現在の規約の版への同意を得てから注文してください。' },
    en: {
      title: 'Consent to the store’s terms is missing.',
      cure: 'Ask the buyer to consent to the current version of the terms first.',
    },
  },
  private_person_np: {
    status: 422,
    ja: {
      title: 'NP掛け払いは法人・個人事業主のみご利用いただけます。',
      cure: 'クレジットカード決済を選択してください。',
    },
    en: { title: 'NP掛け払い is for corporations and sole proprietors only.', cure: 'Choose payment by card.' },
  },
  card_brand_unsupported: {
    status: 422,
    ja: {
      title: 'ご利用いただけないカードブランドです。',
      cure: 'JCB、VISA、Mastercard、American Express、Diners Club のいずれかをご利用ください。',
    },
    en: {
      title: 'This card brand is not accepted.',
      cure: 'Use JCB, VISA, Mastercard, American Express or Diners Club.',
    },
  },
  divided_payment_unsupported: {
    status: 422,
    ja: { title: 'お支払い回数は一括払いのみです。', cure: '一括払いを選択してください。' },
    en: { title: 'Cards are accepted for a single payment only.', cure: 'Choose a single payment (一括払い).' },
  },
  amount_over_card_limit: {
    status: 422,
    ja: {
      title: 'カード決済の上限額（9,999,999円）を超えています。',
      cure: '銀行振込を選択するか、注文を分けてください。',
    },
    en: {
      title: 'The amount is over the card limit of 9,999,999 yen.',
      cure: 'Choose bank transfer, or split the order.',
    },
  },
  account_closed: {
    status: 409,
    ja: { title: 'アカウントは解約済みです。', cure: '別のアカウントで注文してください。' },
    en: { title: 'The account is closed.', cure: 'Order from another account.' },
  },
  account_suspended: {
    status: 409,
    ja: { title: 'アカウントは取引停止中です。', cure: 'サポート窓口にお問い合わせください。' },
    en: { title: 'The account is suspended.', cure: 'Contact the support desk.' },
  },
  // states and deadlines
  conflict: {
    status: 409,
    ja: { title: '現在の状態ではこの操作を行えません。', cure: '現在の状態を確認してください。' },
    en: { title: 'The current state does not allow this.', cure: 'Check the current state.' },
  },
  repair_not_possible: {
    status: 422,
    ja: {
      title: 'この種類のインシデントには使えない対応方法です。',
      cure: 'インシデントの ways にある方法から選んでください。',
    },
    en: {
      title: 'This kind of incident can’t be resolved that way.',
      cure: 'Choose one of the ways listed in the incident’s `ways`.',
    },
  },
  order_not_cancellable: {
    status: 409,
    ja: { title: 'この注文はキャンセル・解約できる状態ではありません。', cure: '注文の状態を確認してください。' },
    en: { title: 'The order can’t be cancelled in its present state.', cure: 'Check the state of the order.' },
  },
  order_not_held: {
    status: 409,
    ja: {
      title: 'この注文は保留中ではありません。',
      cure: '保留中の注文だけが解除できます。要対応（与信）の契約は at_risk_decisions で対応を決定してください。',
    },
    en: {
      title: 'The order is not held.',
      cure: 'Only a held order can be released. For a contract at risk, use at_risk_decisions.',
    },
  },
  order_not_at_risk: {
    status: 409,
    ja: {
      title: 'この契約は要対応（与信）ではありません。',
      cure: '要対応（与信）の契約、または同じ理由で停止中の契約だけが対象です。',
    },
    en: {
      title: 'The contract is not at risk.',
      cure: 'Decisions are possible only for a contract that is at risk, or suspended because of the risk.',
    },
  },
  own_account_missing: {
    status: 409,
    ja: {
      title: 'ストアの入金口座が設定されていないため、自社で請求できません。',
      cure: 'ストアに入金口座（bank_account）を設定してください。',
    },
    en: {
      title: 'The store has no bank account of its own, so it can’t bill in house.',
      cure: 'Set the store’s bank_account.',
    },
  },
  service_start_unexpected: {
    status: 409,
    ja: { title: 'この注文は手配中ではありません。', cure: '提供開始は手配中の注文にだけ記録できます。' },
    en: {
      title: 'The order is not in provisioning.',
      cure: 'Record a start of service only for orders in provisioning.',
    },
  },
  screening_not_open: {
    status: 409,
    ja: { title: '購入企業審査を申請できる状態ではありません。', cure: '審査の状態を確認してください。' },
    en: {
      title: 'The buyer’s screening does not accept an application now.',
      cure: 'Check the state of the screening.',
    },
  },
  mandate_out_of_order: {
    status: 409,
    ja: { title: '口座振替の手続きの順序が違います。', cure: '口座振替の状態を確認し、順に記録してください。' },
    en: {
      title: 'The direct debit is not at the step for this event.',
      cure: 'Check its state and record the steps in order.',
    },
  },
  mandate_already_running: {
    status: 409,
    ja: {
      title: '手続き中または有効な口座振替がすでにあります。',
      cure: '既存の口座振替を取り下げてから申し込んでください。',
    },
    en: { title: 'A direct debit is already active or being set up.', cure: 'Withdraw it before you request another.' },
  },
  buyer_unknown_to_np: {
    status: 409,
    ja: {
      title: '請求先がまだNPの購入企業として登録されていません。',
      cure: '最初の銀行振込の注文で購入企業審査が行われます。登録後に口座振替を完了してください。',
    },
    en: {
      title: 'NP does not know the billing destination as a buyer yet.',
      cure: 'Its first order by bank transfer starts the screening. Complete the direct debit after that.',
    },
  },
  direct_debit_not_offered: {
    status: 409,
    ja: {
      title: 'このストアでは口座振替をお取り扱いしていません。',
      cure: '自社請求のストアで口座振替を行うには、委託者の設定（direct_debit）が必要です。銀行振込をご利用ください。',
    },
    en: {
      title: 'The store does not offer direct debit.',
      cure: 'A store that settles in house needs the setting direct_debit for this. Use bank transfer instead.',
    },
  },
  bank_account_missing: {
    status: 422,
    ja: {
      title: '引落口座と顧客番号がありません。',
      cure: '口座振替依頼書に記載された口座（bank_account）と顧客番号（customer_number）を指定してください。',
    },
    en: {
      title: 'The account to debit and the customer number are missing.',
      cure: 'Send bank_account and customer_number as written on the form.',
    },
  },
  bank_account_kept_by_np: {
    status: 422,
    ja: {
      title: '口座情報はNPが管理しています。',
      cure: 'bank_account と customer_number を除いて送信してください。',
    },
    en: { title: 'NP keeps the bank account.', cure: 'Send the request without bank_account and customer_number.' },
  },
  customer_number_taken: {
    status: 409,
    ja: {
      title: 'この顧客番号は別の請求先で使用されています。',
      cure: '口座振替依頼書の顧客番号を確認してください。番号は請求先ごとに一意です。',
    },
    en: {
      title: 'Another billing destination has this customer number.',
      cure: 'Check the number on the form. Each billing destination has its own.',
    },
  },
  kana_not_convertible: {
    status: 422,
    ja: {
      title: '銀行のファイルで使えない文字が含まれています。',
      cure: 'カナ（ヲを除く）、英大文字、数字、空白、「-」で入力してください。名義には「(」「)」「.」も使えます。漢字は読みに直してください。',
    },
    en: {
      title: 'A bank’s file can’t contain this character.',
      cure: 'Use kana (not ヲ), capitals, digits, space and hyphen. Names of holders may also have brackets and full stops. Write kanji as their reading.',
    },
  },
  kana_too_long: {
    status: 422,
    ja: {
      title: '銀行のファイルの桁数を超えています。',
      cure: '金融機関に登録されている略称で入力してください。濁点・半濁点は1文字と数えます。',
    },
    en: {
      title: 'The name is longer than its field in a bank’s file.',
      cure: 'Use the short form that the bank has registered. A voicing mark counts as one character.',
    },
  },
  debit_file_malformed: {
    status: 422,
    ja: {
      title: '全銀 預金口座振替（種別91）のファイルとして読めません。',
      cure: '示されたレコードと桁を確認し、金融機関から受け取ったファイルをそのまま送信してください。',
    },
    en: {
      title: 'The file can’t be read as Zengin type 91.',
      cure: 'Check the named record and columns, and send the bank’s file unchanged.',
    },
  },
  debit_file_wrong_type: {
    status: 422,
    ja: { title: '種別コードが91（預金口座振替）ではありません。', cure: '口座振替の結果ファイルを送信してください。' },
    en: { title: 'The file is not of type 91 (direct debit).', cure: 'Send the result file of the direct debit.' },
  },
  debit_file_wrong_consignor: {
    status: 422,
    ja: {
      title: '委託者コードがこのストアのものではありません。',
      cure: 'このストアの結果ファイルを送信してください。',
    },
    en: { title: 'The file belongs to another consignor (委託者).', cure: 'Send the result file of this store.' },
  },
  debit_file_wrong_date: {
    status: 422,
    ja: { title: '引落日がこの口座振替の振替日と異なります。', cure: '該当する月を指定して送信してください。' },
    en: { title: 'The file belongs to another debit day.', cure: 'Send it for its own month.' },
  },
  debit_file_totals_differ: {
    status: 422,
    ja: {
      title: 'トレーラーの件数または金額が明細の合計と一致しません。',
      cure: '金融機関に結果ファイルの再作成を依頼してください。',
    },
    en: {
      title: 'The counts or amounts in the trailer do not match the records.',
      cure: 'Ask the bank to make the result file again.',
    },
  },
  debit_file_unknown_record: {
    status: 422,
    ja: {
      title: '依頼していない明細、または重複した明細が含まれています。',
      cure: '示されたレコードの口座、顧客番号、金額を依頼ファイルと照合してください。',
    },
    en: {
      title: 'A record was not in the request, or occurs twice.',
      cure: 'Compare its account, customer number and amount with the request file.',
    },
  },
  debit_file_record_missing: {
    status: 422,
    ja: {
      title: '依頼した明細の結果が含まれていません。',
      cure: '示された依頼ファイルのレコードの結果を金融機関に確認してください。',
    },
    en: {
      title: 'The result of a requested record is missing.',
      cure: 'Ask the bank for the result of the named record of the request file.',
    },
  },
  evidence_missing: {
    status: 422,
    ja: { title: '根拠となる書類または記録がありません。', cure: '確認した根拠を指定してください。' },
    en: { title: 'The evidence is missing.', cure: 'Name the document or record that you checked.' },
  },
  reason_missing: {
    status: 422,
    ja: { title: '理由がありません。', cure: '理由を記入してください。' },
    en: { title: 'The reason is missing.', cure: 'Send the reason.' },
  },
  close_not_in_review: {
    status: 409,
    ja: { title: 'この月次締めは確認待ちではありません。', cure: '月次締めの状態を確認してください。' },
    en: { title: 'The close is not in review.', cure: 'Check the state of the close.' },
  },
  invoice_not_payable: {
    status: 409,
    ja: { title: 'この請求書には入金を記録できません。', cure: '請求書の状態を確認してください。' },
    en: { title: 'No payment can be recorded for this invoice.', cure: 'Check the state of the invoice.' },
  },
  unknown_invoice: {
    status: 422,
    ja: { title: 'その番号の請求書は発行されていません。', cure: '請求書番号を確認してください。' },
    en: { title: 'No invoice was issued with this number.', cure: 'Check the invoice number.' },
  },
  invoice_not_own: {
    status: 422,
    ja: {
      title: 'ストアの口座に入金される請求書ではありません。',
      cure: 'ストアが自社で請求した請求書を指定してください。NP請求書とカードの入金はここでは記録できません。',
    },
    en: {
      title: 'The invoice is not paid into the store’s own account.',
      cure: 'Name invoices that the store bills in house. Payments to NP or by card are not entered here.',
    },
  },
  invoices_of_two_accounts: {
    status: 422,
    ja: {
      title: '別のアカウントの請求書が混ざっています。',
      cure: '一件の入金には、同じアカウントの請求書だけを指定してください。',
    },
    en: {
      title: 'The invoices belong to different accounts.',
      cure: 'Name only invoices of one account for one deposit.',
    },
  },
  deposit_already_reversed: {
    status: 409,
    ja: { title: 'この入金はすでに取り消されています。', cure: '入金の一覧で取消の記録を確認してください。' },
    en: { title: 'The deposit is already reversed.', cure: 'Check its reversal in the list of deposits.' },
  },
  deposit_file_malformed: {
    status: 422,
    ja: {
      title: '入金のCSVとして読めません。',
      cure: '1行目は「入金日,金額,請求書番号,摘要」、文字コードはUTF-8またはShift_JISです。示された行と項目を修正してください。',
    },
    en: {
      title: 'The file can’t be read as a CSV of deposits.',
      cure: 'The first line is paid_on,amount,invoice_number,reference. The encoding is UTF-8 or Shift_JIS. Correct the named line and column.',
    },
  },
  // the store’s clock
  clock_advancing: {
    status: 409,
    ja: { title: 'ストアの時計を進めている間は操作できません。', cure: '時計が ready になってから再送してください。' },
    en: { title: 'The store’s clock is advancing.', cure: 'Send it again when the clock is ready.' },
  },
  clock_not_simulated: {
    status: 409,
    ja: { title: '実時間のストアの時計は進められません。', cure: 'シミュレーション用のストアで行ってください。' },
    en: { title: 'The clock of a real store can’t be advanced.', cure: 'Use a simulated store.' },
  },
  clock_cannot_go_back: {
    status: 422,
    ja: { title: '時計を過去に戻すことはできません。', cure: '現在より後の日時を指定してください。' },
    en: { title: 'The clock can’t go back.', cure: 'Send a time after the store’s present time.' },
  },
  beyond_calendar_horizon: {
    status: 422,
    ja: { title: '祝日データの範囲外の日付です。', cure: '収録範囲内の日付を指定してください。' },
    en: { title: 'The date is outside the holiday data.', cure: 'Send a date inside it.' },
  },
} as const satisfies Record<string, RefusalText>;

export type RefusalCode = keyof typeof refusalTexts;

export const refusalCodes = Object.keys(refusalTexts) as RefusalCode[];
