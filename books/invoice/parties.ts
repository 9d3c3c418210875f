import { storeDefaults } from '../../domain/policy';

/** The seller as stored with its store (V1). The API has validated its members. */
export interface Seller {
  name: string;
  registrationNumber: string;
  postalCode: string;
  address: string;
  phone: string | null;
  contactUrl: string;
}

/** The account that buyers of an in-house store pay into, as stored with it. The API has validated its members. */
export interface BankAccount {
  bank: string;
  branch: string;
  type: 'ordinary' | 'current';
  number: string;
  holderKana: string;
}

/** @throws Error for a store that has none: no document that asks for money may be printed without it */
export function bankAccountOf(stored: unknown): BankAccount {
  const account = stored as Record<string, string> | null | undefined;
  if (!account) throw new Error('the store has no bank_account to be paid into');
  return {
    bank: account['bank']!,
    branch: account['branch']!,
    type: account['type'] as BankAccount['type'],
    number: account['number']!,
    holderKana: account['holder_kana']!,
  };
}

export function sellerOf(store: { seller: unknown }): Seller {
  const s = store.seller as Record<string, string | null | undefined>;
  return {
    name: s['name'] ?? storeDefaults.seller.name,
    registrationNumber: s['registration_number'] ?? '',
    postalCode: s['postal_code'] ?? '',
    address: s['address'] ?? '',
    phone: s['phone'] ?? null,
    contactUrl: s['contact_url'] ?? '',
  };
}
