/** The way of payment, which decides the support desk that answers a customer's questions (docs/store.md S1). */
export type SettledBy = 'bank_transfer' | 'direct_debit' | 'card';

/** A desk that answers customers' questions about payment. A field is null when the desk can't be reached that way. */
export interface SupportDesk {
  name: string;
  phone: string | null;
  email: string | null;
  url: string | null;
  /** e.g. 10:00〜17:00（土日祝日を除く） */
  hours: string | null;
}

export type SupportDesks = Record<SettledBy, SupportDesk>;

/** The support desk that NP (the credit provider NP掛け払い) publishes (docs/store.md S1). */
export const npDesk: SupportDesk = {
  name: 'NP掛け払いサポートデスク',
  phone: '03-4577-9631',
  email: 'btob-support@netprotections.co.jp',
  url: null,
  hours: '10:00〜17:00（土日祝日を除く）',
};

/** The store's contact form as a support desk. */
export function contactForm(storeName: string, url: string): SupportDesk {
  return { name: `${storeName} お問い合わせフォーム`, phone: null, email: null, url, hours: null };
}

/**
 * The desk for each way of payment (docs/store.md S1). If NP issues the store's bills, NP's desk answers for transfer and
 * debit. The store's contact form answers for everything else.
 */
export function supportDesksOf(store: { name: string; contactUrl: string; settlesByNp: boolean }): SupportDesks {
  const form = contactForm(store.name, store.contactUrl);
  const byInvoice = store.settlesByNp ? npDesk : form;
  return { bank_transfer: byInvoice, direct_debit: byInvoice, card: form };
}
