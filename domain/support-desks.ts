/** How an order is paid. The support desk that answers questions depends on it (S1). */
export type SettledBy = 'bank_transfer' | 'direct_debit' | 'card';

/** A desk that answers a customer's questions about a payment; null = this way is not offered. */
export interface SupportDesk {
  name: string;
  phone: string | null;
  email: string | null;
  url: string | null;
  /** e.g. 10:00〜17:00（土日祝日を除く） */
  hours: string | null;
}

export type SupportDesks = Record<SettledBy, SupportDesk>;

/** NP's published desk. */
export const npDesk: SupportDesk = {
  name: 'NP掛け払いサポートデスク',
  phone: '03-4577-9631',
  email: 'btob-support@netprotections.co.jp',
  url: null,
  hours: '10:00〜17:00（土日祝日を除く）',
};

/** The store's contact form. */
export function contactForm(storeName: string, url: string): SupportDesk {
  return { name: `${storeName} お問い合わせフォーム`, phone: null, email: null, url, hours: null };
}

/**
 * The desk for each way of payment (S1). NP answers for transfer and debit in a store that settles by NP. The store's contact
 * form answers for the rest.
 */
export function supportDesksOf(store: { name: string; contactUrl: string; settlesByNp: boolean }): SupportDesks {
  const form = contactForm(store.name, store.contactUrl);
  const byInvoice = store.settlesByNp ? npDesk : form;
  return { bank_transfer: byInvoice, direct_debit: byInvoice, card: form };
}
