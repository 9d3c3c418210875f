import { type MailData, type MailFrame, type MailTemplate, mailTemplates, renderMail } from '../../documents/mails';
import { supportDesksOf } from '../../domain/support-desks';

const frame: MailFrame = {
  store: {
    name: 'ITreviewオンラインストア',
    seller: 'アイティクラウド株式会社',
    url: 'https://buy.example.jp/',
    desks: supportDesksOf({
      name: 'ITreviewオンラインストア',
      contactUrl: 'https://buy.example.jp/contact',
      settlesByNp: true,
    }),
    settlesByNp: true,
  },
  recipient: { company: '株式会社葡萄', department: '経理部', person: '葡萄 次郎' },
};

const order = { number: 'ORD-2026-0002', orderedOn: '2026-10-06', summary: '商品B スタンダードプラン', total: 88_000 };
const orderUrl = 'https://buy.example.jp/cart';

const samples: MailData = {
  'order-held': { order, until: '2026-10-16' },
  'order-declined-judgement': { order, orderUrl },
  'order-declined-overdue': { order },
  'order-declined-hold-expired': { order, until: '2026-10-16', orderUrl },
  'order-declined-screening': { order, expired: false, orderUrl },
  'order-cancelled-card': { order, orderUrl },
  'card-declined': {
    order,
    period: '2026-12',
    amount: 13_200,
    retryOn: '2027-01-04',
    replaceCardUrl: 'https://buy.example.jp/card?a=1&b=2',
    replaceUntil: '2027-01-18',
  },
  'invoice-issued': { invoice: { number: 'INV-2026-000001', total: 33_000, period: '2026-10' }, dueOn: '2026-11-30' },
  'debit-notice-issued': {
    invoice: { number: 'INV-2026-000004', total: 33_000, period: '2027-01' },
    debitOn: '2027-03-01',
  },
  'debit-failed': {
    attached: false,
    invoice: { number: 'F-1-20270203-000001', issuer: '株式会社ネットプロテクションズ', total: 33_000 },
    debitOn: '2027-03-01',
    reason: '資金不足',
    dueOn: '2027-03-31',
  },
  'contract-suspended': {
    order,
    settledBy: 'card',
    unpaid: 13_200,
    suspendedOn: '2027-01-20',
    endsOn: '2027-02-20',
  },
  'contract-ended-unpaid': { order, settledBy: 'bank_transfer', unpaid: 88_000, endedOn: '2027-02-20' },
};

const render = <T extends MailTemplate>(template: T, more: Partial<MailData[T]> = {}) =>
  renderMail(template, { ...samples[template], ...more, ...frame });

describe.each(mailTemplates)('%s', (template) => {
  const { subject, text, html } = render(template);

  test('addresses the firm and the person, names the store, and states every amount with tax', () => {
    expect(subject).toMatch(/^【ITreviewオンラインストア】.+/);
    expect(text).toMatch(/^株式会社葡萄\n経理部 葡萄 次郎 様\n\nいつもITreviewオンラインストア/);
    expect(text).toContain('運営：アイティクラウド株式会社');
    for (const amount of text.match(/[\d,]+円.{0,4}/g)!) expect(amount).toContain('円（税込）');
    expect(text).not.toMatch(/\{\{|undefined|null|\n{3}/);
  });

  test('the HTML has every line of the text', () => {
    const readable = html
      .replace(/<title>.*<\/title>/, '')
      .replace(/<[^>]+>/g, '')
      .replace(/&#x3D;/g, '=')
      .replace(/&amp;/g, '&');
    for (const line of text.split('\n').filter((l) => !/^[■―]/.test(l))) expect(readable).toContain(line);
    for (const row of text.split('\n').filter((l) => l.startsWith('■'))) {
      expect(readable).toContain(row.slice(1).replace('：', ''));
    }
  });

  test('throws when one of its fields is missing', () => {
    for (const field of Object.keys(samples[template])) {
      const { [field]: _, ...rest } = samples[template] as unknown as Record<string, unknown>;
      expect(() => renderMail(template, { ...rest, ...frame } as never)).toThrow();
    }
  });
});

describe('the support desk (S1)', () => {
  const byNp = ['order-held', 'order-declined-judgement', 'order-declined-overdue', 'debit-failed'] as const;
  test.each(byNp)('%s: the NP desk', (template) => {
    expect(render(template).text).toContain(
      'NP掛け払いサポートデスク\n電話：03-4577-9631\nメール：btob-support@netprotections.co.jp',
    );
  });

  test.each(['order-cancelled-card', 'card-declined'] as const)('%s: the store’s contact form', (template) => {
    const { text } = render(template);
    expect(text).toContain('https://buy.example.jp/contact');
    expect(text).not.toContain('netprotections');
  });

  test('a suspension names the desk of the payment method', () => {
    expect(render('contract-suspended').text).toContain('https://buy.example.jp/contact');
    expect(render('contract-suspended', { settledBy: 'direct_debit' }).text).toContain('03-4577-9631');
  });
});

describe('the content', () => {
  test('held (P4): gives the reason, the limit, and the last day', () => {
    const { text } = render('order-held');
    expect(text).toContain('与信枠を超えるため');
    expect(text).toContain('■保留の期限：2026年10月16日（金）');
    expect(text).toContain('■月額：88,000円（税込）');
  });

  test('24 offers payment by card; 21 refers to the NP desk and offers no card', () => {
    expect(render('order-declined-judgement').text).toContain(
      `クレジットカード決済（一括払い）でのご注文も承っております`,
    );
    expect(render('order-declined-judgement').text).toContain(orderUrl);
    expect(render('order-declined-overdue').text).toContain('NP掛け払いサポートデスクへ直接');
  });

  test('screening: a refusal and a missed deadline have different texts', () => {
    expect(render('order-declined-screening').text).toContain('審査を行った結果');
    expect(render('order-declined-screening', { expired: true }).text).toContain('期限までに完了いたしませんでした');
  });

  test('a declined renewal gives the date of the next attempt, or says that there is none', () => {
    expect(render('card-declined').text).toContain('■次回の決済予定日：2027年1月4日（月）');
    const last = render('card-declined', { retryOn: null }).text;
    expect(last).not.toContain('次回');
    expect(last).toContain('再度の決済は行いません');
  });

  test('a failed debit: the same invoice is payable by transfer, and the mail is not an invoice', () => {
    const { subject, text } = render('debit-failed');
    expect(subject).toContain('F-1-20270203-000001');
    expect(text).toContain('■振替できなかった理由：資金不足');
    expect(text).toContain('■お支払期限：2027年3月31日（水）');
    expect(text).toContain('本メールは請求書ではございません。');
  });
});

describe('names are text', () => {
  test('markup in a name is escaped in the HTML and untouched in the text', () => {
    const recipient = { ...frame.recipient, company: '<script>alert(1)</script>&"株式会社"' };
    const mail = renderMail('order-held', { ...samples['order-held'], ...frame, recipient });
    expect(mail.text).toContain(recipient.company);
    expect(mail.html).not.toContain('<script');
    expect(mail.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;株式会社&quot;');
  });

  test('template syntax in a name stays as written', () => {
    const recipient = { ...frame.recipient, company: '{{store.seller}}社' };
    expect(renderMail('order-held', { ...samples['order-held'], ...frame, recipient }).text).toMatch(
      /^\{\{store.seller\}\}社/,
    );
  });

  test('a line break can’t forge a header or a row', () => {
    const summary = '商品\r\nBcc: x@example.jp';
    expect(() => render('order-held', { order: { ...order, summary } })).toThrow('/order/summary: control characters');
  });

  test('without a person the firm gets 御中', () => {
    const recipient = { company: '株式会社葡萄', department: null, person: null };
    expect(renderMail('order-held', { ...samples['order-held'], ...frame, recipient }).text).toMatch(
      /^株式会社葡萄 御中\n/,
    );
  });
});
