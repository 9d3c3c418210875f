import type { Logger } from 'pino';
import { type News, handleNews, keepUnmatched, resolveUnmatched } from '../books/np-news';
import { type Db, type Tx, instantOut, isRefusal } from '../prisma/db';

interface NewsRow {
  storeId: string;
  id: string;
  target: string;
  /** The number of tries to apply this news, this one included. */
  attempts: number;
}

/** After this many tries (3–6 s), news whose write PostgreSQL refuses (a constraint, say) becomes an incident. */
const TRIES = 6;

/**
 * Applies one piece of a provider's news: books the facts in it and queues Temporal signals to the workflows that wait for them.
 * News that matches nothing or can't be booked becomes an incident. The news stays stored. If it is about a bill that has no
 * number yet, it is applied again when the bill gets its number (`applyKeptNews`).
 */
export async function applyNews({ db, log }: { db: Db; log: Logger }, row: NewsRow): Promise<void> {
  const apply = (how: (tx: Tx, news: News, type: string, data: unknown) => Promise<string | null>) =>
    db.$transaction(async (tx) => {
      const { eventId, type, data, at } = await tx.providerNews.findUniqueOrThrow({
        where: { storeId_eventId: { storeId: row.storeId, eventId: row.target } },
      });
      const news = { storeId: row.storeId, eventId, at: instantOut(at) };
      const why = await how(tx, news, type, data);
      if (why === null) await resolveUnmatched(tx, news);
      else await keepUnmatched(tx, news, why);
      const now = new Date();
      await tx.dispatch.updateMany({
        where: { storeId: row.storeId, id: row.id },
        data: { deliveredAt: now, processedAt: now },
      });
    });
  try {
    await apply(handleNews);
  } catch (e) {
    // A passing failure (a deadlock, a restart of PostgreSQL, a timeout) is retried for as long as it lasts.
    if (row.attempts < TRIES || !isRefusal(e)) throw e;
    log.error({ storeId: row.storeId, id: row.id, err: e }, "a provider's news can't be booked");
    // If PostgreSQL is away now, this fails too, and the news is retried.
    await apply(() => Promise.resolve(`can't be booked: ${(e as Error).message}`));
  }
}
