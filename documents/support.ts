import type { SupportDesk } from './shapes';

export type SettledBy = 'bank_transfer' | 'direct_debit' | 'card';

/** The contact for questions, by payment method (STORE.md S1). */
export type SupportDesks = Record<SettledBy, SupportDesk>;

/** NP掛け払い's published desk, the default for transfer and debit of a store that settles by NP (STORE.md S1). */
export const npDesk: SupportDesk = {
  name: 'NP掛け払い お客様サポートデスク',
  phone: '03-4577-9631',
  email: 'btob-support@netprotections.co.jp',
  url: null,
  hours: '10:00〜17:00（土日祝日を除く）',
};

/** The store's contact form, the default for card payments (STORE.md S1). */
export function contactForm(storeName: string, url: string): SupportDesk {
  return { name: `${storeName} お問い合わせフォーム`, phone: null, email: null, url, hours: null };
}
