/*
 * The values that each enumerated column of the database can have, except states with a life cycle. The types of the columns
 * (prisma/json-types.ts) come from these lists, and test/prisma/schema.test.ts compares the lists with the database's check
 * constraints.
 */

// ── stores ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The issuer of a store's bills for transfer and debit: NP (the credit provider NP掛け払い) or the store itself (in house). */
export const storeSettlements = ['np', 'in_house'] as const;
export type StoreSettlement = (typeof storeSettlements)[number];

export const clockKinds = ['real', 'simulated'] as const;
export type ClockKind = (typeof clockKinds)[number];

/** `failed`: the clock stopped before it reached its target time. The column `failure` of the clock has the reason. */
export const clockStates = ['ready', 'advancing', 'failed'] as const;
export type ClockState = (typeof clockStates)[number];

/** Roles of API keys. A `platform` key makes stores and belongs to no store. */
export const roles = ['storefront', 'operator', 'finance', 'approver', 'auditor', 'admin', 'platform'] as const;
export type Role = (typeof roles)[number];

// ── buyers, plans, orders ────────────────────────────────────────────────────────────────────────────────────────────────

export const legalEntities = ['corporation', 'sole_proprietor', 'individual'] as const;
export type LegalEntity = (typeof legalEntities)[number];

/** NP's guarantee of a buyer's debts: OK given, ALRT given with a warning, NG withheld. */
export const guarantees = ['OK', 'ALRT', 'NG'] as const;
export type Guarantee = (typeof guarantees)[number];

/** How the service of a plan starts. `immediate`: at once. `maker`: when the maker of the product has started it. */
export const provisionings = ['immediate', 'maker'] as const;
export type Provisioning = (typeof provisionings)[number];

/** How an order is paid. A billing destination with a mandate pays its `bank_transfer` orders by direct debit. */
export const orderMethods = ['bank_transfer', 'card'] as const;
export type OrderMethod = (typeof orderMethods)[number];

/** How an invoice is paid. */
export const paymentMethods = ['bank_transfer', 'direct_debit', 'card'] as const;
export type PaymentMethod = (typeof paymentMethods)[number];

/** The party that collects the money for one month of an order: NP, the store itself, or the card gateway. */
export const settlements = ['np', 'in_house', 'card'] as const;
export type Settlement = (typeof settlements)[number];

// ── credit and cards ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** States of a transaction registered with NP (取引登録): one month of an order. */
export const creditTransactionStates = ['registered', 'refused', 'cancelled', 'requested', 'billed'] as const;
export type CreditTransactionState = (typeof creditTransactionStates)[number];

/** NP's reasons to refuse a transaction: 21 unpaid before (未払い), 22 over the limit (金額超過), 24 overall judgement (総合判断). */
export const ngReasons = ['21', '22', '24'] as const;
export type NgReason = (typeof ngReasons)[number];

export const cardPurposes = ['order', 'replacement'] as const;
export type CardPurpose = (typeof cardPurposes)[number];

/** States of one 3-D Secure authentication of a card. */
export const cardAuthenticationStates = ['open', 'redirected', 'passed', 'failed', 'expired'] as const;
export type CardAuthenticationState = (typeof cardAuthenticationStates)[number];

/** `lapsed`: the answer to the authorisation was lost. This authorisation is never committed; a later try makes a new one. */
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

export const debitStates = ['requested', 'succeeded', 'failed'] as const;
export type DebitState = (typeof debitStates)[number];

export const debitFileKinds = ['request', 'result'] as const;
export type DebitFileKind = (typeof debitFileKinds)[number];

/** The origin of a payment. `manual`: a part of a deposit that staff entered. */
export const paymentSources = ['np', 'direct_debit', 'card', 'manual'] as const;
export type PaymentSource = (typeof paymentSources)[number];

/** D: debit (借方). C: credit (貸方). */
export const journalSides = ['D', 'C'] as const;
export type JournalSide = (typeof journalSides)[number];

// ── the process ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export const providers = ['np', 'sbps', 'resend'] as const;
export type Provider = (typeof providers)[number];

/** `unknown`: the engine could not find out whether the mail was sent, and does not send it again. */
export const mailStates = ['queued', 'sent', 'unknown', 'failed'] as const;
export type MailState = (typeof mailStates)[number];

export const dispatchKinds = ['start', 'signal', 'update', 'tick', 'mail', 'news', 'http'] as const;
export type DispatchKind = (typeof dispatchKinds)[number];

/** The party that a workflow waits for. */
export const waitOwners = ['buyer', 'operator', 'finance', 'np', 'sbps', 'bank', 'maker', 'engine'] as const;
export type WaitOwner = (typeof waitOwners)[number];

export const incidentStates = ['open', 'resolved'] as const;
export type IncidentState = (typeof incidentStates)[number];
