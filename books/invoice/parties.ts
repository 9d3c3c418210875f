/** The company that sells the store's plans (docs/store.md V1), as stored with the store. The API has validated its members. */
export interface Seller {
  name: string;
  registrationNumber: string;
  postalCode: string;
  address: string;
  phone: string | null;
  contactUrl: string;
}

/**
 * The account that buyers pay into if the store bills them itself (settlement `in_house`), as stored with the store. The API has
 * validated its members.
 */
export interface BankAccount {
  bank: string;
  branch: string;
  type: 'ordinary' | 'current';
  number: string;
  holderKana: string;
}

/** @throws Error for a store without a bank account, because every invoice to be paid by transfer must print it */
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
