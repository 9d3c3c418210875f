import type { Prisma } from '../../generated/prisma/client';
import type { Db } from '../../prisma/db';
import type { TemporalUi } from '../../views/lib/workflow';
import { type OrderView, orderParts, orderView } from '../../views/order';
import { workflowIds } from '../../workflows/contracts/ids';
import { found } from '../lib/problems';

/** @throws Refused not_found */
export async function readOrder(db: Db, storeId: string, id: string, ui: TemporalUi): Promise<OrderView> {
  const [order, wait] = await Promise.all([
    db.order.findUnique({ where: { storeId_id: { storeId, id } }, include: orderParts }),
    db.wait.findUnique({ where: { storeId_workflowId: { storeId, workflowId: workflowIds.order(id) } } }),
  ]);
  return orderView(found(order), wait, ui);
}

/** The orders that match, newest first. */
export async function readOrders(
  db: Db,
  where: Prisma.OrderWhereInput & { storeId: string },
  take: number,
  ui: TemporalUi,
): Promise<OrderView[]> {
  const orders = await db.order.findMany({ where, orderBy: { id: 'desc' }, take, include: orderParts });
  const waits = await db.wait.findMany({
    where: { storeId: where.storeId, workflowId: { in: orders.map((order) => workflowIds.order(order.id)) } },
  });
  const byWorkflow = new Map(waits.map((wait) => [wait.workflowId, wait]));
  return orders.map((order) => orderView(order, byWorkflow.get(workflowIds.order(order.id)) ?? null, ui));
}
