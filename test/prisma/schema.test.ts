import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountLifecycle, buyerScreeningLifecycle } from '../../domain/account/lifecycle';
import { closeLifecycle } from '../../domain/close/lifecycle';
import { directDebitLifecycle } from '../../domain/direct-debit/lifecycle';
import { debitResults } from '../../domain/direct-debit/rules';
import { accountTypes } from '../../domain/formats/zengin-91';
import { invoiceLifecycle } from '../../domain/invoice/lifecycle';
import { statesOf } from '../../domain/lifecycle';
import { orderLifecycle } from '../../domain/order/lifecycle';
import { periodLifecycle } from '../../domain/period/lifecycle';
import { subscriptionLifecycle } from '../../domain/subscription/lifecycle';
import { rateClasses, roundings } from '../../domain/tax';
import * as word from '../../domain/vocabulary';
import { rows } from '../support/books';

/* Three places name the same tables, columns and words: the migrations, prisma/schema.prisma and domain/. They agree. */

/** The closed lists that the database checks, by the name of their type in schema.prisma and prisma/json-types.ts. */
const words: Record<string, readonly string[]> = {
  AccountState: statesOf(accountLifecycle),
  BuyerScreeningState: statesOf(buyerScreeningLifecycle),
  CardAuthenticationState: word.cardAuthenticationStates,
  CardChargeState: word.cardChargeStates,
  CardPurpose: word.cardPurposes,
  ClockKind: word.clockKinds,
  ClockState: word.clockStates,
  CloseState: statesOf(closeLifecycle),
  CreditTransactionState: word.creditTransactionStates,
  DebitAccountType: Object.keys(accountTypes),
  DebitFileKind: word.debitFileKinds,
  DebitResultCode: Object.keys(debitResults),
  DebitRunState: word.debitRunStates,
  DebitState: word.debitStates,
  DirectDebitState: statesOf(directDebitLifecycle),
  DispatchKind: word.dispatchKinds,
  DocumentKind: word.documentKinds,
  DocumentOrigin: word.documentOrigins,
  Guarantee: word.guarantees,
  IncidentState: word.incidentStates,
  InvoiceIssuer: word.invoiceIssuers,
  InvoiceState: statesOf(invoiceLifecycle),
  ItemState: word.itemStates,
  JournalSide: word.journalSides,
  LegalEntity: word.legalEntities,
  MailState: word.mailStates,
  NgReason: word.ngReasons,
  OrderMethod: word.orderMethods,
  OrderState: statesOf(orderLifecycle),
  PaymentMethod: word.paymentMethods,
  PaymentSource: word.paymentSources,
  PeriodState: statesOf(periodLifecycle),
  Provider: word.providers,
  Provisioning: word.provisionings,
  RateClass: rateClasses,
  Role: word.roles,
  Rounding: roundings,
  Settlement: word.settlements,
  StoreSettlement: word.storeSettlements,
  SubscriptionState: statesOf(subscriptionLifecycle),
  WaitOwner: word.waitOwners,
};

/** Copies of a word that another column checks. */
const UNCHECKED = [
  'audit_log.role',
  'billable_items.rate_class',
  'invoice_lines.rate_class',
  'journal_lines.rate_class',
  'subscriptions.rate_class',
];

interface Field {
  /** `table.column` */
  column: string;
  optional: boolean;
  /** Name of its type in the namespace PrismaJson. */
  type: string | undefined;
}

test('the Prisma schema and the database have the same columns, null where null may be', async () => {
  const inDatabase = await rows<{ column: string }>(
    `SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'YES' THEN '?' ELSE '' END AS "column"
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'`,
    [],
  );
  const inSchema = fieldsOfSchema().map(({ column, optional }) => `${column}${optional ? '?' : ''}`);
  expect(inSchema.sort()).toEqual(inDatabase.map(({ column }) => column).sort());
});

test('the checks of the database list the words of the domain', async () => {
  const checks = await rows<{ column: string; definition: string }>(
    `SELECT conrelid::regclass || '.' || attname AS column, pg_get_constraintdef(c.oid) AS definition
       FROM pg_constraint c JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
      WHERE contype = 'c' AND cardinality(conkey) = 1 AND connamespace = 'public'::regnamespace`,
    [],
  );
  const inDatabase = checks.flatMap(({ column, definition }) => {
    const list = /^CHECK \(\(\w+ = ANY \(ARRAY\[(.*)\]\)\)\)$/.exec(definition)?.[1];
    return list === undefined ? [] : [[column, [...list.matchAll(/'([^']*)'::/g)].map(([, value]) => value).sort()]];
  });
  const inDomain = fieldsOfSchema().flatMap(({ column, type }) =>
    type !== undefined && type in words && !UNCHECKED.includes(column) ? [[column, [...words[type]!].sort()]] : [],
  );
  expect(Object.fromEntries(inDatabase)).toEqual(Object.fromEntries(inDomain));
});

test('prisma/json-types.ts declares each type that the Prisma schema names', () => {
  // The generated client is not type-checked: a name that nothing declares would be `any` there.
  const source = readFileSync(join(__dirname, '../../prisma/json-types.ts'), 'utf8');
  const declared = new Set([...source.matchAll(/^ {4}type (\w+) =/gm)].map(([, name]) => name!));
  const named = fieldsOfSchema().flatMap(({ type }) => type ?? []);
  expect(named.filter((type) => !declared.has(type))).toEqual([]);
  expect(Object.keys(words).filter((type) => !named.includes(type))).toEqual([]);
});

function fieldsOfSchema(): Field[] {
  const schema = readFileSync(join(__dirname, '../../prisma/schema.prisma'), 'utf8');
  const models = [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)];
  const names = new Set(models.map(([, name]) => name!));
  return models.flatMap(([, , body]) => {
    const table = /@@map\("(\w+)"\)/.exec(body!)![1]!;
    const fields = [...body!.matchAll(/^(?: {2}\/\/\/ (.*)\n)? {2}(\w+)\s+(\w+)(\?|\[\])?(.*)$/gm)];
    return fields
      .filter(([, , , type]) => !names.has(type!))
      .map(([, comment, field, , arity, rest]) => ({
        column: `${table}.${/@map\("(\w+)"\)/.exec(rest!)?.[1] ?? field!}`,
        optional: arity === '?',
        type: comment && (/^\[(\w+)\]$/.exec(comment) ?? /^!\[PrismaJson\.(\w+)\[\]\]$/.exec(comment) ?? [])[1],
      }));
  });
}
