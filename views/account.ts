import { accountLifecycle, buyerScreeningLifecycle } from '../domain/account/lifecycle';
import { guarantees, legalEntities } from '../domain/vocabulary';
import type { BillingDestination, Prisma } from '../generated/prisma/client';
import { instantOut } from '../prisma/db';
import { email, phone, postalCode, registrationNumber, text } from './lib/members';
import { stateOf } from './lib/states';
import { z } from './lib/zod';

/** A buyer's base information (docs/store.md B1), as members of the API. */
export const baseInformation = {
  company_name: text(),
  company_kana: text(),
  representative: text(),
  postal_code: postalCode,
  address: text(),
  phone,
  department: text().nullish(),
  contact_person: text(),
  email,
  registration_number: registrationNumber.nullish(),
};

export const newDestination = z.strictObject({
  company_name: text(),
  company_kana: text(),
  department: text().nullish(),
  person: text(),
  postal_code: postalCode,
  address: text(),
  email_to: email,
  email_cc: z.array(email).max(10).default([]),
});

export const destinationShape = newDestination.extend({
  id: z.string(),
  object: z.literal('billing_destination'),
  is_default: z.boolean(),
  department: z.string().nullable(),
  np_buyer_id: z.string().nullable(),
  buyer_status: stateOf(buyerScreeningLifecycle),
  buyer_reasons: z.array(z.string()),
  guarantee: z.enum(guarantees),
  credit_limit: z.number().nullable().openapi({
    description:
      'Yen with tax: per month, as NP granted it, or in house for everything unbilled and unpaid; null = the default',
  }),
});
export type DestinationView = z.infer<typeof destinationShape>;

export const accountShape = z.object({
  ...baseInformation,
  id: z.string(),
  object: z.literal('account'),
  reference: z.string(),
  entity: z.enum(legalEntities),
  department: z.string().nullable(),
  registration_number: z.string().nullable(),
  status: stateOf(accountLifecycle),
  created_at: z.string(),
  consents: z.array(z.object({ terms_version: z.string(), consented_at: z.string() })),
  billing_destinations: z.array(destinationShape),
  warnings: z.array(z.string()).optional(),
});
export type AccountView = z.infer<typeof accountShape>;

export const accountParts = {
  consents: { orderBy: { consentedAt: 'asc' } },
  billingDestinations: { orderBy: { id: 'asc' } },
} as const satisfies Prisma.AccountInclude;

export function accountView(account: Prisma.AccountGetPayload<{ include: typeof accountParts }>): AccountView {
  return {
    id: account.id,
    object: 'account',
    reference: account.reference,
    entity: account.entity,
    company_name: account.companyName,
    company_kana: account.companyKana,
    representative: account.representative,
    postal_code: account.postalCode,
    address: account.address,
    phone: account.phone,
    department: account.department,
    contact_person: account.contactPerson,
    email: account.email,
    registration_number: account.registrationNumber,
    status: account.status,
    created_at: instantOut(account.createdAt),
    consents: account.consents.map((consent) => ({
      terms_version: consent.termsVersion,
      consented_at: instantOut(consent.consentedAt),
    })),
    billing_destinations: account.billingDestinations.map(destinationView),
  };
}

export function destinationView(destination: BillingDestination): DestinationView {
  return {
    id: destination.id,
    object: 'billing_destination',
    is_default: destination.isDefault,
    company_name: destination.companyName,
    company_kana: destination.companyKana,
    department: destination.department,
    person: destination.person,
    postal_code: destination.postalCode,
    address: destination.address,
    email_to: destination.emailTo,
    email_cc: destination.emailCc,
    np_buyer_id: destination.npBuyerId,
    buyer_status: destination.buyerStatus,
    buyer_reasons: destination.buyerReasons,
    guarantee: destination.guarantee,
    credit_limit: destination.creditLimit === null ? null : Number(destination.creditLimit),
  };
}

export const consentShape = z.object({ account_id: z.string(), terms_version: z.string() });

export function consentView(accountId: string, termsVersion: string): z.infer<typeof consentShape> {
  return { account_id: accountId, terms_version: termsVersion };
}
