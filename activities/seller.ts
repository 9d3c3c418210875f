import { storeDefaults } from '../domain/policy';

/** The seller as stored with its store (V1); the members the API has validated. */
export interface Seller {
  name: string;
  registrationNumber: string;
  postalCode: string;
  address: string;
  phone: string | null;
  contactUrl: string;
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
