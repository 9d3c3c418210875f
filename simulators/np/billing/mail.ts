import type { Moment } from '../../dates';
import { renderNpBill } from '../../../documents/render';
import { taxesOf, totalOf, virtualAccountOf } from './figures';
import type { Bill, Merchant } from '../books';
import { NotDelivered, postJson } from '../post';

/** Number of mails sent at the same time. One after another, the mails of thousands of bills would take too long. */
const PARALLEL_MAILS = 8;

/** Draws a bill in its current revision as a PDF. */
export function billDocument(merchant: Merchant, bill: Bill): Uint8Array {
  const { profile } = merchant.buyers.get(bill.buyerId)!;
  return renderNpBill({
    kind: bill.kind,
    number: bill.number,
    issuedOn: bill.issuedOn,
    closeOn: bill.closeOn,
    dueOn: bill.dueOn,
    debitOn: bill.debitOn,
    buyerId: bill.buyerId,
    recipient: {
      company: profile.companyName,
      department: profile.departmentName || null,
      person: profile.contactName,
      postalCode: profile.zipCode,
      address: profile.address,
    },
    seller: merchant.settings.seller,
    transactions: bill.transactions
      .filter((t) => t.status !== 'cancelled')
      .flatMap((t) =>
        t.details.map(({ text, price, quantity, rate }) => ({
          orderedOn: t.orderedOn,
          shopTransactionId: t.shopTransactionId,
          description: text,
          poNumber: t.poNumber,
          subject: t.subject,
          quantity,
          unitPrice: price,
          amount: price * quantity,
          rate,
        })),
      ),
    taxes: taxesOf(bill),
    total: totalOf(bill.transactions),
    virtualAccount: bill.kind === 'invoice' ? virtualAccountOf(bill.buyerId) : null,
  });
}

/** Mails each bill to its buyer, unless its current revision was mailed before. @throws NotDelivered */
export async function mailBills(merchant: Merchant, bills: Bill[], at: Moment): Promise<void> {
  const { mailUrl } = merchant.settings;
  const due = bills.filter((bill) => bill.mailed < bill.revision && bill.status !== 'void');
  if (!mailUrl) return due.forEach((bill) => (bill.mailed = bill.revision));
  for (let i = 0; i < due.length; i += PARALLEL_MAILS) {
    await Promise.all(due.slice(i, i + PARALLEL_MAILS).map((bill) => mailBill(merchant, mailUrl, bill, at)));
  }
}

async function mailBill(merchant: Merchant, mailUrl: string, bill: Bill, at: Moment): Promise<void> {
  const { profile } = merchant.buyers.get(bill.buyerId)!;
  const title = bill.kind === 'invoice' ? '請求書' : '口座振替通知書';
  const when = bill.kind === 'invoice' ? `お支払期限: ${bill.dueOn}` : `振替日: ${bill.debitOn}`;
  const { shopCode } = merchant.settings;
  const headers = {
    authorization: `Bearer re_np_${shopCode}`,
    'idempotency-key': `np/${shopCode}/${bill.number}/${bill.revision}`,
  };
  const status = await postJson(`${mailUrl.replace(/\/$/, '')}/emails`, headers, {
    from: 'NP掛け払い <noreply@np.example>',
    to: [profile.email],
    subject: `【NP掛け払い】${title}発行のお知らせ（${bill.number}）`,
    text: [
      `${profile.companyName} 御中`,
      '',
      `${title}を発行しました。添付のPDFをご確認ください。`,
      '',
      `番号: ${bill.number}`,
      `金額: ${String(totalOf(bill.transactions)).replace(/\B(?=(\d{3})+$)/g, ',')}円（税込）`,
      when,
      '',
      '株式会社ネットプロテクションズ NP掛け払いサポートデスク',
    ].join('\n'),
    headers: { 'X-Business-Time': at },
    attachments: [
      {
        filename: `${bill.number}.pdf`,
        content: Buffer.from(billDocument(merchant, bill)).toString('base64'),
        content_type: 'application/pdf',
      },
    ],
  });
  // 409: an earlier attempt, which got no answer, is still in progress at the mail service.
  if (status === 409) throw new NotDelivered(`the mail of ${bill.number} is in progress`);
  // A mail refused with another 4xx counts as mailed. The mail service would refuse the address again, and the other bills
  // must not wait for it.
  bill.mailed = bill.revision;
}
