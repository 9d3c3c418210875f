import type * as account from '../domain/account/lifecycle';
import type * as calendar from '../domain/calendar';
import type * as cancellation from '../domain/cancellation/terms';
import type * as close from '../domain/close/lifecycle';
import type * as mandate from '../domain/direct-debit/lifecycle';
import type * as debit from '../domain/direct-debit/rules';
import type * as zengin from '../domain/formats/zengin-91';
import type * as incidents from '../domain/incidents';
import type * as invoice from '../domain/invoice/lifecycle';
import type * as ledger from '../domain/ledger/entries';
import type * as order from '../domain/order/lifecycle';
import type * as period from '../domain/period/lifecycle';
import type * as refusal from '../domain/refusal';
import type * as days from '../domain/store-day/work';
import type * as subscription from '../domain/subscription/lifecycle';
import type * as taxes from '../domain/tax';
import type * as word from '../domain/vocabulary';
import type * as mails from '../documents/mails';
import type * as events from '../workflows/contracts/events';

/*
 * The types of columns that do not accept every text or every JSON value. A comment `/// [Name]` above a field of schema.prisma
 * names one of these types, and prisma-json-types-generator writes it into the generated client. The client does not check
 * values at run time. The text columns have CHECK constraints in PostgreSQL, which test/prisma/schema.test.ts compares with
 * these types. The shape of a JSON column is checked only when the code that writes it is compiled.
 */
declare global {
  // The generator looks for the types in a global namespace.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace PrismaJson {
    // ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────
    type AccountCode = ledger.AccountCode;
    type AccountState = account.AccountState;
    type BuyerScreeningState = account.BuyerScreeningState;
    type CancellationTermsId = cancellation.CancellationTermsId;
    type CardAuthenticationState = word.CardAuthenticationState;
    type CardChargeState = word.CardChargeState;
    type CardPurpose = word.CardPurpose;
    type ClockKind = word.ClockKind;
    type ClockState = word.ClockState;
    type CloseState = close.CloseState;
    type CreditTransactionState = word.CreditTransactionState;
    type DebitAccountType = zengin.AccountType;
    type DebitFileKind = word.DebitFileKind;
    type DebitResultCode = debit.DebitResultCode;
    type DebitRunState = mandate.DebitRunState;
    type DebitState = word.DebitState;
    type DirectDebitState = mandate.DirectDebitState;
    type DispatchKind = word.DispatchKind;
    type DocumentKind = word.DocumentKind;
    type DocumentOrigin = word.DocumentOrigin;
    type EventType = events.EventType;
    type Guarantee = word.Guarantee;
    type IncidentKind = incidents.IncidentKind;
    type IncidentOwner = (typeof incidents.incidentKinds)[incidents.IncidentKind]['owner'];
    type IncidentState = word.IncidentState;
    type InvoiceIssuer = word.InvoiceIssuer;
    type InvoiceState = invoice.InvoiceState;
    type ItemState = word.ItemState;
    type JournalKind = ledger.JournalEntry['kind'];
    type JournalSide = word.JournalSide;
    type LegalEntity = word.LegalEntity;
    type MailState = word.MailState;
    type MailTemplate = mails.MailTemplate;
    type NgReason = word.NgReason;
    type OrderMethod = word.OrderMethod;
    type OrderState = order.OrderState;
    type PaymentMethod = word.PaymentMethod;
    type PaymentSource = word.PaymentSource;
    type Period = calendar.Period;
    type PeriodState = period.PeriodState;
    type Provider = word.Provider;
    type Provisioning = word.Provisioning;
    type RateClass = taxes.RateClass;
    type Role = word.Role;
    type Rounding = taxes.Rounding;
    type Settlement = word.Settlement;
    type StoreSettlement = word.StoreSettlement;
    type SubscriptionState = subscription.SubscriptionState;
    type WaitOwner = word.WaitOwner;

    // ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
    /** The seller of the store's plans, as documents print it (docs/store.md V1). */
    type Seller = {
      name: string;
      registration_number: string;
      postal_code: string;
      address: string;
      phone: string;
      contact_url: string;
    };
    /** An in-house store's bank account into which its buyers pay, as documents print it. */
    type BankAccount = {
      bank: string;
      branch: string;
      type: 'ordinary' | 'current';
      number: string;
      holder_kana: string;
    };
    /**
     * An in-house store as the party for which the bank collects direct debits (委託者), and the account that receives the money.
     * Names are in half-width kana, because the bank's files demand it.
     */
    type Consignor = {
      consignor_code: string;
      consignor_kana: string;
      bank_code: string;
      bank_kana: string;
      branch_code: string;
      branch_kana: string;
      type: 'ordinary' | 'current';
      number: string;
    };
    type NpCredentials = {
      base_url: string;
      shop_code: string;
      sp_code: string;
      terminal_id: string;
    };
    type SbpsCredentials = {
      base_url: string;
      merchant_id: string;
      service_id: string;
      hash_key: string;
    };
    /** Free members that the shop attaches to an order, and the pages to which the buyer returns after 3-D Secure. */
    type OrderMetadata = {
      return_urls?: { ok: string; ng: string };
      [name: string]: unknown;
    };
    /** An invoice's total of one tax rate. `gross` = `net` + `tax`. */
    type RateTotal = {
      rate_class: RateClass;
      rate: taxes.Rate;
      net: number;
      tax: number;
      gross: number;
    };
    /**
     * The recipient of an invoice, copied when the invoice is issued. A receipt is not mailed, so its recipient has no e-mail
     * addresses.
     */
    type Recipient = {
      company: string;
      department: string | null;
      person: string;
      postal_code: string;
      address: string;
      email_to?: string;
      email_cc?: string[];
    };
    /** The seller of an invoice that the store issues itself, copied when the invoice is issued. */
    type FrozenSeller = Seller & {
      /** The store's name. */
      store: string;
      bank_account: BankAccount | null;
      debit_account?: DebitedAccount;
    };
    /** The buyer's bank account that a debit notice names. */
    type DebitedAccount = {
      bank: string;
      branch: string;
      type: string;
      maskedNumber: string;
      holder: string;
    };
    /** The reason for a billable item: the plan, price and order it was made from. */
    type ItemReason = {
      plan_id: string;
      price_id: string;
      price_version: number;
      order_id: string;
      /** The month of service. An item with `late` or `held_in` is billed in a later month. */
      usage_period: Period;
      quantity: number;
      proration: '1/1';
      /** When the item was made, the close had already frozen the month of service. So the next open month bills the item. */
      late?: true;
      /** The month whose close held the item's invoice back. */
      held_in?: Period;
    };
    /**
     * The stored outcome of a request with an idempotency key (see api/lib/idempotency.ts). A refusal's field is a JSON pointer.
     */
    type KeptAnswer =
      | { answer: unknown }
      | { refusals: (Omit<refusal.Refusal, 'field'> & { field?: string; detail?: string })[] }
      | { pending: { message: string | null; ref: string } };
    type DayWork = days.DayWork[];
    type MailMembers = mails.MailData[MailTemplate];
    /** An object whose members depend on another column of the row: its kind, type or name. */
    type Members = Record<string, unknown>;
  }
}
