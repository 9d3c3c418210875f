import type { Event } from '../../generated/prisma/client';
import { type Db, dateOut, instantOut } from '../../prisma/db';
import { eventTypes } from '../../workflows/contracts/events';
import { keys } from '../../workflows/contracts/keys';
import { pageOf } from '../lib/input/lists';
import { type Route, read } from '../lib/route';
import { listOf, paging, z } from '../lib/input/schemas';
import { isLockTimeout } from '../lib/store-clock';

/** Beside these, the members that belong to its type (until, due_on, number, template …). */
export const eventShape = z.looseObject({
  on: z.string().openapi({ description: 'Date in Japan the fact belongs to' }),
  event: z.enum(eventTypes),
  account: z.string().nullable().openapi({ description: 'The shop’s reference of the account' }),
  order: z.string().optional(),
  invoice: z.string().optional(),
  amount: z.number().optional().openapi({ description: 'Yen with tax' }),
  period: z.string().optional(),
  id: z.string(),
  seq: z.number(),
  at: z.string(),
  account_id: z.string().nullable(),
});

/** @param account the account's reference */
export function showEvent(event: Event, account: string | null) {
  return {
    on: dateOut(event.businessDate),
    event: event.type,
    account,
    ...(event.orderId !== null && { order: event.orderId }),
    ...(event.invoiceId !== null && { invoice: event.invoiceId }),
    ...(event.amount !== null && { amount: Number(event.amount) }),
    ...(event.period !== null && { period: event.period }),
    ...event.data,
    id: event.key,
    seq: Number(event.seq),
    at: instantOut(event.at),
    account_id: event.accountId,
  };
}

/** A close's chunk writes for a second at most; readers are asked to come again rather than made to wait. */
const PATIENCE = '1s';

/** True once every writer that had taken a seq has committed; see take_event_seq in the schema. */
async function allCommitted(db: Db, storeId: string): Promise<boolean> {
  try {
    await db.$transaction([
      db.$executeRawUnsafe(`SET LOCAL lock_timeout = '${PATIENCE}'`),
      db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${keys.lock.events(storeId)}, 0))`,
    ]);
    return true;
  } catch (e) {
    if (isLockTimeout(e)) return false;
    throw e;
  }
}

export const eventRoutes: Route[] = [
  read({
    operation: 'events.list',
    path: '/v1/events',
    summary:
      'The events of the store, oldest first. Even the last page has a `next`, from which a later request continues.',
    query: z.strictObject({
      ...paging,
      after: z.coerce.number().int().min(0).optional().openapi({ description: 'The `seq` of the last event read' }),
      type: z.enum(eventTypes).optional(),
    }),
    answers: { 200: listOf(eventShape) },
    async handle({ env, store, query }) {
      if (!(await allCommitted(env.db, store.id))) {
        const next = String(query.after ?? 0);
        return { status: 200, body: { object: 'list' as const, data: [], has_more: true, next } };
      }
      const rows = await env.db.event.findMany({
        where: { storeId: store.id, seq: { gt: BigInt(query.after ?? 0) }, ...(query.type && { type: query.type }) },
        orderBy: { seq: 'asc' },
        take: query.limit + 1,
      });
      const accountIds = [...new Set(rows.flatMap((event) => event.accountId ?? []))];
      const accounts = await env.db.account.findMany({
        where: { storeId: store.id, id: { in: accountIds } },
        select: { id: true, reference: true },
      });
      const references = new Map(accounts.map((account) => [account.id, account.reference]));
      const show = (event: Event) => showEvent(event, references.get(event.accountId ?? '') ?? null);
      const page = pageOf(rows, { limit: query.limit }, (event) => String(event.seq), show);
      // A feed goes on: the last page too says where.
      const next = page.next ?? String(rows.at(-1)?.seq ?? query.after ?? 0);
      return { status: 200, body: { ...page, next } };
    },
  }),
];
