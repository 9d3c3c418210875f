import type {
  DebitNoticeData,
  DocumentLine,
  InvoiceData,
  LineRateClass,
  NpBillData,
  QualifiedInvoiceData,
  ReceiptData,
} from '../../documents/shapes';
import { contactForm, npDesk } from '../../domain/support-desks';

export function line(description: string, unitPrice: number, more: Partial<DocumentLine> = {}): DocumentLine {
  const quantity = more.quantity ?? 1;
  return {
    description,
    periodFrom: '2026-10-01',
    periodTo: '2026-10-31',
    quantity,
    unitPrice,
    amount: unitPrice * quantity,
    rateClass: 'standard',
    ...more,
  };
}

const percents: Record<LineRateClass, number> = { standard: 10, reduced: 8, exempt: 0, out_of_scope: 0 };

function totals(lines: DocumentLine[]) {
  const classes = [...new Set(lines.map((l) => l.rateClass))];
  const taxes = classes.map((rateClass) => {
    const net = lines.filter((l) => l.rateClass === rateClass).reduce((sum, l) => sum + l.amount, 0);
    return { rateClass, percent: percents[rateClass], net, tax: Math.floor((net * percents[rateClass]) / 100) };
  });
  const netTotal = taxes.reduce((sum, t) => sum + t.net, 0);
  const taxTotal = taxes.reduce((sum, t) => sum + t.tax, 0);
  return { lines, taxes, netTotal, taxTotal, total: netTotal + taxTotal };
}

const oneMonth = [line('商品A スタンダードプラン', 30_000)];

function qualified(lines: DocumentLine[]): QualifiedInvoiceData {
  return {
    number: 'INV-2026-000123',
    issuedOn: '2026-11-05',
    issuer: {
      name: 'アイティクラウド株式会社',
      postalCode: '107-0052',
      address: '東京都港区赤坂1丁目2番3号',
      phone: '03-0000-0000',
      registrationNumber: 'T7000012050002',
    },
    recipient: {
      company: '株式会社青葉商事',
      department: '経理部',
      person: '髙橋 﨑太郎',
      postalCode: '980-0011',
      address: '宮城県仙台市青葉区上杉9丁目8番7号',
    },
    subject: '2026年10月分 ご利用料金',
    poNumber: 'PO-2026-0456',
    periodFrom: '2026-10-01',
    periodTo: '2026-10-31',
    support: npDesk,
    ...totals(lines),
  };
}

export const invoice = (lines = oneMonth): InvoiceData => ({
  ...qualified(lines),
  revision: 1,
  revisedOn: null,
  dueOn: '2026-11-30',
  account: {
    bank: '三井住友銀行',
    branch: '赤坂支店',
    type: '普通',
    number: '1234567',
    holder: 'アイティクラウド（カ',
  },
});

export const debitNotice = (): DebitNoticeData => ({
  ...qualified(oneMonth),
  debitOn: '2026-11-27',
  debitAccount: {
    bank: '七十七銀行',
    branch: '本店',
    type: '普通',
    maskedNumber: '****567',
    holder: 'カ）アオバシヨウジ',
  },
});

export const receipt = (): ReceiptData => ({
  ...qualified([line('商品C ライトプラン', 12_000)]),
  number: 'RC-2026-000007',
  support: contactForm('ITreviewオンラインストア', 'https://buy.example.jp/contact'),
  orderNumber: 'ORD-2026-0003',
  paidOn: '2026-11-01',
  purpose: '商品C ライトプラン 2026年10月分利用料',
  cardBrand: 'VISA',
  descriptor: 'ITreviewオンラインストア',
});

export const npBill = (): NpBillData => ({
  kind: 'invoice',
  number: 'F-1-20261105-000001',
  issuedOn: '2026-11-05',
  closeOn: '2026-10-31',
  dueOn: '2026-11-30',
  debitOn: null,
  buyerId: '20000000001',
  recipient: qualified(oneMonth).recipient,
  seller: { name: 'アイティクラウド株式会社', registrationNumber: 'T7000012050002' },
  transactions: [
    {
      orderedOn: '2026-10-05',
      shopTransactionId: 'aoba-202610-1',
      description: '商品A 2026年10月分',
      poNumber: 'PO-2026-0456',
      subject: 'ITreview 利用料',
      quantity: 1,
      unitPrice: 33_000,
      amount: 33_000,
      rate: 10,
    },
  ],
  taxes: [{ rate: 10, total: 33_000, tax: 3_000 }],
  total: 33_000,
  virtualAccount: {
    bank: '三井住友銀行',
    branch: '東京第一支店',
    type: '普通',
    number: '7000001',
    holder: 'カ）ネットプロテクションズ',
  },
});
