import { type Reached, advanceOne } from '../lib/advance';
import { InvalidInput } from '../lib/errors';
import { type JstDate, type Period, dateOf, instantOfMs } from '../../domain/calendar';
import { toYen } from '../../domain/money';
import type { MailData, MailOrder, MailTemplate } from '../../documents/mails';
import type { Prisma } from '../../generated/prisma/client';
import { type Db, type Tx, dateIn } from '../../prisma/db';
import type { ForOrder } from '../../workflows/contracts/activities';
import { queueMail } from '../lib/mails';
import { sellerOf } from '../invoice/parties';

const parts = {
  destination: true,
  account: { include: { store: true } },
  subscriptions: { include: { price: { include: { plan: true } } }, orderBy: { lineNo: 'asc' } },
} satisfies Prisma.OrderInclude;

type Loaded = Prisma.OrderGetPayload<{ include: typeof parts }>;
/** An order with its store, buyer and lines. */
export type OrderRow = Omit<Loaded, 'subscriptions'> & {
  store: Loaded['account']['store'];
  lines: (Loaded['subscriptions'][number] & { plan: Loaded['subscriptions'][number]['price']['plan'] })[];
};

export function unknownOrder(storeId: string, orderId: string): InvalidInput {
  return new InvalidInput(`no order ${orderId} in store ${storeId}`);
}

/** @throws InvalidInput when the store has no such order */
export async function loadOrder(db: Db | Tx, { storeId, orderId }: ForOrder): Promise<OrderRow> {
  const row = await db.order.findUnique({ where: { storeId_id: { storeId, id: orderId } }, include: parts });
  if (!row) throw unknownOrder(storeId, orderId);
  const { subscriptions, ...order } = row;
  return {
    ...order,
    store: order.account.store,
    lines: subscriptions.map((line) => ({ ...line, plan: line.price.plan })),
  };
}

/** States that an order may skip: one change may lead through them without stopping there. */
const CROSSED = ['screening', 'authorising', 'confirmed'] as const;

/** Changes the status of an order, as its life cycle allows. If the status stays the same, only the columns in `also` change. */
export async function changeStatus(
  tx: Tx,
  { storeId, orderId }: ForOrder,
  to: Reached<'order'>,
  also: { waitUntil?: JstDate | null; reason?: string | null; firstPeriod?: Period } = {},
): Promise<void> {
  const { waitUntil, ...rest } = also;
  await advanceOne(tx, 'order', {
    where: { storeId, id: orderId },
    to,
    crossing: CROSSED,
    stay: true,
    data: { ...rest, ...(waitUntil !== undefined && { waitUntil: waitUntil && dateIn(waitUntil) }) },
  });
}

/** Queues a mail about the order to its account's mail address. @param event key of the event that the mail reports */
export async function mailBuyer<T extends MailTemplate>(
  tx: Tx,
  { storeId, orderId, at }: ForOrder,
  order: OrderRow,
  event: string,
  template: T,
  data: (mail: MailOrder, storeUrl: string) => MailData[T],
): Promise<void> {
  await queueMail(tx, {
    storeId,
    event,
    template,
    at,
    accountId: order.accountId,
    orderId,
    to: [order.account.email],
    data: data(mailOrder(order), sellerOf(order.store).contactUrl),
  });
}

/** The order as a mail shows it. The total is for one month, in yen with tax. */
export function mailOrder(order: OrderRow): MailOrder {
  return {
    number: order.reference ?? order.id,
    orderedOn: dateOf(instantOfMs(order.acceptedAt.getTime())),
    summary: order.lines.map((line) => `${line.planName} × ${line.quantity}`).join('、'),
    total: toYen(order.total),
  };
}
