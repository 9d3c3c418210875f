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
export function bankAccountOf(account: PrismaJson.BankAccount | null): BankAccount {
  if (!account) throw new Error('the store has no bank_account to be paid into');
  return {
    bank: account.bank,
    branch: account.branch,
    type: account.type,
    number: account.number,
    holderKana: account.holder_kana,
  };
}

export function sellerOf({ seller }: { seller: PrismaJson.Seller }): Seller {
  return {
    name: seller.name,
    registrationNumber: seller.registration_number,
    postalCode: seller.postal_code,
    address: seller.address,
    phone: seller.phone,
    contactUrl: seller.contact_url,
  };
}
