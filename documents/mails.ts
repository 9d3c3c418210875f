import { readFileSync } from 'node:fs';
import path from 'node:path';
import Handlebars from 'handlebars';
import { jstDate, weekdayJa } from '../domain/calendar';
import { formatYen, yen } from '../domain/money';
import type { SettledBy, SupportDesks } from '../domain/support-desks';

/** The data that every mail needs: its sender and recipient. */
export interface MailFrame {
  store: {
    /** The store's name for its customers, used in the subject and the signature. */
    name: string;
    /** The company that sells the plans (docs/store.md V1). */
    seller: string;
    url: string;
    desks: SupportDesks;
    /** True when NP (the credit provider NP掛け払い) issues the bills for transfer and debit; false when the store does. */
    settlesByNp: boolean;
  };
  recipient: { company: string; department: string | null; person: string | null };
}

export interface MailOrder {
  number: string;
  orderedOn: string;
  /** The order's content on one line. */
  summary: string;
  /** Yen with tax per month. */
  total: number;
}

/** The data of each mail by its template. Dates are JST dates `YYYY-MM-DD`; amounts are yen with tax. */
export interface MailData {
  /** The order would exceed the customer's credit limit, so it is held through `until` (docs/store.md P4). */
  'order-held': { order: MailOrder; until: string };
  /**
   * NP refused the order with code 24 (overall judgement, 総合判断). NP gives no reason, so the mail gives none either; it offers
   * payment by card.
   */
  'order-declined-judgement': { order: MailOrder; orderUrl: string };
  /** The order was refused with code 21: the customer has an overdue bill. The support desk can tell which bill it is. */
  'order-declined-overdue': { order: MailOrder };
  /** The credit limit of a held order was not raised by `until`. */
  'order-declined-hold-expired': { order: MailOrder; until: string; orderUrl: string };
  /** NP's screening denied the customer as a buyer (否決) or, if `expired`, gave no result by the deadline. */
  'order-declined-screening': { order: MailOrder; expired: boolean; orderUrl: string };
  /** The card's issuer did not approve the card, so the order is cancelled (docs/store.md P10). */
  'order-cancelled-card': { order: MailOrder; orderUrl: string };
  /**
   * A monthly charge to the card was declined. The next try is on `retryOn`; null when there is none. The customer can replace
   * the card through `replaceUntil`.
   */
  'card-declined': {
    order: MailOrder;
    period: string;
    amount: number;
    retryOn: string | null;
    replaceCardUrl: string;
    replaceUntil: string;
  };
  /** An invoice that the store itself issued is attached. The invoice names the account to pay into. */
  'invoice-issued': { invoice: { number: string; total: number; period: string }; dueOn: string };
  /** A debit notice that the store itself issued is attached. The notice replaces the invoice. */
  'debit-notice-issued': { invoice: { number: string; total: number; period: string }; debitOn: string };
  /**
   * The debit failed, so the customer must pay the invoice by transfer. `issuer` is the name of who issued it: NP or the seller.
   */
  'debit-failed': {
    invoice: { number: string; issuer: string; total: number };
    /** True when the store issues its own bills: the reissued invoice is attached. */
    attached: boolean;
    debitOn: string;
    /** The bank's reason, e.g. 資金不足. */
    reason: string;
    dueOn: string;
  };
  /** The service stops on `suspendedOn` because bills are unpaid. If they stay unpaid through `endsOn`, the contract ends. */
  'contract-suspended': {
    order: MailOrder;
    settledBy: SettledBy;
    unpaid: number;
    suspendedOn: string;
    endsOn: string;
  };
  /** The contract ended on `endedOn` because bills stayed unpaid. The `unpaid` amount stays owed. */
  'contract-ended-unpaid': { order: MailOrder; settledBy: SettledBy; unpaid: number; endedOn: string };
}

export type MailTemplate = keyof MailData;

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

/**
 * The way of payment whose support desk each mail names. `settledBy` means that the field of that name in the mail's data
 * decides, because customers of every way of payment get that mail.
 */
const deskOf: Record<MailTemplate, SettledBy | 'settledBy'> = {
  'order-held': 'bank_transfer',
  'order-declined-judgement': 'bank_transfer',
  'order-declined-overdue': 'bank_transfer',
  'order-declined-hold-expired': 'bank_transfer',
  'order-declined-screening': 'bank_transfer',
  'order-cancelled-card': 'card',
  'card-declined': 'card',
  'invoice-issued': 'bank_transfer',
  'debit-notice-issued': 'direct_debit',
  'debit-failed': 'direct_debit',
  'contract-suspended': 'settledBy',
  'contract-ended-unpaid': 'settledBy',
};

/** The mails to which the document of their invoice is attached, if the store issues the invoice itself. */
export const withDocument: ReadonlySet<MailTemplate> = new Set([
  'invoice-issued',
  'debit-notice-issued',
  'debit-failed',
]);

export const mailTemplates = Object.keys(deskOf) as MailTemplate[];

const folder = path.join(__dirname, 'mails');
const source = (name: string) => readFileSync(path.join(folder, name), 'utf8');

const handlebars = Handlebars.create();
handlebars.registerHelper('yen', (amount: number) => formatYen(yen(amount)));
handlebars.registerHelper('date', (date: string) => {
  const [year, month, day] = jstDate(date).split('-').map(Number);
  return `${year}年${month}月${day}日（${weekdayJa(jstDate(date))}）`;
});
handlebars.registerHelper('month', (period: string) => {
  const [year, month] = period.split('-').map(Number);
  return `${year}年${month}月`;
});
// Handlebars' `strict` does not check the condition of {{#if}}: a missing field would silently choose the other branch.
handlebars.registerHelper('if', function (this: unknown, value: unknown, options: Handlebars.HelperOptions) {
  if (value === undefined) throw new Error('{{#if}} asks for a field that is missing');
  return value ? options.fn(this) : options.inverse(this);
});
for (const partial of ['greeting', 'order', 'signature'])
  handlebars.registerPartial(partial, source(`_${partial}.hbs`));

/** Options for the plain-text version: values are not escaped. `strict` makes a missing field an error instead of a blank. */
const plain = { strict: true, noEscape: true } as const;
const layout = handlebars.compile(source('layout.html.hbs'), { strict: true });

interface Compiled {
  subject: Handlebars.TemplateDelegate;
  body: Handlebars.TemplateDelegate;
}
const compiled = new Map<MailTemplate, Compiled>();

/** Compiles a template once. A template begins with the line `subject: …`; a blank line and the text of the mail follow. */
function compile(template: MailTemplate): Compiled {
  let found = compiled.get(template);
  if (!found) {
    const parts = /^subject: (.+)\n\n([\s\S]+)$/.exec(source(`${template}.hbs`));
    if (!parts) throw new Error(`${template}.hbs must begin with "subject: …" and a blank line`);
    found = { subject: handlebars.compile(parts[1], plain), body: handlebars.compile(parts[2], plain) };
    compiled.set(template, found);
  }
  return found;
}

/**
 * Throws if a value contains a line break or control character, because a line break in a name could forge a mail header or a
 * row of the mail's table.
 */
function refuseLineBreaks(value: unknown, pointer: string): void {
  if (typeof value === 'string' && /[\p{Cc}\u2028\u2029]/u.test(value)) {
    throw new Error(`${pointer}: control characters and line breaks don't belong in a mail`);
  }
  if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) refuseLineBreaks(member, `${pointer}/${key}`);
  }
}

/**
 * Splits the plain text of a mail into blocks for the HTML layout. A block of lines `■label：value` becomes a table. The signature
 * becomes the footer.
 */
function blocksOf(text: string) {
  const [body, foot] = text.split('\n――――――――――――――――――――\n') as [string, string];
  const blocks = body
    .trim()
    .split(/\n{2,}/)
    .map((block) => {
      const lines = block.split('\n');
      if (!lines.every((line) => line.startsWith('■'))) return { rows: null, lines: lines.map(piecesOf) };
      const rows = lines.map((line) => {
        const colon = line.indexOf('：');
        return { label: line.slice(1, colon), value: piecesOf(line.slice(colon + 1)) };
      });
      return { rows, lines: null };
    });
  return { blocks, foot: foot.trim().split('\n').map(piecesOf) };
}

/** Splits a line into text and links. The HTML layout escapes both. */
function piecesOf(line: string) {
  return line.split(/(https?:\/\/[^\s（）「」、。]+)/).map((text, index) => ({ text, link: index % 2 === 1 }));
}

/**
 * Renders a mail: its subject, its plain text, and an HTML version of the same text.
 *
 * @throws Error for a missing field or a control character in a value
 */
export function renderMail<T extends MailTemplate>(template: T, data: MailData[T] & MailFrame): RenderedMail {
  refuseLineBreaks(data, '');
  const settledBy =
    deskOf[template] === 'settledBy' ? (data as MailData['contract-suspended']).settledBy : deskOf[template];
  const context = { ...data, desk: data.store.desks[settledBy as SettledBy] };
  const { subject, body } = compile(template);
  const line = subject(context);
  const text = `${body(context).trim()}\n`;
  return { subject: line, text, html: layout({ subject: line, store: data.store, ...blocksOf(text) }).trimStart() };
}
