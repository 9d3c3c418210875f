import {
  DocumentSumError,
  renderDebitNotice,
  renderInvoice,
  renderNpBill,
  renderReceipt,
} from '../../documents/render';
import { MissingGlyphError, TypstError, renderTypst } from '../../documents/typst';
import { pdfPages } from './pdf-text';
import { debitNotice, invoice, line, npBill, receipt } from './samples';

function expectAll(pdf: Uint8Array, texts: string[]): void {
  const text = pdfPages(pdf).join('\n');
  for (const wanted of texts) expect(text).toContain(wanted);
}

/** The six fields of 消費税法57条の4①, as the samples hold them. */
const qualifiedFields = [
  'アイティクラウド株式会社',
  '登録番号 T7000012050002',
  '2026年10月1日 〜 2026年10月31日',
  '10% 対象',
  '株式会社青葉商事',
  '御中',
];

describe('請求書', () => {
  test('has every field of a 適格請求書, the references of the buyer, the account to pay into and the support desk', () => {
    expectAll(renderInvoice(invoice()), [
      ...qualifiedFields,
      '請求書',
      'INV-2026-000123',
      '2026年11月5日',
      '経理部',
      '髙橋 﨑太郎 様',
      '2026年10月分 ご利用料金',
      'PO-2026-0456',
      '商品A スタンダードプラン',
      '2026/10/01〜10/31',
      'お支払期限2026年11月30日',
      '10% 対象30,0003,00033,000',
      '¥33,000',
      '三井住友銀行　赤坂支店',
      '普通　1234567',
      '振込手数料はお客様にてご負担',
      '03-4577-9631',
      'btob-support@netprotections.co.jp',
      '1 / 1 ページ',
    ]);
  });

  test('marks lines at the reduced rate, explains the mark, and totals each rate separately', () => {
    const lines = [line('商品A', 30_000), line('コーヒー定期便', 3_980, { rateClass: 'reduced', quantity: 2 })];
    expectAll(renderInvoice(invoice(lines)), [
      'コーヒー定期便 ※',
      '※ は軽減税率（8%）対象品目です。',
      '10% 対象30,0003,00033,000',
      '8% 対象 ※7,9606368,596', // 7,960 × 8 % = 636.8, floored
      '合計37,9603,63641,596',
    ]);
  });

  test('does not mention the reduced rate when no line has it', () => {
    expect(pdfPages(renderInvoice(invoice())).join()).not.toContain('※');
  });

  test('shows a discount as a negative amount and a one-off charge without a period, and leaves out empty fields', () => {
    const lines = [line('商品A', 30_000), line('値引', -5_000, { periodFrom: null, periodTo: null })];
    const data = { ...invoice(lines), subject: null, poNumber: null };
    const text = pdfPages(
      renderInvoice({ ...data, recipient: { ...data.recipient, department: null, person: null } }),
    ).join();
    expect(text).toContain('値引1-5,000-5,000');
    expect(text).not.toMatch(/件名|発注番号|経理部/);
  });

  test('an invoice billed again says 再発行 and keeps its number', () => {
    expectAll(renderInvoice({ ...invoice(), revision: 2 }), ['請求書（再発行）', 'INV-2026-000123']);
  });

  test('sixty lines take three numbered pages, each repeats the head, no line is lost, and the totals stay together', () => {
    const lines = Array.from({ length: 60 }, (_, i) =>
      line(`商品${i + 1}番 ${i % 7 ? '' : '監査ログと専任サポートの付いたエンタープライズプラン'}`, 1_000_000 + i),
    );
    const pages = pdfPages(renderInvoice(invoice(lines)));
    expect(pages).toHaveLength(3);
    pages.forEach((page, i) => {
      expect(page).toContain('品目利用期間数量');
      expect(page).toContain(`${i + 1} / 3 ページ`);
      if (i > 0) expect(page).toContain('請求書（株式会社青葉商事 御中）INV-2026-000123');
    });
    for (const { description } of lines) expect(pages.join('')).toContain(description.trim());
    expect(pages.at(-1)).toContain('合計60,001,7706,000,17766,001,947'); // Σ 1,000,000 + i = 60,001,770; 10 % floored
  });
});

test('口座振替通知書: every field of a 適格請求書, the day of the debit and the account', () => {
  expectAll(renderDebitNotice(debitNotice()), [
    ...qualifiedFields,
    '口座振替通知書',
    '振替日2026年11月27日',
    '七十七銀行　本店',
    '普通　****567',
    '10% 対象30,0003,00033,000',
  ]);
});

test('領収書 for a card: the descriptor, no revenue stamp, and the store as contact, not NP', () => {
  const pdf = renderReceipt(receipt());
  expectAll(pdf, [
    ...qualifiedFields,
    '領収書',
    'クレジットカード利用（一括払い）',
    '「ITreviewオンラインストア」',
    'クレジットカード決済のため収入印紙は不要です。',
    '但し、商品C ライトプラン 2026年10月分利用料として',
    'ORD-2026-0003',
    '決済日2026年11月1日',
    '10% 対象12,0001,20013,200',
    'https://buy.example.jp/contact',
  ]);
  expect(pdfPages(pdf).join()).not.toContain('netprotections');
});

test('the bill of Net Protections: its number, the seller, the virtual account, tax within the total', () => {
  expectAll(renderNpBill(npBill()), [
    'ご請求書',
    'F-1-20261105-000001',
    '株式会社ネットプロテクションズ',
    'アイティクラウド株式会社登録番号 T7000012050002',
    'お支払期限2026年11月30日',
    '普通　7000001',
    '10% 対象33,0003,000',
    'aoba-202610-1',
    '件名 ITreview 利用料',
    '発注番号 PO-2026-0456',
  ]);
});

test('the debit notice of Net Protections names the day of debit and no account to pay into', () => {
  const text = pdfPages(
    renderNpBill({ ...npBill(), kind: 'debit_notice', debitOn: '2027-03-01', virtualAccount: null }),
  ).join();
  expect(text).toContain('口座振替通知書');
  expect(text).toContain('振替日2027年3月1日');
  expect(text).not.toMatch(/お支払期限|お振込先/);
});

describe('unusual data', () => {
  test('amounts that do not add up throw', () => {
    const off = { ...invoice(), total: 33_001 };
    expect(() => renderInvoice(off)).toThrow(
      new DocumentSumError('INV-2026-000123: total is 33001, but its parts make 33000'),
    );
    const wrongNet = { ...invoice(), lines: [line('商品A', 29_999)] };
    expect(() => renderInvoice(wrongNet)).toThrow(DocumentSumError);
    expect(() => renderNpBill({ ...npBill(), total: 1 })).toThrow(DocumentSumError);
  });

  test('a character that no font can draw throws an error with the field and the character', () => {
    const data = invoice();
    const company = '株式会社青葉🦆';
    expect(() => renderInvoice({ ...data, recipient: { ...data.recipient, company } })).toThrow(
      new MissingGlyphError('/recipient/company', '🦆'),
    );
    expect(() => renderInvoice(invoice([line('商品\u200b', 1)]))).toThrow('/lines/0/description: no font has a glyph');
  });

  test('rare kanji of names come from the second font, in both weights', () => {
    const data = invoice();
    const recipient = { ...data.recipient, company: '株式会社𠮷野', person: '𠮷野 藍' };
    expectAll(renderInvoice({ ...data, recipient }), ['株式会社𠮷野', '𠮷野 藍 様']);
  });

  test('markup in a name is printed as it is', () => {
    const data = invoice();
    const company = '#eval("1") *太* $x$ @a <b> [c] \\ `d`';
    expect(pdfPages(renderInvoice({ ...data, recipient: { ...data.recipient, company } })).join()).toContain(company);
  });

  test('missing fields and an invalid date throw', () => {
    expect(() => renderTypst('invoice', { issuedOn: '2026-11-05' })).toThrow(TypstError);
    expect(() => renderTypst('invoice', { issuedOn: 'November' })).toThrow('/issuedOn: not a date: November');
  });
});

describe('the same data give the same bytes', () => {
  test('drawn again after another document', () => {
    const first = renderInvoice(invoice());
    renderReceipt(receipt());
    expect(Buffer.from(renderInvoice(invoice())).equals(first)).toBe(true);
  });

  test('with the issue date as the creation date', () => {
    // 2026-11-05 00:00 JST
    expect(Buffer.from(renderInvoice(invoice())).toString('latin1')).toContain('/CreationDate (D:20261104150000Z)');
  });
});
