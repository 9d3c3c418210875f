import { destinationNamed } from '../../domain/account/billing-destination';
import { dateOf, periodOf } from '../../domain/calendar';
import type { Yen } from '../../domain/money';
import { checkCard } from '../../domain/order/card-rules';
import { priceOfMonth } from '../../domain/order/pricing';
import { type Checked, type Refusal, ok, refuseAll } from '../../domain/refusal';
import type { Account, BillingDestination, Consent, Store } from '../../generated/prisma/client';
import { type Tx, instantIn, sql } from '../../prisma/db';
import { workflowIds } from '../../workflows/contracts/ids';
import { type Actor, auditing } from '../lib/audit';
import { newId } from '../lib/ids';
import { LEASE_SECONDS, enqueueing, startRow } from '../lib/outbox';
import { rowsIn } from '../lib/sql';
import { type LineOnSale, type WantedLine, linesOnSale } from './pricing';

/** An order as a buyer places it. */
export interface NewOrder {
  accountId: string;
  /** If absent, the account's default destination. */
  billingDestinationId?: string | undefined;
  /** The number that the shop gave the order; unique in the store. */
  reference?: string | undefined;
  payment: { method: 'bank_transfer' } | OfferedCard;
  lines: readonly WantedLine[];
  consent?: { termsVersion: string } | undefined;
  poNumber?: string | undefined;
  subject?: string | undefined;
  metadata: object;
}

/** A card, as one-time tokens from the card gateway SB Payment Service (SBPS). The card's number never reaches us. */
interface OfferedCard {
  method: 'card';
  token: string;
  tokenKey: string;
  brand?: string | undefined;
  divisions: number;
}

type Buyer = Account & { billingDestinations: BillingDestination[]; consents: Consent[] };
type Seller = Actor & { store: Store };

/**
 * Accepts an order: writes its row with the prices in force, the consent to the terms if it is new, and the card's tokens, and
 * queues the start of its workflow.
 * @returns the order's id, or all reasons to refuse it
 */
export async function acceptOrder(tx: Tx, by: Seller, order: NewOrder): Promise<Checked<string>> {
  const { store, at } = by;
  const on = dateOf(at);
  const buyer = await tx.account.findUnique({
    where: { storeId_id: { storeId: store.id, id: order.accountId } },
    include: { billingDestinations: true, consents: { where: { termsVersion: store.termsVersion } } },
  });
  if (!buyer) return refuseAll({ code: 'not_found', field: ['accountId'] });
  const duplicate = await duplicateReference(tx, store.id, order);
  if (duplicate) return refuseAll(duplicate);

  const refusals = checkBuyer(buyer, order, store);
  const destination = destinationNamed(buyer.billingDestinations, order.billingDestinationId);
  if (!destination.ok) refusals.push(destination.refusal);
  const sale = await linesOnSale(tx, store.id, order.lines, on);
  refusals.push(...sale.refusals);
  const per = store.settlement === 'in_house' && order.payment.method === 'bank_transfer' ? 'rate' : 'line';
  const price = priceOfMonth(sale.lines, { per, on, rounding: store.taxRounding });
  // The check of the card below needs the amount.
  if (!price.ok) return refuseAll(price.refusal);
  if (order.payment.method === 'card') {
    const card = checkCard(order.payment, price.value.total, ['payment']);
    if (!card.ok) refusals.push(...card.refusals);
  }
  if (refusals.length > 0 || !destination.ok) return refuseAll(...refusals);

  const id = newId('ord');
  if (buyer.consents.length === 0)
    await tx.consent.createMany({
      data: [{ storeId: store.id, accountId: buyer.id, termsVersion: store.termsVersion, consentedAt: instantIn(at) }],
      skipDuplicates: true,
    });
  await writeOrder(tx, by, { ...order, id, destinationId: destination.value.id, ...price.value }, sale.lines);
  if (order.payment.method === 'card')
    await tx.cardAuthentication.create({
      data: {
        storeId: store.id,
        orderId: id,
        id: newId('ca'),
        purpose: 'order',
        token: order.payment.token,
        tokenKey: order.payment.tokenKey,
      },
    });
  return ok(id);
}

async function duplicateReference(tx: Tx, storeId: string, { reference }: NewOrder): Promise<Refusal | null> {
  if (reference === undefined) return null;
  const where = { storeId_reference: { storeId, reference } };
  const existing = await tx.order.findUnique({ where, select: { id: true } });
  return existing && { code: 'already_exists', field: ['reference'], params: { id: existing.id } };
}

function checkBuyer(buyer: Buyer, order: NewOrder, { termsVersion, settlement, sbps }: Store): Refusal[] {
  const refusals: Refusal[] = [];
  const byTransfer = order.payment.method === 'bank_transfer';
  if (buyer.status === 'closed') refusals.push({ code: 'account_closed', field: ['accountId'] });
  if (buyer.status === 'suspended' && byTransfer) refusals.push({ code: 'account_suspended', field: ['accountId'] });
  if (buyer.entity === 'individual' && byTransfer && settlement === 'np')
    refusals.push({ code: 'private_person_np', field: ['payment', 'method'] });
  // A store without a contract with SBPS can't charge a card.
  if (!byTransfer && sbps === null) refusals.push({ code: 'conflict', field: ['payment', 'method'] });
  if (buyer.consents.length === 0 && order.consent?.termsVersion !== termsVersion)
    refusals.push({
      code: 'consent_missing',
      field: ['consent', 'termsVersion'],
      params: { terms_version: termsVersion },
    });
  return refusals;
}

/** Writes the order, its lines and its audit entry, and queues the start of its workflow. */
async function writeOrder(
  tx: Tx,
  by: Seller,
  order: NewOrder & { id: string; destinationId: string; net: Yen; total: Yen },
  lines: readonly LineOnSale[],
): Promise<void> {
  const { store, at } = by;
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
  const payload = { orderId: order.id, accountId: order.accountId };
  // One statement writes all rows, because round trips to the database cost more than rows.
  await tx.$executeRaw(sql`
    WITH accepted AS (
      INSERT INTO orders (store_id, id, account_id, destination_id, reference, method, accepted_at, first_period, net, total,
                          po_number, subject, metadata)
      VALUES (${store.id}, ${order.id}, ${order.accountId}, ${order.destinationId}, ${order.reference ?? null},
              ${order.payment.method}, ${at}::timestamptz, ${periodOf(dateOf(at))}, ${order.net}::bigint,
              ${order.total}::bigint, ${order.poNumber ?? null}, ${order.subject ?? null},
              ${JSON.stringify(order.metadata)}::jsonb)),
    lines AS (
      INSERT INTO subscriptions (store_id, id, order_id, line_no, plan_id, price_id, plan_name, quantity, unit_amount, rate_class,
                                 cancellation_terms)
      SELECT ${store.id}, id, ${order.id}, "lineNo", "planId", "priceId", "planName", quantity, "unitAmount", "rateClass",
             "cancellationTerms"
        FROM jsonb_to_recordset(${rowsIn(bought)}) AS line (id text, "lineNo" integer, "planId" text, "priceId" text,
             "planName" text, quantity integer, "unitAmount" bigint, "rateClass" text, "cancellationTerms" text)),
    audited AS (${auditing(by, { action: 'order.accept', target: order.id })})
    ${enqueueing(startRow('order', workflowIds.order(order.id), store.id, at, payload, LEASE_SECONDS))}`);
}
