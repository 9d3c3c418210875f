import type { Event } from '../../generated/prisma/client';
import type { Db } from '../../prisma/db';
import { type EventView, eventShape, eventView } from '../../views/event';
import { type ListView, listOf, listView } from '../../views/lib/list';
import { z } from '../../views/lib/zod';
import { eventTypes } from '../../workflows/contracts/events';
import { keys } from '../../workflows/contracts/keys';
import { type Route, read } from '../lib/route';
import { isLockTimeout } from '../lib/store-clock';
import { paging } from '../lib/input/schemas';

/**
 * How long a reader waits for events that are not committed yet. The longest transactions that write events are those of a
 * monthly close, with about one second each. If the wait is too short, the reader gets an empty page and asks again.
 */
const PATIENCE = '1s';

/**
 * True if every transaction that has taken a `seq` has ended, so that no event with a lower `seq` can still appear. Such a
 * transaction holds this lock in shared mode until its end. Here it is taken in exclusive mode, so it is free only when they all
 * have ended. See take_event_seq in prisma/migrations/0001_init/migration.sql.
 */
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
        const comeBack: ListView<EventView> = {
          object: 'list',
          data: [],
          has_more: true,
          next: String(query.after ?? 0),
        };
        return { status: 200, body: comeBack };
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
      const viewOf = (event: Event) => eventView(event, references.get(event.accountId ?? '') ?? null);
      const page = listView(rows, query, (event) => String(event.seq), viewOf);
      // The feed of events never ends, so the last page also has a cursor.
      const next = page.next ?? String(rows.at(-1)?.seq ?? query.after ?? 0);
      return { status: 200, body: { ...page, next } };
    },
  }),
];
