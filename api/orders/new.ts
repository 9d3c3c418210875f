import { enqueueing, startRow } from '../../books/lib/outbox';
import { rowsIn } from '../../books/lib/sql';
import { type JstDate, dateOf, periodOf } from '../../domain/calendar';
import { type Yen, sumYen, toYen, yen } from '../../domain/money';
import { checkCardCharge } from '../../domain/order/card-rules';
import { policy } from '../../domain/policy';
import { type RateClass, type Rounding, grossOf, taxOnNet } from '../../domain/tax';
import type { Account, BillingDestination, Consent, Plan, Price, Store } from '../../generated/prisma/client';
import { type Tx, dateIn, instantIn, sql } from '../../prisma/db';
import { text } from '../../views/lib/members';
import { z } from '../../views/lib/zod';
import { workflowIds } from '../../workflows/contracts/ids';
import { LEASE_SECONDS, auditing } from '../lib/commands';
import { newId } from '../lib/input/ids';
import { type Reason, Refused, refuse } from '../lib/problems';
import type { WriteContext } from '../lib/route';
import { httpUrl, id } from '../lib/input/schemas';

const token = z.string().min(1).max(200);

/** A card as SBPS's JavaScript gave it: one-time tokens, never a number. */
export const card = {
  token,
  token_key: token,
  brand: text(30).optional().openapi({ description: 'As the payment page read it; P8', example: 'VISA' }),
  divisions: z.int().min(1).default(1).openapi({ description: 'Only 1, 一括払い (P9)' }),
};

export const newOrder = z.strictObject({
  account_id: id,
  billing_destination_id: id.optional().openapi({ description: 'The account’s default one unless named' }),
  reference: text(100).optional().openapi({ description: 'The shop’s own number of the order; unique' }),
  payment: z.discriminatedUnion('method', [
    z.strictObject({ method: z.literal('bank_transfer') }),
    z.strictObject({
      method: z.literal('card'),
      ...card,
      return_urls: z
        .strictObject({ ok: httpUrl, ng: httpUrl })
        .optional()
        .openapi({ description: 'The shop’s pages to go on to after 3-D Secure' }),
    }),
  ]),
  lines: z
    .array(z.strictObject({ plan_id: id, quantity: z.int().min(1).max(100_000) }))
    .min(1)
    .max(100),
  consent: z.strictObject({ terms_version: text(50) }).optional(),
  po_number: text(100).optional().openapi({ description: 'Printed on the invoice' }),
  subject: text(100).optional().openapi({ description: 'Printed on the invoice' }),
  metadata: z
    .record(z.string().min(1).max(40), z.string().max(500))
    .refine((metadata) => Object.keys(metadata).length <= 20 && !('return_urls' in metadata))
    .default({}),
});
export type NewOrder = z.output<typeof newOrder>;

type Buyer = Account & { billingDestinations: BillingDestination[]; consents: Consent[] };
type OnSale = { plan: Plan; price: Price };

/**
 * Accepts an order: its row with the price snapshot, the consent if it came along, the card's tokens, and the start of its
 * workflow, all in the request's transaction.
 * @throws Refused with every reason at once
 */
export async function acceptOrder(tx: Tx, context: WriteContext<NewOrder>): Promise<string> {
  const { store, body, at } = context;
  const on = dateOf(at);
  const buyer = await tx.account.findUnique({
    where: { storeId_id: { storeId: store.id, id: body.account_id } },
    include: { billingDestinations: true, consents: { where: { termsVersion: store.termsVersion } } },
  });
  if (!buyer) return refuse('not_found', { field: '/account_id' });
  if (body.reference !== undefined) await refuseKnownReference(tx, store.id, body.reference);

  const reasons = checkBuyer(buyer, body, store);
  const destination = buyer.billingDestinations.find((known) =>
    body.billing_destination_id === undefined ? known.isDefault : known.id === body.billing_destination_id,
  );
  if (!destination) reasons.push({ code: 'unknown_billing_destination', field: '/billing_destination_id' });
  const onSale = await plansOnSale(tx, store.id, body, on);
  body.lines.forEach((line, i) => {
    if (!onSale.has(line.plan_id)) reasons.push({ code: 'unknown_plan', field: `/lines/${i}/plan_id` });
  });
  const lines = body.lines.flatMap(({ plan_id, quantity }) => {
    const sale = onSale.get(plan_id);
    return sale ? [{ ...sale, quantity, net: netOf(sale.price, quantity) }] : [];
  });
  const { net, total } = firstMonth(lines, body.payment.method, store, on);
  if (total > policy.order.maxTotal) tooMuch();
  if (body.payment.method === 'card') reasons.push(...checkCard(body.payment, total));
  if (reasons.length > 0 || !destination) throw new Refused(reasons);

  const id = newId('ord');
  if (buyer.consents.length === 0)
    await tx.consent.createMany({
      data: [{ storeId: store.id, accountId: buyer.id, termsVersion: store.termsVersion, consentedAt: instantIn(at) }],
      skipDuplicates: true,
    });
  const bought = lines.map(({ plan, price, quantity }, i) => ({
    id: newId('sub'),
    lineNo: i + 1,
    planId: plan.id,
    priceId: price.id,
    planName: plan.name,
    quantity,
    unitAmount: Number(price.amount),
    rateClass: price.rateClass,
    cancellationTerms: plan.cancellationTerms,
  }));
  const payload = { orderId: id, accountId: buyer.id };
  // One statement: what an order costs is counted in statements more than in rows.
  await tx.$executeRaw(sql`
    WITH accepted AS (
      INSERT INTO orders (store_id, id, account_id, destination_id, reference, method, accepted_at, first_period, net, total,
                          po_number, subject, metadata)
      VALUES (${store.id}, ${id}, ${buyer.id}, ${destination.id}, ${body.reference ?? null}, ${body.payment.method},
              ${at}::timestamptz, ${periodOf(on)}, ${net}::bigint, ${total}::bigint, ${body.po_number ?? null},
              ${body.subject ?? null}, ${JSON.stringify(metadataOf(body))}::jsonb)),
    lines AS (
      INSERT INTO subscriptions (store_id, id, order_id, line_no, plan_id, price_id, plan_name, quantity, unit_amount, rate_class,
                                 cancellation_terms)
      SELECT ${store.id}, id, ${id}, "lineNo", "planId", "priceId", "planName", quantity, "unitAmount", "rateClass",
             "cancellationTerms"
        FROM jsonb_to_recordset(${rowsIn(bought)}) AS line (id text, "lineNo" integer, "planId" text, "priceId" text,
             "planName" text, quantity integer, "unitAmount" bigint, "rateClass" text, "cancellationTerms" text)),
    audited AS (${auditing(context, { action: 'order.accept', target: id })})
    ${enqueueing(startRow('order', workflowIds.order(id), store.id, at, payload, LEASE_SECONDS))}`);
  if (body.payment.method === 'card')
    await tx.cardAuthentication.create({
      data: {
        storeId: store.id,
        orderId: id,
        id: newId('ca'),
        purpose: 'order',
        token: body.payment.token,
        tokenKey: body.payment.token_key,
      },
    });
  return id;
}

async function refuseKnownReference(tx: Tx, storeId: string, reference: string): Promise<void> {
  const known = await tx.order.findUnique({
    where: { storeId_reference: { storeId, reference } },
    select: { id: true },
  });
  if (known) refuse('already_exists', { field: '/reference', params: { id: known.id } });
}

function checkBuyer(buyer: Buyer, body: NewOrder, { termsVersion, settlement, sbps }: Store): Reason[] {
  const reasons: Reason[] = [];
  const byTransfer = body.payment.method === 'bank_transfer';
  if (buyer.status === 'closed') reasons.push({ code: 'account_closed', field: '/account_id' });
  if (buyer.status === 'suspended' && byTransfer) reasons.push({ code: 'account_suspended', field: '/account_id' });
  if (buyer.entity === 'individual' && byTransfer && settlement === 'np')
    reasons.push({ code: 'private_person_np', field: '/payment/method' });
  // The store has no contract with SBPS, so there is nobody to charge a card.
  if (!byTransfer && sbps === null) reasons.push({ code: 'conflict', field: '/payment/method' });
  if (buyer.consents.length === 0 && body.consent?.terms_version !== termsVersion)
    reasons.push({ code: 'consent_missing', field: '/consent/terms_version', params: { terms_version: termsVersion } });
  return reasons;
}

/** The card's brand where it is known beforehand, its divisions and the amount (P8, P9, SBPS's field `amount`). */
export function checkCard(
  given: { brand?: string | undefined; divisions: number },
  total: Yen,
  at = '/payment',
): Reason[] {
  const ask = (brand: string, division: string, of: Yen) => checkCardCharge({ brand, division, total: of });
  const brand = given.brand === undefined ? 'VISA' : canonicalBrand(given.brand);
  return [
    { field: `${at}/brand`, result: ask(brand, '10', yen(0)) },
    { field: `${at}/divisions`, result: ask('VISA', given.divisions === 1 ? '10' : '61', yen(0)) },
    { field: '/lines', result: ask('VISA', '10', total) },
  ].flatMap(({ field, result }) => (result.ok ? [] : [{ ...result.refusal, field }]));
}

/** P8's spelling of a brand, however it is cased; an unknown one as it came. */
function canonicalBrand(given: string): string {
  const brands = ['JCB', 'VISA', 'Mastercard', 'American Express', 'Diners Club'];
  return brands.find((brand) => brand.toLowerCase() === given.toLowerCase()) ?? given;
}

/** Each plan asked for that has a price in force on the day: the newest such version. */
async function plansOnSale(tx: Tx, storeId: string, body: NewOrder, on: JstDate): Promise<Map<string, OnSale>> {
  const plans = await tx.plan.findMany({
    where: { storeId, id: { in: body.lines.map((line) => line.plan_id) } },
    include: {
      prices: {
        where: { effectiveFrom: { lte: dateIn(on) } },
        orderBy: [{ effectiveFrom: 'desc' }, { version: 'desc' }],
        take: 1,
      },
    },
  });
  return new Map(plans.flatMap(({ prices: [price], ...plan }) => (price ? [[plan.id, { plan, price }]] : [])));
}

function tooMuch(): never {
  return refuse('invalid_amount', { field: '/lines', params: { max_total: policy.order.maxTotal } });
}

function netOf(price: Price, quantity: number): Yen {
  const net = price.amount * BigInt(quantity);
  return net <= BigInt(policy.order.maxTotal) ? toYen(net) : tooMuch();
}

/**
 * Yen without and with tax. NP and SBPS are given one charge per line with tax, so theirs is the sum of those; a store
 * that bills by itself takes the tax once per rate.
 */
function firstMonth(
  lines: { net: Yen; price: Price }[],
  method: 'bank_transfer' | 'card',
  store: { settlement: string; taxRounding: string },
  on: JstDate,
): { net: Yen; total: Yen } {
  const rounding = store.taxRounding as Rounding;
  const charges = lines.map(({ net, price }) => ({ amount: net, rateClass: price.rateClass as RateClass }));
  if (store.settlement === 'in_house' && method === 'bank_transfer') {
    const { net, gross } = taxOnNet(charges, on, rounding);
    return { net, total: gross };
  }
  return {
    net: sumYen(charges.map((charge) => charge.amount)),
    total: sumYen(charges.map((charge) => grossOf(charge.amount, charge.rateClass, on, rounding))),
  };
}

function metadataOf({ metadata, payment }: NewOrder): object {
  return payment.method === 'card' && payment.return_urls
    ? { ...metadata, return_urls: payment.return_urls }
    : metadata;
}
