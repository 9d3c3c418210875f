/*
 * The closed lists of words in the books that have no life cycle. The types of the columns (prisma/json-types.ts) follow from
 * them, and test/activities/schema.test.ts compares them with the checks of the database.
 */

// ── stores ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The issuer of a store's bills for bank transfer: NP掛け払い or the store itself. */
export const storeSettlements = ['np', 'in_house'] as const;
export type StoreSettlement = (typeof storeSettlements)[number];

export const clockKinds = ['real', 'simulated'] as const;
export type ClockKind = (typeof clockKinds)[number];

/** `failed`: the advance stopped for a reason that the clock's row states. */
export const clockStates = ['ready', 'advancing', 'failed'] as const;
export type ClockState = (typeof clockStates)[number];

/** Roles of API keys. `platform` makes stores and belongs to none. */
export const roles = ['storefront', 'operator', 'finance', 'approver', 'auditor', 'admin', 'platform'] as const;
export type Role = (typeof roles)[number];

// ── buyers, plans, orders ────────────────────────────────────────────────────────────────────────────────────────────────

export const legalEntities = ['corporation', 'sole_proprietor', 'individual'] as const;
export type LegalEntity = (typeof legalEntities)[number];

/** NP's guarantee of a buyer: given, given with a warning, withheld. */
export const guarantees = ['OK', 'ALRT', 'NG'] as const;
export type Guarantee = (typeof guarantees)[number];

/** `maker`: the service is ordered from its maker and starts when the maker has started it. */
export const provisionings = ['immediate', 'maker'] as const;
export type Provisioning = (typeof provisionings)[number];

/** How an order is paid. Direct debit is a mandate of the billing destination, which replaces the transfer. */
export const orderMethods = ['bank_transfer', 'card'] as const;
export type OrderMethod = (typeof orderMethods)[number];

/** How an invoice is paid. */
export const paymentMethods = ['bank_transfer', 'direct_debit', 'card'] as const;
export type PaymentMethod = (typeof paymentMethods)[number];

/** How one month of an order is settled. */
export const settlements = ['np', 'in_house', 'card'] as const;
export type Settlement = (typeof settlements)[number];

// ── credit and cards ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** A registration with NP (取引登録). */
export const creditTransactionStates = ['registered', 'refused', 'cancelled', 'requested', 'billed'] as const;
export type CreditTransactionState = (typeof creditTransactionStates)[number];

/** NG of NP: 21 未払い, 22 金額超過, 24 総合判断. */
export const ngReasons = ['21', '22', '24'] as const;
export type NgReason = (typeof ngReasons)[number];

export const cardPurposes = ['order', 'replacement'] as const;
export type CardPurpose = (typeof cardPurposes)[number];

/** 3-D Secure of one card. */
export const cardAuthenticationStates = ['open', 'redirected', 'passed', 'failed', 'expired'] as const;
export type CardAuthenticationState = (typeof cardAuthenticationStates)[number];

/** `lapsed`: the answer to the authorisation was lost, so it is never committed. */
export const cardChargeStates = ['authorised', 'committed', 'captured', 'declined', 'lapsed', 'refunded'] as const;
export type CardChargeState = (typeof cardChargeStates)[number];

// ── items, invoices, documents ───────────────────────────────────────────────────────────────────────────────────────────

export const itemStates = ['pending', 'billable', 'refused', 'withdrawn'] as const;
export type ItemState = (typeof itemStates)[number];

export const documentKinds = ['invoice', 'debit_notice', 'receipt'] as const;
export type DocumentKind = (typeof documentKinds)[number];

export const documentOrigins = ['issued', 'received'] as const;
export type DocumentOrigin = (typeof documentOrigins)[number];

export const invoiceIssuers = ['np', 'store'] as const;
export type InvoiceIssuer = (typeof invoiceIssuers)[number];

// ── direct debit and money ───────────────────────────────────────────────────────────────────────────────────────────────

export const debitRunStates = ['collected', 'requested', 'booked'] as const;
export type DebitRunState = (typeof debitRunStates)[number];

export const debitStates = ['requested', 'succeeded', 'failed'] as const;
export type DebitState = (typeof debitStates)[number];

export const debitFileKinds = ['request', 'result'] as const;
export type DebitFileKind = (typeof debitFileKinds)[number];

/** `manual`: a part of a deposit. */
export const paymentSources = ['np', 'direct_debit', 'card', 'manual'] as const;
export type PaymentSource = (typeof paymentSources)[number];

/** D 借方, C 貸方. */
export const journalSides = ['D', 'C'] as const;
export type JournalSide = (typeof journalSides)[number];

// ── the process ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export const providers = ['np', 'sbps', 'resend'] as const;
export type Provider = (typeof providers)[number];

/** `unknown`: the mail may have been sent. */
export const mailStates = ['queued', 'sent', 'unknown', 'failed'] as const;
export type MailState = (typeof mailStates)[number];

export const dispatchKinds = ['start', 'signal', 'update', 'tick', 'mail', 'news', 'http'] as const;
export type DispatchKind = (typeof dispatchKinds)[number];

/** The party that a workflow waits for. */
export const waitOwners = ['buyer', 'operator', 'finance', 'np', 'sbps', 'bank', 'maker', 'engine'] as const;
export type WaitOwner = (typeof waitOwners)[number];

export const incidentStates = ['open', 'resolved'] as const;
export type IncidentState = (typeof incidentStates)[number];
